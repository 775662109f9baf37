// Scratch that a forward pass writes and reads: one buffer per intermediate, sized once for the largest batch.

import type { ModelConfig } from "../format/model-config.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { strideOf, type Activation } from "../gpu/operations.ts";

export interface Activations {
  x: Activation; // [T, dim], the residual stream
  normed: Activation; // [T, dim]
  q: Activation; // [T, heads * headDim]
  k: Activation; // [T, kvHeads * headDim]
  v: Activation; // [T, kvHeads * headDim]
  attended: Activation; // [T, heads * headDim]
  gate: Activation; // [T, hiddenDim]
  up: Activation; // [T, hiddenDim]
  last: Activation; // [1, dim]
  logits: Activation; // [1, vocabSize]
}

/** [name, columns, whole batch or one row] of every activation. */
export function activationShapes(config: ModelConfig): [keyof Activations, number, "batch" | "one"][] {
  const { dim, hiddenDim, heads, kvHeads, headDim, vocabSize } = config;
  return [
    ["x", dim, "batch"],
    ["normed", dim, "batch"],
    ["q", heads * headDim, "batch"],
    ["k", kvHeads * headDim, "batch"],
    ["v", kvHeads * headDim, "batch"],
    ["attended", heads * headDim, "batch"],
    ["gate", hiddenDim, "batch"],
    ["up", hiddenDim, "batch"],
    ["last", dim, "one"],
    ["logits", vocabSize, "one"],
  ];
}

export function allocateActivation(memory: GpuMemory, name: string, rows: number, cols: number): Activation {
  const stride = strideOf(cols);
  return { buffer: memory.storage(name, rows * stride * 4, GPUBufferUsage.COPY_SRC), cols, stride };
}

export function allocateActivations(memory: GpuMemory, config: ModelConfig, batchTokens: number): Activations {
  const entries = activationShapes(config).map(([name, cols, rows]) => [
    name,
    allocateActivation(memory, name, rows === "one" ? 1 : batchTokens, cols),
  ]);
  return Object.fromEntries(entries);
}
