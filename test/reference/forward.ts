// Llama (Touvron et al. 2023) in float64, to be read beside the paper and trusted by every kernel check. Slow, complete, and
// independent of src/ except for the configuration's type.

import type { ModelConfig } from "../../src/format/model-config.ts";
import { attention, type KvPrecision, softCapped, writeKv } from "./attention.ts";
import { embeddingRow, matmul, residual } from "./linear.ts";
import { rmsNorm } from "./rms-norm.ts";
import { applyRope, ropeTable } from "./rope.ts";
import { argmax } from "./sampling.ts";
import { swiglu } from "./swiglu.ts";

/** Matrices are row-major [out, in]. */
export interface ReferenceLayer {
  /** Before attention. */
  attentionNorm?: Float64Array; // [dim]
  /** Behind it. */
  attentionEndNorm?: Float64Array; // [dim]
  query: Float64Array; // [heads * headDim, dim]
  key: Float64Array; // [kvHeads * headDim, dim]
  value: Float64Array; // [kvHeads * headDim, dim]
  output: Float64Array; // [dim, heads * headDim]
  ffnNorm?: Float64Array; // [dim]
  ffnEndNorm?: Float64Array; // [dim]
  gate: Float64Array; // [hiddenDim, dim]
  up: Float64Array; // [hiddenDim, dim]
  down: Float64Array; // [dim, hiddenDim]
  /** For the products that have one. [rows of the matrix] */
  biases?: Partial<Record<"query" | "key" | "value" | "output" | "gate" | "up" | "down", Float64Array>>;
  queryNorm?: Float64Array; // [headDim], of every head; or of all at once, [heads * headDim]
  keyNorm?: Float64Array; // [headDim] or [kvHeads * headDim]
}

export interface ReferenceWeights {
  embedding: Float64Array; // [vocabSize, dim]
  layers: ReferenceLayer[];
  finalNorm: Float64Array; // [dim]
  head: Float64Array; // [vocabSize, dim]; the embedding itself when tied
}

/** One layer's keys (already turned) and values. */
export interface ReferenceCache {
  keys: Float64Array; // [contextLength, kvHeads, headDim]
  values: Float64Array; // [contextLength, kvHeads, headDim]
}

function emptyCache(config: ModelConfig, contextLength: number): ReferenceCache[] {
  const size = contextLength * config.kvHeads * config.headDim;
  return Array.from({ length: config.layers }, () => ({
    keys: new Float64Array(size),
    values: new Float64Array(size),
  }));
}

/** What a layer has of the configuration that others may not: how far it sees, and how it is turned. */
function ofLayer(config: ModelConfig, index: number): ModelConfig {
  const { local } = config;
  if (!local?.layers.includes(index)) return config;
  const { window, ropeTheta } = local;
  return { ...config, window, ...(ropeTheta ? { ropeTheta, ropeScaling: { kind: "none" } } : {}) };
}

/** One decoder layer over rows at firstPosition... x: [count, dim] -> [count, dim]; writes the rows' keys and values. */
function decoderLayer(
  x: Float64Array,
  layer: ReferenceLayer,
  config: ModelConfig,
  cache: ReferenceCache,
  firstPosition: number,
  kv: KvPrecision = "exact",
): Float64Array {
  const { dim, hiddenDim, heads, kvHeads, headDim, normEps, window, attentionCap: cap } = config;
  const count = x.length / dim;
  const rope = ropeTable(config, firstPosition, count, firstPosition + count);
  const product = (input: Float64Array, name: keyof NonNullable<ReferenceLayer["biases"]>, rows: number) =>
    plusBias(matmul(input, layer[name], count, rows), layer.biases?.[name]);
  /** Rows as wide as the gain: of heads, each is one of its own. */
  const normed = (rows: Float64Array, gain?: Float64Array) => (gain ? rmsNorm(rows, gain, normEps) : rows);

  const a = normed(x, layer.attentionNorm);
  const q = applyRope(normed(product(a, "query", heads * headDim), layer.queryNorm), rope, heads, headDim);
  const k = applyRope(normed(product(a, "key", kvHeads * headDim), layer.keyNorm), rope, kvHeads, headDim);
  const v = product(a, "value", kvHeads * headDim);
  writeKv(cache.keys, k, kvHeads * headDim, firstPosition, kv);
  writeKv(cache.values, v, kvHeads * headDim, firstPosition, kv);
  const mixed = attention(q, cache.keys, cache.values, { heads, kvHeads, headDim, firstPosition, window, cap });
  const h = residual(x, normed(product(mixed, "output", dim), layer.attentionEndNorm));

  const b = normed(h, layer.ffnNorm);
  const hidden = swiglu(product(b, "gate", hiddenDim), product(b, "up", hiddenDim));
  return residual(h, normed(product(hidden, "down", dim), layer.ffnEndNorm));
}

function plusBias(rows: Float64Array, bias: Float64Array | undefined): Float64Array {
  return bias ? rows.map((value, i) => value + bias[i % bias.length]) : rows;
}

/** Feeds ids at firstPosition... and gives a row of logits for each. -> [ids.length, vocabSize]. */
export function forward(
  weights: ReferenceWeights,
  config: ModelConfig,
  cache: ReferenceCache[],
  ids: readonly number[],
  firstPosition: number,
  kv: KvPrecision = "exact",
): Float64Array {
  let x: Float64Array = new Float64Array(ids.length * config.dim); // [ids.length, dim]
  ids.forEach((id, t) => x.set(embeddingRow(weights.embedding, config.dim, id), t * config.dim));
  weights.layers.forEach((layer, i) => {
    x = decoderLayer(x, layer, ofLayer(config, i), cache[i], firstPosition, kv);
  });
  const logits = matmul(rmsNorm(x, weights.finalNorm, config.normEps), weights.head, ids.length, config.vocabSize);
  return softCapped(logits, config.logitCap);
}

/** The whole pass over a prompt, without history. -> [ids.length, vocabSize]. */
export function referenceForward(
  weights: ReferenceWeights,
  config: ModelConfig,
  ids: readonly number[],
  kv: KvPrecision = "exact",
): Float64Array {
  return forward(weights, config, emptyCache(config, ids.length), ids, 0, kv);
}

export interface ReferenceGeneration {
  /** The generated ids only. */
  ids: number[];
  /** Row i after position i. [promptIds.length + ids.length - 1, vocabSize]. */
  logits: Float64Array;
}

/**
 * Prefill of the whole prompt at once, then one id at a time; no stop ids. `choose` gets each step's row and the position
 * of the token to choose (default argmax).
 */
export function referenceGenerate(
  weights: ReferenceWeights,
  config: ModelConfig,
  promptIds: readonly number[],
  maxTokens: number,
  options: { kv?: KvPrecision; choose?: (row: Float64Array, position: number) => number } = {},
): ReferenceGeneration {
  const { kv = "exact", choose = argmax } = options;
  const { vocabSize } = config;
  const rows = promptIds.length + maxTokens - 1;
  const cache = emptyCache(config, rows);
  const logits = new Float64Array(rows * vocabSize);
  logits.set(forward(weights, config, cache, promptIds, 0, kv));
  const ids: number[] = [];
  for (let position = promptIds.length - 1; ; position++) {
    const id = choose(logits.subarray(position * vocabSize, (position + 1) * vocabSize), position + 1);
    ids.push(id);
    if (ids.length === maxTokens) return { ids, logits };
    logits.set(forward(weights, config, cache, [id], position + 1, kv), (position + 1) * vocabSize);
  }
}
