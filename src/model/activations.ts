// Scratch that a forward pass writes and reads: one buffer per intermediate, sized once for the largest batch.

import type { ModelConfig } from "../format/model-config.ts";
import { cacheRow } from "../gpu/cache-layout.ts";
import type { Scratch } from "../gpu/fusion.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { mostStepTokens, strideOf, type Activation } from "../gpu/operations.ts";
import type { KvFormat } from "../quant/layout.ts";

/**
 * Tokens of a prompt computed at once: four tiles of a matmul. A quarter of that on software adapters, to keep dispatches
 * short and aborts prompt. Not measured.
 */
export const batchTokens = { hardware: 256, software: 64 };

export interface Activations extends Scratch {
  x: Activation; // [T, dim], the residual stream
  logits: Activation; // [1, vocabSize]
}

export interface ActivationRequest {
  batchTokens: number;
  contextLength: number;
  kv: KvFormat;
  /** Positions of a split of attention. */
  attentionSplit: number;
  /** Whether gate and up are ever written down before they are combined. */
  gateUpApart: boolean;
}

type ScratchName = Exclude<keyof Activations, "fresh"> | "freshKeys" | "freshValues";

/** [name, rows, columns] of every activation. */
export function activationShapes(
  config: ModelConfig,
  { batchTokens, contextLength, kv, attentionSplit, gateUpApart }: ActivationRequest,
): [ScratchName, number, number][] {
  const { dim, hiddenDim, heads, kvHeads, headDim, vocabSize, norms } = config;
  const qkvRows = (heads + 2 * kvHeads) * headDim;
  const splits = contextLength > attentionSplit ? Math.ceil(contextLength / attentionSplit) : 0;
  const freshRows = kv === "q8" ? kvHeads * batchTokens : 0;
  return [
    ["x", batchTokens, dim],
    ["normed", batchTokens, dim],
    ["products", batchTokens, Math.max(qkvRows, gateUpApart ? 2 * hiddenDim : 0, norms ? dim : 0)],
    ["q", batchTokens, heads * headDim],
    ["attended", batchTokens, heads * headDim],
    ["gated", batchTokens, hiddenDim],
    ["logits", 1, vocabSize],
    ["partial", heads * splits, headDim + 2],
    ["freshKeys", freshRows, cacheRow(headDim, kv).dims],
    ["freshValues", freshRows, cacheRow(headDim, kv).dims],
  ];
}

/** Words of a sampler's buffers: how often tokens were chosen, their biases, and which are allowed, as bits. */
export const samplerWords = ({ vocabSize }: ModelConfig) => ({
  counts: vocabSize,
  bias: vocabSize,
  allowed: Math.ceil(vocabSize / 32),
});

export const samplerBytes = (config: ModelConfig): number =>
  4 * Object.values(samplerWords(config)).reduce((sum, words) => sum + words, 0);

type Split = Pick<ActivationRequest, "contextLength" | "attentionSplit">;

/** Bytes that the splits of a few tokens' attention write. */
export const fewPartialBytes = ({ heads, headDim }: ModelConfig, { contextLength, attentionSplit }: Split): number =>
  4 * mostStepTokens * heads * Math.ceil(contextLength / attentionSplit) * (headDim + 2);

/**
 * Bytes that `sequences` at once take beside those of one alone: a sampler each, and what their common steps write, as
 * those that check drafts do.
 */
export function severalBytes(config: ModelConfig, sequences: number, split: Split, drafts = false): number {
  if (sequences === 1 && !drafts) return 0;
  const logits = 4 * mostStepTokens * strideOf(config.vocabSize);
  return (sequences - 1) * samplerBytes(config) + logits + fewPartialBytes(config, split);
}

export function allocateActivation(memory: GpuMemory, name: string, rows: number, cols: number): Activation {
  const stride = strideOf(cols);
  return { buffer: memory.storage(name, rows * stride * 4), cols, stride };
}

export function allocateActivations(memory: GpuMemory, config: ModelConfig, request: ActivationRequest): Activations {
  const shapes = activationShapes(config, request);
  const made = shapes.map(([name, rows, cols]) => [name, allocateActivation(memory, name, rows, cols)] as const);
  const { partial, freshKeys, freshValues, ...all } = Object.fromEntries(made) as Record<ScratchName, Activation>;
  const [k, v] = [freshKeys, freshValues].map(({ buffer }) => ({ buffer }));
  const fresh = { k, v, rows: request.batchTokens };
  return { ...all, partial: partial.buffer, fresh };
}
