// Steps as dispatch requests: which kernel, which constants, how large a grid. One recorder fills one plan. fusion.ts has
// decided what a step covers; the adapter's variants say which of several equal kernels takes it.

import { cacheRow, pagePositions } from "./cache-layout.ts";
import type { Gpu } from "./device.ts";
import type { ProductUse } from "./dispatch.ts";
import { fuse, type Scratch, type Step, type Turned } from "./fusion.ts";
import { LinearRecorder } from "./linear.ts";
import type { GpuMemory } from "./memory.ts";
import { mostTopTokens, type Activation, type HeadShape, type Norm, type Operation } from "./operations.ts";
import type { DispatchRequest } from "./plan.ts";
import { weightUse } from "./weight.ts";

export interface RecordRequest {
  /** step.wgsl's Step. */
  step: GPUBuffer;
  /** For batches of a prompt; otherwise for a step. */
  many: boolean;
  /** Tokens of a step, each computed as it would be alone: at most eight; default 1. */
  tokens?: number;
  /** Whether these are tokens of different sequences. */
  apart?: boolean;
  /** As much as the operations need. */
  scratch?: Partial<Scratch>;
}

const perGroup = (count: number) => Math.ceil(count / 64);
const eachToken = (tokens: number) => tokens;

const geluOf = (activation?: "gelu") => (activation ? { gelu: true } : {});

type Of<Name extends Step["step"]> = Extract<Step, { step: Name }>;

export class Recorder {
  readonly requests: DispatchRequest[] = [];
  readonly #gpu: Gpu;
  readonly #step: GPUBuffer;
  readonly #many: boolean;
  readonly #tokens: number;
  readonly #apart: { apart?: boolean };
  readonly #scratch: Partial<Scratch>;
  readonly #linear: LinearRecorder;

  constructor(gpu: Gpu, memory: GpuMemory, { step, many, tokens = 1, apart = false, scratch = {} }: RecordRequest) {
    this.#gpu = gpu;
    this.#step = step;
    this.#many = many;
    this.#tokens = tokens;
    this.#apart = apart ? { apart } : {};
    this.#scratch = scratch;
    this.#linear = new LinearRecorder(gpu, memory, step, this.requests);
  }

  record(...operations: Operation[]): void {
    const { variants, storageBuffersPerShader } = this.#gpu;
    const target = { many: this.#many, variants, storageBuffersPerShader, scratch: this.#scratch };
    for (const step of fuse(operations, target)) this.#dispatch(step);
  }

  #dispatch(step: Step): void {
    switch (step.step) {
      case "embed":
        return this.#embed(step);
      case "norm":
        return this.#norm(step);
      case "product":
        return this.#product(step);
      case "product, gate":
        return this.#productGate(step);
      case "product, rope, cache":
        return this.#productRopeCache(step);
      case "rope, cache":
        return this.#ropeCache(step);
      case "quantize cache":
        return this.#quantizeCache(step);
      case "attend":
        return this.#attend(step);
      case "merge":
        return this.#merge(step);
      case "gate":
        return this.#gate(step);
      case "sample":
        return this.#sample(step);
      case "top tokens":
        return this.#topTokens(step);
    }
  }

  #embed({ out, weight, tokens, scale }: Of<"embed">): void {
    for (const part of weight.parts) {
      const { format } = part;
      this.requests.push({
        kernel: "embed",
        ...(scale ? { constants: { scale } } : {}),
        weight: weightUse(part, this.#gpu.features),
        buffers: { tokens, out: out.buffer, step: this.#step },
        groups: perGroup(format.rowChunks),
        groupsForTokens: eachToken,
        bytesRead: 4 * (format.codeWords + format.scaleWords),
      });
    }
  }

  #norm({ out, x, norm: { gain, eps }, add, centred }: Of<"norm">): void {
    const more = { ...(add ? { add } : {}), ...(centred ? { centred } : {}) };
    this.requests.push({
      kernel: "rmsnorm",
      constants: { dim: x.cols, stride: x.stride, eps, threads: this.#gpu.variants.reducers, ...more },
      buffers: { x: x.buffer, gain, out: out.buffer },
      groups: 1,
      groupsForTokens: eachToken,
    });
  }

  #product({ give, activation, cap, out, weight, x, norm }: Of<"product">): void {
    if (this.#many) return this.#linear.many(out, weight, x, activation ? "geglu" : give, cap);
    const capped = cap ? { cap } : {};
    const product: ProductUse = norm
      ? give === "swiglu"
        ? this.#ofNormed("normed_swiglu", out, x, norm, geluOf(activation))
        : this.#ofNormed("normed_store", out, x, norm, capped)
      : give === "swiglu"
        ? { name: "plain_swiglu", constants: { ...this.#rowsOf(out), ...geluOf(activation) }, ...this.#plain(out, x) }
        : {
            name: give === "add" ? "plain_add" : "plain_store",
            constants: { ...this.#rowsOf(out), ...capped },
            ...this.#plain(out, x),
          };
    this.#linear.few(weight, product, this.#tokens);
  }

  /** Where a product's rows lie in y, for several tokens. */
  #rowsOf({ stride }: Activation): { y_stride?: number } {
    return this.#tokens > 1 ? { y_stride: stride } : {};
  }

  /** What a product of x as it is is bound to. */
  #plain(out: Activation, x: Activation) {
    return { buffers: { x: x.buffer, y: out.buffer } };
  }

  /** W norm(x), stored or gated. */
  #ofNormed<Name extends "normed_store" | "normed_swiglu">(
    name: Name,
    y: Activation,
    x: Activation,
    norm: Norm,
    more: { gelu?: boolean; cap?: number } = {},
  ) {
    return {
      name,
      constants: { dim: x.cols, eps: norm.eps, ...this.#rowsOf(y), ...more },
      buffers: { x: x.buffer, gain: norm.gain, y: y.buffer },
    };
  }

  #productGate({ activation, out, weight, x, norm }: Of<"product, gate">): void {
    const { constants, buffers } = this.#ofNormed("normed_swiglu", out, x, norm, geluOf(activation));
    const first = { first_row: weight.parts[0].rowStart };
    const product = { name: "normed_swiglu_up" as const, constants: { ...constants, ...first }, buffers };
    this.#linear.few(weight, product, this.#tokens);
  }

  #productRopeCache({ turned, weight, x, norm }: Of<"product, rope, cache">): void {
    const { constants, buffers } = this.#turned(turned);
    const rows = this.#tokens > 1 ? { q_stride: turned.q.stride } : {};
    const product = {
      name: "normed_cache" as const,
      constants: { ...constants, ...rows, dim: x.cols, eps: norm.eps },
      buffers: { x: x.buffer, gain: norm.gain, ...buffers },
    };
    this.#linear.few(weight, product, this.#tokens);
  }

  #ropeCache({ turned, rows, headNorm }: Of<"rope, cache">): void {
    const { constants, buffers } = this.#turned(turned);
    const { heads, kvHeads } = turned.shape;
    const strides = { qkv_stride: rows.stride, q_stride: turned.q.stride };
    this.requests.push(
      headNorm
        ? {
            kernel: "norm_rope_cache",
            constants: { ...constants, ...strides, eps: headNorm.eps, ...(headNorm.joint ? { joint: true } : {}) },
            buffers: { qkv: rows.buffer, gain: headNorm.gain, ...buffers },
            groups: heads + 2 * kvHeads,
            groupsForTokens: eachToken,
          }
        : {
            kernel: "rope_cache",
            constants: { ...constants, ...strides },
            buffers: { qkv: rows.buffer, ...buffers },
            groups: perGroup(rows.cols / 2),
            groupsForTokens: eachToken,
          },
    );
  }

  /** What cache_write.wgsl is bound to. */
  #turned({ q, into, pages, beside, table, shape: { heads, kvHeads, headDim, context, kv } }: Turned) {
    return {
      constants: {
        heads,
        kv_heads: kvHeads,
        head_dim: headDim,
        cache_dim: cacheRow(headDim, kv).dims,
        context,
        rows: beside?.rows ?? 0,
        beside: beside !== undefined,
        half_cache: kv === "f16",
        page_positions: pagePositions,
        ...this.#apart,
      },
      buffers: { q: q.buffer, table, k_cache: into.k, v_cache: into.v, step: this.#step, pages },
    };
  }

  #quantizeCache({ cache, fresh, shape: { kvHeads, headDim, context, kv } }: Of<"quantize cache">): void {
    const { dims, scaleWords } = cacheRow(headDim, kv);
    this.requests.push({
      kernel: "cache_quantize",
      constants: {
        kv_heads: kvHeads,
        cache_dim: dims,
        context,
        rows: fresh.rows,
        scale_words: scaleWords,
        page_positions: pagePositions,
        ...this.#apart,
      },
      buffers: {
        fresh_k: fresh.k,
        fresh_v: fresh.v,
        k_cache: cache.k,
        v_cache: cache.v,
        step: this.#step,
        pages: cache.pages,
      },
      groups: perGroup(2 * kvHeads * scaleWords),
      groupsForTokens: eachToken,
    });
  }

  #attend({ out, q, cache, shape, partial, fresh }: Of<"attend">): void {
    const { heads, kvHeads, headDim, context, kv, window = context } = shape;
    const { attentionScale = 1 / Math.sqrt(headDim), attentionCap } = shape;
    const { dims, bits, scaleWords } = cacheRow(headDim, kv);
    const { attention, attentionSplit: split } = this.#gpu.variants;
    const rows = attention === "rows";
    const constants = {
      heads,
      kv_heads: kvHeads,
      head_dim: headDim,
      context,
      stride: q.stride,
      scale: attentionScale,
      ...(attentionCap ? { cap: attentionCap } : {}),
      cache_bits: bits,
      row_units: dims / 8,
      scale_words: scaleWords,
      split,
      window,
      page_positions: pagePositions,
      ...this.#apart,
    };
    const { k: k_cache, v: v_cache, pages } = cache;
    const buffers = { q: q.buffer, k_cache, v_cache, out: out.buffer, partial, step: this.#step, pages };
    const grid = {
      groups: rows ? Math.ceil(heads / 8) : heads,
      groupsForTokens: eachToken,
      groupsAtPosition: this.#many ? undefined : this.#splits(shape),
    };
    this.requests.push(
      fresh
        ? {
            kernel: rows ? "attention_rows_keep" : "attention_keep",
            constants: { ...constants, rows: fresh.rows },
            buffers: { ...buffers, fresh_k: fresh.k, fresh_v: fresh.v },
            ...grid,
          }
        : { kernel: rows ? "attention_rows" : "attention", constants, buffers, ...grid },
    );
  }

  #merge({ out, partial, shape }: Of<"merge">): void {
    const { heads, headDim, context, window = context } = shape;
    const splits = this.#splits(shape);
    this.requests.push({
      kernel: "attention_merge",
      constants: {
        head_dim: headDim,
        split: this.#gpu.variants.attentionSplit,
        window,
        ...(this.#tokens > 1 && { stride: out.stride }),
        ...this.#apart,
      },
      buffers: { partial, out: out.buffer, step: this.#step },
      groups: heads,
      groupsForTokens: eachToken,
      groupsAtPosition: (position) => (splits(position) > 1 ? 1 : 0),
    });
  }

  /** Workgroups that share what a head sees from a position. */
  #splits({ context, window = context }: HeadShape): (position: number) => number {
    const split = this.#gpu.variants.attentionSplit;
    return (position) => Math.floor((Math.min(position + 1, window) - 1) / split) + 1;
  }

  #gate({ activation, out, both, gate, up }: Of<"gate">): void {
    this.requests.push({
      kernel: "swiglu",
      constants: {
        hidden_dim: out.cols,
        x_stride: both.stride,
        y_stride: out.stride,
        gate_step: gate.half ? 2 : 1,
        up_start: up.base,
        ...geluOf(activation),
      },
      buffers: { x: both.buffer, y: out.buffer, step: this.#step },
      groups: perGroup(out.cols),
      groupsForTokens: eachToken,
    });
  }

  #sample({ sample: { logits, sampler, tokens } }: Of<"sample">): void {
    const { counts, bias, allowed, settings, receipt } = sampler;
    this.requests.push({
      kernel: "sample",
      constants: { vocab: logits.cols, threads: this.#gpu.variants.reducers },
      buffers: { logits: logits.buffer, counts, bias, settings, step: this.#step, tokens, allowed, receipt },
      groups: 1,
    });
  }

  #topTokens({ top: { logits, result } }: Of<"top tokens">): void {
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
