// The operations of a transformer as dispatch requests: which kernel, which constants, how large a grid. One recorder
// fills one plan. `many` records for batches of up to batchTokens tokens (tiled matmul), otherwise for a single token.

import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { DispatchRequest } from "./plan.ts";
import { decodeOf, type Weight } from "./weight.ts";

/** An f32 matrix of activations, [tokens, stride]; columns beyond `cols` are zero up to `stride`, a multiple of 32. */
export interface Activation {
  buffer: GPUBuffer;
  cols: number;
  stride: number;
}

/** One layer's keys and values, [kvHeads, context, headDim] each. */
export interface LayerCache {
  k: GPUBuffer;
  v: GPUBuffer;
}

export interface HeadShape {
  heads: number;
  kvHeads: number;
  headDim: number;
  context: number;
  halfCache: boolean;
}

export function strideOf(cols: number): number {
  return Math.ceil(cols / 32) * 32;
}

const perGroup = (count: number) => Math.ceil(count / 64);
const eachToken = (tokens: number) => tokens;

export class Recorder {
  readonly requests: DispatchRequest[] = [];
  readonly #gpu: Gpu;
  readonly #step: GPUBuffer;
  readonly #memory: GpuMemory;
  readonly #many: boolean;

  /** `step` is the GPU's { position, count } record. */
  constructor(gpu: Gpu, memory: GpuMemory, step: GPUBuffer, many: boolean) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#step = step;
    this.#many = many;
  }

  embed(out: Activation, weight: Weight, tokens: GPUBuffer): void {
    for (const part of weight.parts) {
      this.requests.push({
        kernel: "embed",
        decode: decodeOf(weight.encoding, this.#gpu.features),
        constants: { out_stride: out.stride },
        buffers: [tokens, out.buffer, this.#step],
        weights: [part.shape, ...part.buffers],
        groups: perGroup(weight.layout.rowBlocks),
        groupsForTokens: eachToken,
      });
    }
  }

  /** With `lastOnly`, only the batch's last token is normed, into row 0. */
  norm(out: Activation, x: Activation, gain: GPUBuffer, eps: number, { lastOnly = false } = {}): void {
    this.requests.push({
      kernel: "rmsnorm",
      constants: { dim: x.cols, stride: x.stride, eps, last_only: Number(lastOnly) },
      buffers: [x.buffer, gain, out.buffer, this.#step],
      groups: 1,
      groupsForTokens: lastOnly ? undefined : eachToken,
    });
  }

  /** y = W x, or y += W x with `add`. `oneToken` uses the single-row kernel whatever the batch. */
  linear(y: Activation, weight: Weight, x: Activation, { add = false, oneToken = !this.#many } = {}): void {
    const linear = oneToken ? undefined : this.#memory.uniform("linear", [x.stride, y.stride, Number(add)]);
    for (const part of weight.parts) {
      const common = {
        decode: decodeOf(weight.encoding, this.#gpu.features),
        weights: [part.shape, ...part.buffers],
      };
      if (!oneToken) {
        this.requests.push({
          ...common,
          kernel: "matmul_tile",
          buffers: [x.buffer, y.buffer, this.#step, linear!],
          groups: Math.ceil(part.rows / 32),
          groupsForTokens: (tokens) => Math.ceil(tokens / 32),
        });
      } else if (this.#gpu.features.has("subgroups") && !this.#gpu.software) {
        const rowsPerGroup = 2; // as if subgroups had 32 lanes; the kernel is right for any size
        this.requests.push({
          ...common,
          kernel: "matvec_subgroup",
          constants: { add: Number(add) },
          buffers: [x.buffer, y.buffer],
          groups: Math.min(Math.ceil(part.rows / rowsPerGroup), 65535),
        });
      } else {
        // Software adapters pay most for barriers: one lane a row needs none.
        const lanes = this.#gpu.software ? 1 : 16;
        const rows = 64 / lanes;
        this.requests.push({
          ...common,
          kernel: "matvec",
          constants: { lanes, rows, add: Number(add) },
          buffers: [x.buffer, y.buffer],
          groups: Math.ceil(part.rows / rows),
        });
      }
    }
  }

  rope(x: Activation, table: GPUBuffer, heads: number, headDim: number): void {
    this.requests.push({
      kernel: "rope",
      constants: { heads, head_dim: headDim, stride: x.stride },
      buffers: [table, x.buffer, this.#step],
      groups: perGroup((heads * headDim) / 2),
      groupsForTokens: eachToken,
    });
  }

  writeCache(cache: LayerCache, k: Activation, v: Activation, shape: HeadShape): void {
    this.requests.push({
      kernel: "kv_write",
      constants: {
        kv_heads: shape.kvHeads,
        head_dim: shape.headDim,
        context: shape.context,
        stride: k.stride,
        half_cache: Number(shape.halfCache),
      },
      buffers: [k.buffer, v.buffer, cache.k, cache.v, this.#step],
      groups: perGroup((shape.kvHeads * shape.headDim) / 2),
      groupsForTokens: eachToken,
    });
  }

  attend(out: Activation, q: Activation, cache: LayerCache, shape: HeadShape): void {
    this.requests.push({
      kernel: "attention",
      constants: {
        heads: shape.heads,
        kv_heads: shape.kvHeads,
        head_dim: shape.headDim,
        context: shape.context,
        stride: q.stride,
        scale: 1 / Math.sqrt(shape.headDim),
        half_cache: Number(shape.halfCache),
      },
      buffers: [q.buffer, cache.k, cache.v, out.buffer, this.#step],
      groups: shape.heads,
      groupsForTokens: eachToken,
    });
  }

  swiglu(gate: Activation, up: Activation): void {
    this.requests.push({
      kernel: "swiglu",
      constants: { hidden_dim: gate.cols, stride: gate.stride },
      buffers: [gate.buffer, up.buffer, this.#step],
      groups: perGroup(gate.cols),
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
      constants: { vocab: logits.cols },
      buffers: [logits.buffer, sampler.counts, sampler.bias, sampler.settings, this.#step, tokens],
      groups: 1,
    });
  }
}
