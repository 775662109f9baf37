// What a model will cost on the GPU, from its shape alone: every tensor, the KV cache, scratch. No weights, no device.
// The same arithmetic that allocates (gpu/weight.ts, activations.ts, cache.ts) is used, so the plan cannot drift from it.

import type { ModelConfig } from "../format/model-config.ts";
import { expectedTensors } from "../format/llama-tensors.ts";
import type { Dtype } from "../format/tensor.ts";
import { strideOf } from "../gpu/operations.ts";
import { rowLayout, splitRows, weightBytes } from "../gpu/weight.ts";
import { chooseEncoding } from "../quant/choose.ts";
import type { Encoding, QuantizeChoice } from "../quant/layout.ts";
import { activationShapes } from "./activations.ts";
import { layerCacheBytes } from "./cache.ts";
import { batchTokens } from "./model.ts";

export interface PlanRequest {
  quantize: QuantizeChoice;
  /** What the checkpoint stores; used where the choice keeps it. */
  dtype: Dtype;
  kv: "f16" | "f32";
  contextLength: number;
  maxBindingBytes: number;
}

export interface PlannedTensor {
  name: string;
  rows: number;
  cols: number;
  encoding: Encoding;
  gpuBytes: number;
  /** Buffers the codes are split into to stay below the binding limit. */
  parts: number;
}

export interface MemoryPlan {
  tensors: PlannedTensor[];
  weightBytes: number;
  kvBytes: number;
  /** Activations, rope table, sampler, upload staging. */
  scratchBytes: number;
  totalBytes: number;
  /** The largest single binding, to hold against an adapter's limit. */
  largestBindingBytes: number;
}

export function planMemory(config: ModelConfig, request: PlanRequest): MemoryPlan {
  const { quantize, dtype, kv, contextLength, maxBindingBytes } = request;
  let largestBindingBytes = layerCacheBytes(config, contextLength, kv === "f16");
  const tensors = [...expectedTensors(config)].map(([name, shape]): PlannedTensor => {
    const cols = shape[shape.length - 1];
    const rows = shape.length === 1 ? 1 : shape[0];
    if (shape.length === 1) return { name, rows, cols, encoding: "f32", gpuBytes: 4 * cols, parts: 1 };
    const encoding = chooseEncoding({ name, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    const layout = rowLayout(encoding, cols);
    const parts = splitRows(rows, layout, maxBindingBytes);
    largestBindingBytes = Math.max(largestBindingBytes, parts[0].rows * layout.codeBytes);
    return { name, rows, cols, encoding, gpuBytes: weightBytes(rows, layout), parts: parts.length };
  });
  const weights = tensors.reduce((sum, tensor) => sum + tensor.gpuBytes, 0);
  const kvBytes = 2 * config.layers * layerCacheBytes(config, contextLength, kv === "f16");
  const activations = activationShapes(config).reduce(
    (sum, [, cols, rows]) => sum + (rows === "one" ? 1 : batchTokens.hardware) * strideOf(cols) * 4,
    0,
  );
  const scratchBytes = activations + contextLength * config.headDim * 4 + config.vocabSize * 8;
  return {
    tensors,
    weightBytes: weights,
    kvBytes,
    scratchBytes,
    totalBytes: weights + kvBytes + scratchBytes,
    largestBindingBytes,
  };
}
