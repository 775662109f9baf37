// How far a generation has come, as plain data that is told while it runs: with it and with the history of the cache, another
// engine of the same model goes on with the same ids after this one has died without a word.

import { type Likelihood, likelihoodShape } from "./likelihood.ts";
import { count, flag, list, number, object, oneOf, optional } from "../message-shape.ts";

/** `stop`: a stop id or the consumer ended it; `length`: maxTokens; `context-full`: the context's end. */
export type StopReason = "stop" | "length" | "context-full";

export interface GenerateStats {
  promptTokens: number;
  /** Of the prompt, how many were already in the KV cache. */
  cachedTokens: number;
  generatedTokens: number;
  prefillMs: number;
  decodeMs: number;
  /** How often the GPU was lost under it and made anew, and how long it waited for that. */
  recoveries: number;
  recoveryMs: number;
}

export interface Trace {
  ids: number[];
  stats: GenerateStats;
  /** The prompt was compared with the cache, and what the cache holds is of this generation. */
  isBegun: boolean;
  /** Of each id, where they were asked for. */
  likelihoods?: Likelihood[];
  /** Once it has ended by itself. */
  stopReason?: StopReason;
}

/** What came to a trace: ids behind those before, and how all else stands now. */
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
