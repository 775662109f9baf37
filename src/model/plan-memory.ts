// What a model will cost on the GPU, from its shape alone: every tensor, the KV cache, scratch. No weights, no device. It
// uses the same arithmetic that allocates (gpu/weight.ts, activations.ts, cache.ts), so the two cannot differ.

import type { ModelConfig } from "../format/model-config.ts";
import { expectedTensors } from "../format/llama-tensors.ts";
import type { Dtype } from "../format/tensor.ts";
import { mostPages } from "../gpu/cache-layout.ts";
import { mostStepTokens, strideOf } from "../gpu/operations.ts";
import { attentionSplit } from "../gpu/variants.ts";
import { joinSegments, splitRows } from "../gpu/weight.ts";
import { tensorRole, type LinearRole } from "../format/tensor-roles.ts";
import { chooseEncoding } from "../quant/choose.ts";
import type { KvFormat, QuantizeChoice } from "../quant/layout.ts";
import { canShare, formatBytes, plainFormat, type RowFormat } from "../quant/row-format.ts";
import { activationShapes, batchTokens, samplerBytes, severalBytes } from "./activations.ts";
import { firstPages, poolBytes, poolPages } from "./cache.ts";
import { layerGroups } from "./weights.ts";

export interface MemoryRequest {
  quantize: QuantizeChoice;
  /** What the checkpoint stores; used where the choice keeps it. */
  dtype: Dtype;
  /** The formats of matrices quantized by their publisher, by name. */
  quantized?: ReadonlyMap<string, RowFormat>;
  kv: KvFormat;
  contextLength: number;
  maxBindingBytes: number;
  /** Answers computed at the same time; default 8, as an engine's. */
  sequences?: number;
}

export interface TensorMemory {
  name: string;
  rows: number;
  cols: number;
  /** The format's label. */
  encoding: string;
  gpuBytes: number;
  /** Buffers that the codes (and those of tensors they share with) are split into to stay below the binding limit. */
  parts: number;
}

export interface MemoryCount {
  tensors: TensorMemory[];
  weightBytes: number;
  /** In pages: of the whole context, or of a sliding window and what is computed with it. */
  kvBytes: number;
  /** Activations, rope and page table, a spare page, sampler, upload staging. */
  scratchBytes: number;
  /** What answers computed at the same time take besides, once there are that many: samplers, logits, partial attention. */
  severalBytes: number;
  /** Once the cache has grown as far as one answer takes it, and others have run beside it. */
  totalBytes: number;
  /** At the start, while the cache is small. */
  firstBytes: number;
  /** The largest single binding, to compare with an adapter's limit. */
  largestBindingBytes: number;
}

export function countMemory(config: ModelConfig, request: MemoryRequest): MemoryCount {
  const { quantize, dtype, quantized, kv, contextLength, maxBindingBytes, sequences = mostStepTokens } = request;
  let largestBindingBytes = poolBytes(config, poolPages(config, contextLength), kv);
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
  const kvBytes = 2 * config.layers * poolBytes(config, poolPages(config, contextLength), kv);
  const split = { contextLength, attentionSplit: attentionSplit.hardware };
  const shapes = activationShapes(config, { batchTokens: batchTokens.hardware, kv, gateUpApart: false, ...split });
  const activations = shapes.reduce((sum, [, rows, cols]) => sum + rows * strideOf(cols) * 4, 0);
  const tables = config.unturned || config.local?.ropeTheta ? 2 : 1; // of rope's angles
  const scratchBytes =
    activations +
    tables * contextLength * config.headDim * 4 +
    samplerBytes(config) +
    4 * mostPages +
    poolBytes(config, 1, kv);
  const several = severalBytes(config, sequences, split);
  const firstKvBytes = 2 * config.layers * poolBytes(config, firstPages, kv);
  return {
    tensors,
    weightBytes: weights,
    kvBytes,
    scratchBytes,
    severalBytes: several,
    totalBytes: weights + kvBytes + scratchBytes + several,
    firstBytes: weights + firstKvBytes + scratchBytes,
    largestBindingBytes,
  };
}

const placeName = ({ layer, role }: { layer?: number; role: string }): string => `${layer ?? ""} ${role}`;
