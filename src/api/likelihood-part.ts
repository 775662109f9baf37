// Everything that tells how likely tokens were, as one part to load.

export { chatLogprobs, completionLogprobs } from "./logprobs.ts";
export { PromptLikelihoods } from "./prompt-likelihoods.ts";
