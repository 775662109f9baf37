// How far a generation has come, as plain data reported while it runs: with it and the history of the cache, another engine
// of the same model continues with the same ids after this one has died without a word.

import { type Likelihood, likelihoodShape } from "./likelihood.ts";
import { count, flag, list, number, object, oneOf, optional } from "../message-shape.ts";

/** `stop`: a stop id or the consumer ended it; `length`: maxTokens; `context-full`: the context's end. */
export type StopReason = "stop" | "length" | "context-full";

export interface GenerateStats {
  promptTokens: number;
  /** How many of the prompt's tokens were already in the KV cache. */
  cachedTokens: number;
  generatedTokens: number;
  prefillMs: number;
  decodeMs: number;
  /** How often the GPU was lost and made anew during it, and how long it waited for that. */
  recoveries: number;
  recoveryMs: number;
}

export interface Trace {
  ids: number[];
  stats: GenerateStats;
  /** The prompt was compared with the cache, and the cache now holds this generation. */
  isBegun: boolean;
  /** Of each id, if asked for. */
  likelihoods?: Likelihood[];
  /** Once it has ended by itself. */
  stopReason?: StopReason;
}

/** What was added to a trace: new ids behind the earlier ones, and the current state of everything else. */
export type TraceEvent = Trace;

export function addToTrace(trace: Trace | undefined, event: TraceEvent): Trace {
  if (!trace) return { ...event, ids: [...event.ids], likelihoods: event.likelihoods && [...event.likelihoods] };
  trace.ids.push(...event.ids);
  if (event.likelihoods) (trace.likelihoods ??= []).push(...event.likelihoods);
  return Object.assign(trace, { ...event, ids: trace.ids, likelihoods: trace.likelihoods });
}

export const traceShape = object({
  ids: list(count),
  stats: object({
    promptTokens: count,
    cachedTokens: count,
    generatedTokens: count,
    prefillMs: number,
    decodeMs: number,
    recoveries: count,
    recoveryMs: number,
  }),
  isBegun: flag,
  likelihoods: optional(list(likelihoodShape)),
  stopReason: optional(oneOf("stop", "length", "context-full")),
});
