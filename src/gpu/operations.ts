// The operations of a transformer as dispatch requests: which kernel, which constants, how large a grid. One recorder
// fills one plan. `many` records for batches of up to batchTokens tokens, otherwise for a single token, where norms, rope,
// cache writes and SwiGLU ride inside the matrix products (unless the variants say not to fuse).

import { cacheRow } from "./cache-layout.ts";
import type { GpuMemory } from "./memory.ts";
import type { Gpu } from "./device.ts";
import { LinearRecorder } from "./linear.ts";
import type { DispatchRequest } from "./plan.ts";
import { weightUse, type Weight } from "./weight.ts";
import type { KvFormat } from "../quant/layout.ts";

/** An f32 matrix of activations, [tokens, stride]; columns beyond `cols` are zero up to `stride`, a multiple of 32. */
export interface Activation {
  buffer: GPUBuffer;
  cols: number;
  stride: number;
}

/** One layer's keys and values, each as cache-layout.ts says. */
export interface LayerCache {
  k: GPUBuffer;
  v: GPUBuffer;
}

export interface HeadShape {
  heads: number;
  kvHeads: number;
  headDim: number;
  context: number;
  kv: KvFormat;
  /** Positions that a query sees, its own the last; undefined: all. */
  window?: number;
}

/** RMSNorm's parameters. */
export interface Norm {
  gain: GPUBuffer; // [dim rounded up to 32], zero beyond dim
  eps: number;
}

/** Room for what a fused operation never writes down. */
export interface Scratch {
  normed: Activation; // [T, dim]
  products: Activation; // [T, the widest of qkv and, where nothing is fused, gate and up]
  partial: GPUBuffer; // [heads, splits, headDim + 2]
  /** A batch's keys and values in f32 on their way into a q8 cache, [kvHeads, rows, dims of a cache row]. */
  fresh?: LayerCache & { rows: number };
}

/** Tokens that `topTokens` gives: as many as OpenAI's `top_logprobs` may ask for. */
export const mostTopTokens = 20;

export function strideOf(cols: number): number {
  return Math.ceil(cols / 32) * 32;
}

const perGroup = (count: number) => Math.ceil(count / 64);
const eachToken = (tokens: number) => tokens;

export class Recorder {
  readonly requests: DispatchRequest[] = [];
  readonly #gpu: Gpu;
  readonly #step: GPUBuffer;
  readonly #many: boolean;
  readonly #linear: LinearRecorder;

  /** `step` is the GPU's { position, count } record. */
  constructor(gpu: Gpu, memory: GpuMemory, step: GPUBuffer, many: boolean) {
    this.#gpu = gpu;
    this.#step = step;
    this.#many = many;
    this.#linear = new LinearRecorder(gpu, memory, step, this.requests);
  }

  get #fused(): boolean {
    return !this.#many && this.#gpu.variants.fused;
  }

  embed(out: Activation, weight: Weight, tokens: GPUBuffer): void {
    for (const part of weight.parts) {
      const { format } = part;
      this.requests.push({
        kernel: "embed",
        weight: weightUse(part, this.#gpu.features),
        buffers: { tokens, out: out.buffer, step: this.#step },
        groups: perGroup(format.rowChunks),
        groupsForTokens: eachToken,
        bytesRead: 4 * (format.codeWords + format.scaleWords),
      });
    }
  }

  norm(out: Activation, x: Activation, { gain, eps }: Norm): void {
    this.requests.push({
      kernel: "rmsnorm",
      constants: { dim: x.cols, stride: x.stride, eps, threads: this.#gpu.variants.reducers },
      buffers: { x: x.buffer, gain, out: out.buffer },
      groups: 1,
      groupsForTokens: eachToken,
    });
  }

  /** y = W x, or y += W x with `add`. */
  linear(y: Activation, weight: Weight, x: Activation, { add = false } = {}): void {
    if (this.#many) this.#linear.many(y, weight, x, add ? "add" : "store");
    else this.#linear.one(weight, { name: add ? "plain_add" : "plain_store", buffers: { x: x.buffer, y: y.buffer } });
  }

  /** y = W norm(x). */
  normedLinear(y: Activation, weight: Weight, x: Activation, norm: Norm, { normed }: Pick<Scratch, "normed">): void {
    if (this.#fused) return this.#linear.one(weight, ofNormed("normed_store", y, x, norm));
    this.norm(normed, x, norm);
    this.linear(y, weight, normed);
  }

  /**
   * q = rope(Wq norm(x)); rope(Wk norm(x)) and Wv norm(x) go into the cache. `qkv` holds the three weights, paired. With
   * `headNorm` (gains of q, then of k) each head of q and k is normed before it is turned. Into a q8 cache only a batch goes
   * here; one token's key and value stay beside it until `attend`.
   */
  queriesKeysValues(
    q: Activation,
    cache: LayerCache,
    qkv: Weight,
    x: Activation,
    norm: Norm,
    table: GPUBuffer,
    shape: HeadShape,
    { normed, products, fresh }: Scratch,
    headNorm?: Norm,
  ): void {
    const { heads, kvHeads, headDim, context, kv } = shape;
    const beside = kv === "q8" ? fresh! : undefined;
    const constants = {
      heads,
      kv_heads: kvHeads,
      head_dim: headDim,
      cache_dim: cacheRow(headDim, kv).dims,
      context,
      rows: beside?.rows ?? context,
      beside: beside !== undefined,
      half_cache: kv === "f16",
    };
    const { k, v } = beside ?? cache;
    const written = { q: q.buffer, table, k_cache: k, v_cache: v, step: this.#step };
    // Eight storage buffers, WebGPU's default; a gathered input and a bias take one more each. A head's norm needs the head.
    const buffers = 8 + Number(qkv.parts.some((part) => part.order)) + Number(qkv.bias !== undefined);
    const fits = !headNorm && buffers <= this.#gpu.storageBuffersPerShader;
    if (this.#fused && fits) {
      this.#linear.one(qkv, {
        name: "normed_cache",
        constants: { ...constants, dim: x.cols, eps: norm.eps },
        buffers: { x: x.buffer, gain: norm.gain, ...written },
      });
      return;
    }
    const rows: Activation = { ...products, cols: qkv.rows, stride: strideOf(qkv.rows) };
    if (this.#fused) this.#linear.one(qkv, ofNormed("normed_store", rows, x, norm));
    else {
      this.norm(normed, x, norm);
      this.linear(rows, qkv, normed);
    }
    const strides = { qkv_stride: rows.stride, q_stride: q.stride };
    this.requests.push(
      headNorm
        ? {
            kernel: "norm_rope_cache",
            constants: { ...constants, ...strides, eps: headNorm.eps },
            buffers: { qkv: rows.buffer, gain: headNorm.gain, ...written },
            groups: shape.heads + 2 * shape.kvHeads,
            groupsForTokens: eachToken,
          }
        : {
            kernel: "rope_cache",
            constants: { ...constants, ...strides },
            buffers: { qkv: rows.buffer, ...written },
            groups: perGroup(qkv.rows / 2),
            groupsForTokens: eachToken,
          },
    );
    if (beside && this.#many) this.#quantizeCache(cache, beside, shape);
  }

  #quantizeCache(cache: LayerCache, fresh: NonNullable<Scratch["fresh"]>, shape: HeadShape): void {
    const { kvHeads, headDim, context, kv } = shape;
    const { dims, scaleWords } = cacheRow(headDim, kv);
    this.requests.push({
      kernel: "cache_quantize",
      constants: { kv_heads: kvHeads, cache_dim: dims, context, rows: fresh.rows, scale_words: scaleWords },
      buffers: { fresh_k: fresh.k, fresh_v: fresh.v, k_cache: cache.k, v_cache: cache.v, step: this.#step },
      groups: perGroup(2 * kvHeads * scaleWords),
      groupsForTokens: eachToken,
    });
  }

  /** One token's key and value are put into a q8 cache here. */
  attend(out: Activation, q: Activation, cache: LayerCache, shape: HeadShape, { partial, fresh }: Scratch): void {
    const { heads, kvHeads, headDim, context, kv, window = context } = shape;
    const { dims, bits, scaleWords } = cacheRow(headDim, kv);
    const { attention, attentionSplit: split } = this.#gpu.variants;
    const rows = attention === "rows";
    const splits = (position: number) => Math.floor((Math.min(position + 1, window) - 1) / split) + 1;
    const constants = {
      heads,
      kv_heads: kvHeads,
      head_dim: headDim,
      context,
      stride: q.stride,
      scale: 1 / Math.sqrt(headDim),
      cache_bits: bits,
      row_units: dims / 8,
      scale_words: scaleWords,
      split,
      window,
    };
    const buffers = { q: q.buffer, k_cache: cache.k, v_cache: cache.v, out: out.buffer, partial, step: this.#step };
    const grid = {
      groups: rows ? Math.ceil(heads / 8) : heads,
      groupsForTokens: eachToken,
      groupsAtPosition: this.#many ? undefined : splits,
    };
    this.requests.push(
      kv === "q8" && !this.#many
        ? {
            kernel: rows ? "attention_rows_keep" : "attention_keep",
            constants: { ...constants, rows: fresh!.rows },
            buffers: { ...buffers, fresh_k: fresh!.k, fresh_v: fresh!.v },
            ...grid,
          }
        : { kernel: rows ? "attention_rows" : "attention", constants, buffers, ...grid },
    );
    if (this.#many || Math.min(context, window) <= split) return;
    this.requests.push({
      kernel: "attention_merge",
      constants: { head_dim: headDim, split, window },
      buffers: { partial, out: out.buffer, step: this.#step },
      groups: heads,
      groupsAtPosition: (position) => (splits(position) > 1 ? 1 : 0),
    });
  }

  /** y = silu(Wgate norm(x)) * Wup norm(x); `gateUp` holds both weights, paired where their layouts allow. */
  gated(y: Activation, gateUp: Weight, x: Activation, norm: Norm, { normed, products }: Scratch): void {
    const { paired, rows, parts } = gateUp;
    const upStart = rows / 2;
    if (this.#fused && paired) return this.#linear.one(gateUp, ofNormed("normed_swiglu", y, x, norm));
    if (this.#fused) {
      const [gate, up] = [
        parts.filter(({ rowStart }) => rowStart < upStart),
        parts.filter(({ rowStart }) => rowStart >= upStart),
      ];
      this.#linear.one({ ...gateUp, parts: gate }, ofNormed("normed_store", y, x, norm));
      const { constants, buffers } = ofNormed("normed_swiglu", y, x, norm);
      const product = { name: "normed_swiglu_up", constants: { ...constants, first_row: upStart }, buffers } as const;
      return this.#linear.one({ ...gateUp, parts: up }, product);
    }
    this.norm(normed, x, norm);
    if (this.#many && paired && this.#gpu.variants.fused) return this.#linear.many(y, gateUp, normed, "swiglu");
    const both: Activation = { ...products, cols: rows, stride: strideOf(rows) };
    this.linear(both, gateUp, normed);
    this.requests.push({
      kernel: "swiglu",
      constants: {
        hidden_dim: y.cols,
        x_stride: both.stride,
        y_stride: y.stride,
        ...(paired ? { gate_step: 2, up_start: 1 } : { gate_step: 1, up_start: upStart }),
      },
      buffers: { x: both.buffer, y: y.buffer, step: this.#step },
      groups: perGroup(y.cols),
      groupsForTokens: eachToken,
    });
  }

  sample(
    logits: Activation,
    sampler: { counts: GPUBuffer; bias: GPUBuffer; settings: GPUBuffer },
    tokens: GPUBuffer,
  ): void {
    this.requests.push({
      kernel: "sample",
      constants: { vocab: logits.cols, threads: this.#gpu.variants.reducers },
      buffers: { logits: logits.buffer, ...sampler, step: this.#step, tokens },
      groups: 1,
    });
  }

  /** The most likely tokens, before anything shapes the logits. `result` is [1 + 2 * mostTopTokens] words. */
  topTokens(logits: Activation, result: GPUBuffer): void {
    this.requests.push({
      kernel: "top_tokens",
      constants: {
        vocab: logits.cols,
        top: Math.min(mostTopTokens, logits.cols),
        threads: this.#gpu.variants.reducers,
      },
      buffers: { logits: logits.buffer, result },
      groups: 1,
    });
  }
}

/** W norm(x), stored or gated. */
function ofNormed<Name extends "normed_store" | "normed_swiglu">(name: Name, y: Activation, x: Activation, norm: Norm) {
  return {
    name,
    constants: { dim: x.cols, eps: norm.eps },
    buffers: { x: x.buffer, gain: norm.gain, y: y.buffer },
  };
}
