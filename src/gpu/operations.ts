// What a transformer computes, as plain data: values made of values, and where they are written. Nothing here knows how a
// GPU computes them: fusion.ts decides what becomes one dispatch, recorder.ts makes the dispatches.

import type { KvFormat } from "../quant/layout.ts";
import type { Weight } from "./weight.ts";

/** An f32 matrix of activations, [tokens, stride]; columns beyond `cols` are zero up to `stride`, a multiple of 32. */
export interface Activation {
  op?: undefined; // it is there: nothing computes it
  buffer: GPUBuffer;
  cols: number;
  stride: number;
}

export function strideOf(cols: number): number {
  return Math.ceil(cols / 32) * 32;
}

/** Keys and values. Bindings, because a plan that is bound anew takes whatever stands in their places by then. */
export interface KeysValues {
  k: GPUBufferBinding;
  v: GPUBufferBinding;
}

/** Those of one layer, each a pool of pages as cache-layout.ts says. */
export interface LayerCache extends KeysValues {
  pages: GPUBuffer; // which page has which positions: cache_pages.wgsl's table
}

export interface HeadShape {
  heads: number;
  kvHeads: number;
  headDim: number;
  context: number;
  kv: KvFormat;
  /** Of q k; undefined: 1 / sqrt(headDim). */
  attentionScale?: number;
  /** What scores stay below, softly; undefined: they are as they are. */
  attentionCap?: number;
  /** Positions that a query sees, its own the last; undefined: all. */
  window?: number;
}

/** RMSNorm's parameters. */
export interface Norm {
  gain: GPUBuffer; // [dim rounded up to 32], zero beyond dim
  eps: number;
}

/** What can be computed. A value that two others share is computed once if both belong to one operation. */
export type Value = Activation | Embed | Normed | LayerNormed | Product | Attend | Gate;

/** The tokens' rows of a table, scaled. */
export interface Embed {
  op: "embed";
  weight: Weight;
  tokens: GPUBuffer;
  scale?: number; // default: 1
}

export interface Normed extends Norm {
  op: "norm";
  x: Activation | Product;
}

/** LayerNorm: less the mean, and with a bias. Its parameters: gains, then biases, [2, dim rounded up to 32]. */
export interface LayerNormed extends Norm {
  op: "layer norm";
  x: Activation;
}

/** W x + b, of every tensor in the weight. */
export interface Product {
  op: "product";
  /** What is written stays below it, softly; undefined: as it is. */
  cap?: number;
  weight: Weight;
  x: Activation | NormedStream | LayerNormed | Attend | Gate;
}

/** The norm of what is there, as products join with. */
export type NormedStream = Normed & { x: Activation };

/** The rows that one of the weight's tensors gave, by its role. */
export interface OfRole {
  op: "of role";
  of: Product;
  role: string;
}

/** RMSNorm of every head, or of all heads of q, and of k, at once. The gains of q, then those of k, are one buffer. */
export interface HeadNormed extends Norm {
  op: "head norm";
  joint?: boolean;
  x: OfRole;
}

/** Every head turned by its position. */
export interface Rope {
  op: "rope";
  x: OfRole | HeadNormed;
  table: GPUBuffer; // [context, headDim / 2, 2]
}

/** The cache once it also holds these keys and values. */
interface Keep {
  op: "keep";
  cache: LayerCache;
  k: Rope;
  v: OfRole;
}

/** softmax(q k scale) v over the cache. */
export interface Attend {
  op: "attend";
  q: Rope;
  cache: Keep;
  shape: HeadShape;
}

/** silu(gate) * up, or gelu(gate) * up. */
export interface Gate {
  op: "gate";
  activation?: "gelu";
  gate: OfRole;
  up: OfRole;
}

/** One thing to do after another. */
export type Operation = Write | Add | Sample | TopTokens;

interface Write {
  op: "write";
  out: Activation;
  value: Exclude<Value, Activation>;
}

/** out += value */
interface Add {
  op: "add";
  out: Activation;
  value: Product | Normed;
}

/** Chooses a token from a row of logits and moves the step on. */
export interface Sample {
  op: "sample";
  logits: Activation;
  sampler: Record<"counts" | "bias" | "allowed" | "settings" | "receipt", GPUBuffer>;
  tokens: GPUBuffer;
}

/** Tokens of a step at most; matvec_few.wgsl has as many names. */
export const mostStepTokens = 8;

/** Tokens that `TopTokens` gives: as many as OpenAI's `top_logprobs` may ask for. */
export const mostTopTokens = 20;

/** The most likely tokens, before anything shapes the logits. */
export interface TopTokens {
  op: "top tokens";
  logits: Activation;
  result: GPUBuffer; // [1 + 2 * mostTopTokens]
}

export const embed = (weight: Weight, tokens: GPUBuffer, scale?: number): Embed => {
  return { op: "embed", weight, tokens, scale };
};
export const norm = <X extends Normed["x"]>(x: X, { gain, eps }: Norm) => ({ op: "norm", x, gain, eps }) as const;
export const layerNorm = (x: Activation, { gain, eps }: Norm): LayerNormed => ({ op: "layer norm", x, gain, eps });
export const product = (weight: Weight, x: Product["x"], cap?: number): Product => ({ op: "product", weight, x, cap });
export const ofRole = (of: Product, role: string): OfRole => ({ op: "of role", of, role });
export const headNorm = (x: OfRole, { gain, eps, joint }: Norm & Pick<HeadNormed, "joint">): HeadNormed => {
  return { op: "head norm", x, gain, eps, joint };
};
export const rope = (x: Rope["x"], table: GPUBuffer): Rope => ({ op: "rope", x, table });
export const keep = (cache: LayerCache, k: Rope, v: OfRole): Keep => ({ op: "keep", cache, k, v });
export const attend = (q: Rope, cache: Keep, shape: HeadShape): Attend => ({ op: "attend", q, cache, shape });
export const gate = (gated: OfRole, up: OfRole, activation?: Gate["activation"]): Gate => {
  return { op: "gate", gate: gated, up, activation };
};
export const write = (out: Activation, value: Write["value"]): Write => ({ op: "write", out, value });
export const add = (out: Activation, value: Add["value"]): Add => ({ op: "add", out, value });
