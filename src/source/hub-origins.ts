// The origins that a page must let the engine connect to for models from the hub. One constant, used by the pages' policy,
// the element's README and the tests: the hub's storage has moved hosts before, and policies that named one broke.

/** For `connect-src`, after 'self'. */
export const contentSecurityOrigins = [
  "https://huggingface.co",
  "https://*.huggingface.co",
  "https://*.hf.co",
] as const;

export const defaultHubUrl = "https://huggingface.co";
