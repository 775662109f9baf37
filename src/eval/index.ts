// The public surface of `pronk/eval`: exports only. It measures engines that pages made, and nothing else in pronk loads it.

export { multipleChoice } from "./choices.ts";
export type { ChoiceItem, ChoicesResult, ItemResult } from "./choices.ts";
export { compareModels } from "./compare.ts";
export type { ComparisonResult, ComparisonState } from "./compare.ts";
export type { EvalEngine } from "./engine-hooks.ts";
export { perplexity } from "./perplexity.ts";
export type { PerplexityResult, RunOptions, TextRequest, TextState } from "./perplexity.ts";
export { readItems, taskNames } from "./prompts.ts";
export type { TaskName } from "./prompts.ts";
export type { ReliabilityBin, TextTally } from "./tally.ts";
export { weightErrors } from "./weight-errors.ts";
export type { WeightErrors } from "./weight-errors.ts";
export type { WindowRule } from "./windows.ts";
