// The one trusted-types policy, `pronk`, for pages under `require-trusted-types-for 'script'; trusted-types pronk`: addresses of
// this package's own workers, and the templates that Lit was built with (the build hands Lit this policy for its own).
// Nothing that a model or a person writes goes through it.

interface Rules {
  createScriptURL(url: string): string;
  createHTML(html: string): string;
}

let policy: Rules | null | undefined;

/** Made at first use. Undefined where the browser has no trusted types, or the page's policy allows none of this name. */
export function trustedPolicy(): Rules | undefined {
  if (policy !== undefined) return policy ?? undefined;
  const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: Rules): Rules } };
  try {
    policy = trustedTypes?.createPolicy("pronk", { createScriptURL: (url) => url, createHTML: (html) => html }) ?? null;
  } catch {
    policy = null; // what needs it is refused, and says so
  }
  return policy ?? undefined;
}

/** An address of this package, for a place that wants it trusted. */
export const trustedAddress = (url: string): string => trustedPolicy()?.createScriptURL(url) ?? url;

/**
 * Bundlers know `new Worker(new URL(…))` by its text alone, so no trusted address can be written there. For this one call
 * the name refers to a class that makes the address trusted.
 */
export function withTrustedAddress<Made>(name: "Worker" | "SharedWorker", make: () => Made): Made {
  const Plain = globalThis[name] as unknown as abstract new (address: string, options?: object) => object;
  if (!trustedPolicy() || !Object.getOwnPropertyDescriptor(globalThis, name)?.writable) return make();
  abstract class Trusting extends Plain {
    constructor(address: string | URL, options?: object) {
      super(trustedAddress(String(address)), options);
    }
  }
  const scope = globalThis as unknown as Record<string, unknown>;
  scope[name] = Trusting;
  try {
    return make();
  } finally {
    scope[name] = Plain;
  }
}
