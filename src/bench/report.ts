// What a benchmark is asked and what it answers, as plain data: it crosses from a page to the command line as JSON.

import type { ModelConfig } from "../format/model-config.ts";
import type { AdapterSummary } from "../gpu/adapter-check.ts";
import type { Variants } from "../gpu/variants.ts";
import type { QuantizeChoice } from "../quant/layout.ts";
import type { AdapterLimits } from "./adapter-probes.ts";
import type { KvChoice } from "./engine-hooks.ts";
import type { KernelTotals } from "./kernel-table.ts";
import type { Spread } from "./statistics.ts";

export interface CheckResult {
  ok: boolean;
  layers: number;
  positions: number;
  /** Of any logit, of decode steps one by one and of the prompt as a batch. */
  largestError: number;
  /** The logits' size, and the error allowed on that scale. */
  logitSize: number;
  allowedError: number;
  /** Positions whose top token differs although the plain margin is larger than the error. */
  changedTop: number;
}

/** What is measured. */
export interface BenchRequest {
  /** For the report. */
  shape: string;
  /** The model's shape. */
  config: ModelConfig;
  /** Only this many layers of it. */
  layers?: number;
  /** How its random weights are kept. */
  quantize: QuantizeChoice;
  /** How keys and values are kept. */
  kv: KvChoice;
  /** Tokens of the prompt; default 512 on a GPU, 32 on a software adapter, less where the context is short. */
  prompt?: number;
  /** Tokens generated after it; default 128, 8 on a software adapter. */
  decode?: number;
  /** Positions of the KV cache; default what prompt and answer need. */
  context?: number;
  /** Optional features and variants that are not to be used. */
  without: string[];
  /** Default 3. */
  runs?: number;
  /** Positions at which a step of decoding is also timed. */
  positions?: number[];
  /** Tokens that a step computes at once, 1 to 8, to be timed too; default all on a GPU, none where compilers are slow. */
  rows?: number[];
  /** Answers that are timed together and one after the other; default none. */
  sequences?: number;
  /** Whether answers are timed with prompt lookup and without; default false. */
  draft?: boolean;
}

/** Answers computed at once against one after the other, in milliseconds. */
export interface SequenceTimes {
  /** Answers. */
  count: number;
  /** Of each. */
  tokens: number;
  together: number;
  /** One more whenever the first has a token more. */
  arriving: number;
  apart: number;
  /** `together` by `apart`. */
  ratio: number;
  /** `arriving` by `apart`. */
  arrivingRatio: number;
}

/** An answer whose drafts are all right, with and without them: milliseconds behind its first token. */
export interface DraftTimes {
  tokens: number;
  on: number;
  off: number;
  /** How many times as fast it is with drafts. */
  ratio: number;
  /** Ids of drafts that a step came to besides its own, the prompt's and lone steps counted in. */
  accepted: number;
  /** The same of an answer without repeats. */
  free: { on: number; off: number; ratio: number };
}

export interface PerToken {
  dispatches: number;
  passes: number;
  submits: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  pipelinesCreated: number;
  readbacks: number;
  writeBuffers: number;
  copies: number;
  bytesRead: number;
}

/** What was measured. Times and speeds are medians of the runs. */
export interface BenchReport extends AdapterLimits {
  /** As the request named it. */
  shape: string;
  /** How many ran. */
  layers: number;
  /** How many weights these have, with embedding and head. */
  parameters: number;
  /** How the weights were kept. */
  quantize: QuantizeChoice;
  /** How keys and values were kept. */
  kv: KvChoice;
  /** Tokens. */
  prompt: number;
  /** Tokens. */
  decode: number;
  /** Positions. */
  context: number;
  /** What was not used. */
  without: string[];
  /** ISO date and time. */
  date: string;
  /** As the browser gives it. */
  userAgent: string;
  /** The GPU. */
  adapter: AdapterSummary & {
    /** No GPU: a CPU. */
    software: boolean;
    /** Optional WebGPU features in use. */
    features: string[];
  };
  /** Which of several equal kernels ran. */
  variants: Variants;

  /** Making the weights and buffers. */
  loadMs: number;
  /** Of the prompt. */
  prefillTokensPerSecond: number;
  /** Of the answer, after its first token. */
  decodeTokensPerSecond: number;
  /** From the call to the first token. */
  timeToFirstTokenMs: number;
  /** Of the four above. */
  spread: Record<"loadMs" | "prefillTokensPerSecond" | "decodeTokensPerSecond" | "timeToFirstTokenMs", Spread>;

  /** What a token of the answer asks of WebGPU. */
  perToken: PerToken;
  /** Bytes read a second while decoding, in percent of the streaming rate. */
  percentOfCeiling: number;

  /** All of the engine's GPU buffers together, at most. */
  gpuBytes: number;
  /** Of those the weights. */
  weightBytes: number;
  /** Of those keys and values. */
  kvBytes: number;
  /** null where the browser does not say. */
  peakHeapBytes: number | null;

  /** null where the adapter has no clock. Decode: one token; prefill: one whole prompt. */
  kernels: {
    /** The slowest first. */
    decode: KernelTotals[];
    /** The slowest first. */
    prefill: KernelTotals[];
  } | null;
  /** Steps that were timed too. */
  positions: {
    /** The token's, from 0. */
    position: number;
    /** Of a step there. */
    msPerToken: number;
  }[];
  /** Milliseconds of a step by how many tokens it computes at once after the prompt, without their choice. */
  rows: Record<string, number>;
  /** Where it was asked for. */
  sequences?: SequenceTimes;
  /** Where it was asked for. */
  draft?: DraftTimes;
  /** Its numbers against those of the plain kernels. */
  check: CheckResult;
  /** The first ids of the answer, the same in every run. */
  ids: number[];
}
