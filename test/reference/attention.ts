// The KV cache's write and causal attention over it, for one query or many, with grouped heads (Ainslie et al. 2023).
// The cache is [contextLength, kvHeads, headDim] here; a kernel that lays it out otherwise is compared after reordering.

import { dot } from "./linear.ts";
import { roundToF16 } from "./half.ts";

export type KvPrecision = "exact" | "f16";

/** Codes and scales of a q8 cache's row of one head: groups of 32 dims, scale = max |x| / 127 in f16, code = round(x / scale). */
export function quantizeKvRow(row: Float64Array): { codes: Float64Array; scales: Float64Array } {
  const scales = Float64Array.from({ length: Math.ceil(row.length / 32) }, (_, group) =>
    roundToF16(Math.max(...row.subarray(group * 32, (group + 1) * 32).map(Math.abs)) / 127),
  );
  const codes = row.map((value, i) => (scales[i >> 5] > 0 ? Math.round(value / scales[i >> 5]) : 0));
  return { codes, scales };
}

/** cache[firstPosition + t] = rows[t], rounded as storage rounds. cache: [contextLength, width]; rows: [count, width]. */
export function writeKv(
  cache: Float64Array,
  rows: Float64Array,
  width: number,
  firstPosition: number,
  precision: KvPrecision = "exact",
): void {
  if ((firstPosition * width + rows.length) % width || firstPosition * width + rows.length > cache.length)
    throw new Error(`writeKv: ${rows.length} values at position ${firstPosition} do not fit ${cache.length}`);
  cache.set(precision === "f16" ? rows.map(roundToF16) : rows, firstPosition * width);
}

export interface AttentionShape {
  heads: number;
  kvHeads: number; // query head h reads kv head floor(h / (heads / kvHeads))
  headDim: number;
  /** Position of the first query; query t sees positions 0 ... firstPosition + t. */
  firstPosition: number;
  /** Only this many of those, the last ones. */
  window?: number;
  /** Scores are cap tanh(score / cap). */
  cap?: number;
}

/**
 * softmax(q k / sqrt(headDim)) v. queries: [count, heads, headDim]; keys, values: [>= firstPosition + count, kvHeads,
 * headDim] -> [count, heads, headDim].
 */
export function attention(
  queries: Float64Array,
  keys: Float64Array,
  values: Float64Array,
  shape: AttentionShape,
): Float64Array {
  const { heads, kvHeads, headDim, firstPosition, window = Infinity, cap } = shape;
  const group = heads / kvHeads;
  const count = queries.length / (heads * headDim);
  const out = new Float64Array(queries.length);
  for (let t = 0; t < count; t++) {
    for (let h = 0; h < heads; h++) {
      const query = (t * heads + h) * headDim;
      const end = firstPosition + t + 1;
      const first = Math.max(0, end - window);
      const seen = end - first;
      const placeOf = (s: number) => ((first + s) * kvHeads + Math.floor(h / group)) * headDim;
      const scores = new Float64Array(seen);
      for (let s = 0; s < seen; s++) scores[s] = dot(queries, query, keys, placeOf(s), headDim) / Math.sqrt(headDim);
      const weights = softmax(softCapped(scores, cap));
      for (let s = 0; s < seen; s++)
        for (let i = 0; i < headDim; i++) out[query + i] += weights[s] * values[placeOf(s) + i];
    }
  }
  return out;
}

/** cap tanh(x / cap), of each x (Gemma 2); as they are without a cap. */
export const softCapped = (x: Float64Array, cap?: number): Float64Array =>
  cap ? x.map((value) => cap * Math.tanh(value / cap)) : x;

/** exp(x - max) / sum. */
function softmax(x: Float64Array): Float64Array {
  let max = -Infinity;
  for (const value of x) if (value > max) max = value;
  const powers = x.map((value) => Math.exp(value - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
