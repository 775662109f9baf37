// What one generation is asked for and how it ended, in ids; text and messages live one floor up, in api/.

import type { CacheHistory } from "./cache-history.ts";
import type { Likelihood } from "./likelihood.ts";
import type { GenerateStats, StopReason, Trace, TraceEvent } from "./trace.ts";

export interface SamplingSettings {
  /** 0 takes the most likely token. */
  temperature: number;
  topP: number; // 1 = off
  topK: number; // 0 = off
  minP: number; // 0 = off
  repetitionPenalty: number; // 1 = off; over prompt and answer
  frequencyPenalty: number; // 0 = off; over the answer
  presencePenalty: number; // 0 = off; over the answer
  seed: number; // 32 bits; the random number of a step depends on (seed, position) only
  /** Added to the logits before anything else: id -> bias. */
  logitBias?: Record<number, number>;
}

export const greedy: SamplingSettings = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  seed: 0,
};

export interface GenerateRequest {
  promptIds: readonly number[];
  maxTokens: number;
  sampling: SamplingSettings;
  /** The LoRA to compute with, by its key; absent: the model as it is. */
  adapter?: string;
  /** Ids that end the generation; the id itself is not delivered. */
  stopIds: readonly number[];
  signal?: AbortSignal;
  /**
   * Asked before each choice, with the ids chosen so far, which alone decide: the tokens that are allowed, as bits: token i
   * is bit i % 32 of word i / 32. [vocabSize / 32, rounded up] Undefined where the answer is complete and nothing may
   * follow. One choice is in flight at a time then; the step that leads up to it is submitted before this is asked.
   */
  constrain?: (answerIds: readonly number[]) => Uint32Array<ArrayBuffer> | undefined;
  /** With `constrain`: ids that come next whatever is chosen. They are computed together, and nothing is chosen. */
  forced?: (answerIds: readonly number[]) => readonly number[];
  /** Called before each id, including one that ends the answer, with how likely it was and which others were likely. */
  onLikelihood?: (likelihood: Likelihood) => void;
  /** Debug path: receives one row of vocabSize logits for every position, prompt included. */
  onLogits?: (position: number, row: Float32Array) => void;
  /** With `onLogits`: the first position whose row is wanted; default 0. Cached positions before it are not computed again. */
  logitsFrom?: number;
  /** How far another engine had come: those ids are given again, and then the next. */
  known?: Trace;
  /** Called before each id is given, with how far the generation has come. */
  onTrace?: (event: TraceEvent) => void;
}

/** One running generation: iterate for ids; afterwards `stopReason` and `stats` are set. Ending the loop early cancels it. */
export interface Generation extends AsyncIterable<number> {
  readonly stopReason: StopReason | undefined;
  readonly stats: GenerateStats;
}

/** How one vector is made from many positions. */
export type Pooling = "mean" | "last";

export interface HiddenStateRequest {
  ids: readonly number[];
  pooling: Pooling;
  /** As in GenerateRequest. */
  adapter?: string;
}

/** The engine's inner surface: ids in, ids out. Implemented over the GPU by `generate/generator.ts`. */
export interface Generator {
  readonly contextLength: number;
  readonly vocabSize: number;
  /** What the KV cache holds. */
  readonly history: CacheHistory;
  /**
   * One at a time; a second call waits for the first to end. Computes as it is read; while a second call waits, also without
   * being read, and then keeps the results for its reader.
   */
  generate(request: GenerateRequest): Generation;
  /**
   * The final hidden states of ids, after the last norm: their mean, or the last of them. [dim] Waits its turn as `generate`
   * does, and leaves the KV cache's contents as they are. Errors: as for `generate`.
   */
  hiddenState(request: HiddenStateRequest, signal: AbortSignal): Promise<Float64Array>;
  /** Forgets the KV cache's contents. */
  reset(): void;
  dispose(): Promise<void>;
}
