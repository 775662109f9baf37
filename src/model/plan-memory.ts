// What a model will cost on the GPU, from its shape alone: every tensor, the KV cache, scratch. No weights, no device.
// The same arithmetic that allocates (gpu/weight.ts, activations.ts, cache.ts) is used, so the two cannot differ in it.

import type { ModelConfig } from "../format/model-config.ts";
import { expectedTensors } from "../format/llama-tensors.ts";
import type { Dtype } from "../format/tensor.ts";
import { strideOf } from "../gpu/operations.ts";
import { attentionSplit } from "../gpu/variants.ts";
import { joinSegments, splitRows } from "../gpu/weight.ts";
import { tensorRole, type LinearRole } from "../format/tensor-roles.ts";
import { chooseEncoding } from "../quant/choose.ts";
import type { KvFormat, QuantizeChoice } from "../quant/layout.ts";
import { canShare, formatBytes, plainFormat, type RowFormat } from "../quant/row-format.ts";
import { activationShapes, batchTokens } from "./activations.ts";
import { layerCacheBytes } from "./cache.ts";
import { layerGroups } from "./weights.ts";

export interface MemoryRequest {
  quantize: QuantizeChoice;
  /** What the checkpoint stores; used where the choice keeps it. */
  dtype: Dtype;
  /** By name, the formats of matrices that their publisher quantized. */
  quantized?: ReadonlyMap<string, RowFormat>;
  kv: KvFormat;
  contextLength: number;
  maxBindingBytes: number;
}

export interface TensorMemory {
  name: string;
  rows: number;
  cols: number;
  /** The format's label. */
  encoding: string;
  gpuBytes: number;
  /** Buffers that the codes, with those of the tensors they share them with, are split into below the binding limit. */
  parts: number;
}

export interface MemoryCount {
  tensors: TensorMemory[];
  weightBytes: number;
  kvBytes: number;
  /** Activations, rope table, sampler, upload staging. */
  scratchBytes: number;
  totalBytes: number;
  /** The largest single binding, to hold against an adapter's limit. */
  largestBindingBytes: number;
}

export function countMemory(config: ModelConfig, request: MemoryRequest): MemoryCount {
  const { quantize, dtype, quantized, kv, contextLength, maxBindingBytes } = request;
  let largestBindingBytes = layerCacheBytes(config, contextLength, kv);
  const expected = expectedTensors(config);
  const formatOf = (name: string): RowFormat => {
    const shape = expected.get(name)!;
    const encoding = chooseEncoding({ name, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    return quantized?.get(name) ?? plainFormat(encoding, shape[shape.length - 1]);
  };
  const byRole = new Map([...expected.keys()].map((name) => [placeName(tensorRole(name)!), name]));
  const groups = Array.from({ length: config.layers }, (_, layer) =>
    layerGroups(config, (role) => formatOf(byRole.get(placeName({ layer, role }))!)),
  );
  const tensors = [...expected].map(([name, shape]): TensorMemory => {
    const cols = shape[shape.length - 1];
    const rows = shape.length === 1 ? 1 : shape[0];
    if (shape.length === 1) return { name, rows, cols, encoding: "f32", gpuBytes: 4 * strideOf(cols), parts: 1 };
    const format = formatOf(name);
    // q, k and v share buffers, and so do gate and up.
    const { layer, role } = tensorRole(name)!;
    const group = layer === undefined ? undefined : groups[layer].find(({ roles }) => roles.has(role as LinearRole));
    const segment = group && joinSegments(group.segments).find((candidate) => canShare(candidate.format, format));
    const parts = splitRows(segment?.rows ?? rows, format, maxBindingBytes);
    const { codeWords, scaleWords } = format;
    largestBindingBytes = Math.max(largestBindingBytes, 4 * parts[0].rows * Math.max(codeWords, scaleWords));
    return { name, rows, cols, encoding: format.label, gpuBytes: formatBytes(format, rows), parts: parts.length };
  });
  const weights = tensors.reduce((sum, tensor) => sum + tensor.gpuBytes, 0);
  const kvBytes = 2 * config.layers * layerCacheBytes(config, contextLength, kv);
  const shapes = activationShapes(config, {
    batchTokens: batchTokens.hardware,
    contextLength,
    kv,
    attentionSplit: attentionSplit.hardware,
    gateUpApart: false,
  });
  const activations = shapes.reduce((sum, [, rows, cols]) => sum + rows * strideOf(cols) * 4, 0);
  const samplerBytes = config.vocabSize * 8 + Math.ceil(config.vocabSize / 32) * 4; // counts and biases; what is allowed, as bits
  const scratchBytes = activations + contextLength * config.headDim * 4 + samplerBytes;
  return {
    tensors,
    weightBytes: weights,
    kvBytes,
    scratchBytes,
    totalBytes: weights + kvBytes + scratchBytes,
    largestBindingBytes,
  };
}

const placeName = ({ layer, role }: { layer?: number; role: string }): string => `${layer ?? ""} ${role}`;
