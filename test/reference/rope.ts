// Rotary position embedding (Su et al. 2021) in Hugging Face's half-split form: within a head, value i turns with value
// i + headDim / 2. Frequencies for each scaling as transformers defines them, in float64. Does not know yarn.

import type { ModelConfig } from "../../src/format/model-config.ts";

export type RopeConfig = Pick<ModelConfig, "headDim" | "ropeTheta" | "ropeScaling">;

/**
 * Radians per position. -> [headDim / 2]. `length` is the number of positions known when the angles are made (prompt
 * length in a prefill, position + 1 in a decode step); only dynamic scaling looks at it.
 */
export function ropeFrequencies(config: RopeConfig, length: number): Float64Array {
  const { headDim, ropeScaling: scaling } = config;
  let theta = config.ropeTheta;
  if (scaling.kind === "dynamic" && length > scaling.originalContextLength) {
    const stretch = (scaling.factor * length) / scaling.originalContextLength - (scaling.factor - 1);
    theta *= stretch ** (headDim / (headDim - 2));
  }
  const frequencies = Float64Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim));
  if (scaling.kind === "linear") return frequencies.map((f) => f / scaling.factor);
  if (scaling.kind === "factors") return frequencies.map((f, i) => f / scaling.factors[i]);
  if (scaling.kind !== "llama3") return frequencies;
  const { factor, lowFreqFactor, highFreqFactor, originalContextLength } = scaling;
  return frequencies.map((f) => {
    const turns = (originalContextLength * f) / (2 * Math.PI); // full turns within the original context
    if (turns < lowFreqFactor) return f / factor;
    if (turns > highFreqFactor) return f;
    const smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
}

export interface RopeTable {
  cos: Float64Array; // [count, headDim / 2]
  sin: Float64Array; // [count, headDim / 2]
}

/** Cosines and sines of positions firstPosition ... firstPosition + count - 1. */
export function ropeTable(config: RopeConfig, firstPosition: number, count: number, length: number): RopeTable {
  const frequencies = ropeFrequencies(config, length);
  const half = frequencies.length;
  const angles = Float64Array.from(
    { length: count * half },
    (_, i) => (firstPosition + Math.floor(i / half)) * frequencies[i % half],
  );
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

/** Turns every head of every row. x: [count, heads, headDim]; table: [count, headDim / 2] -> [count, heads, headDim]. */
export function applyRope(x: Float64Array, table: RopeTable, heads: number, headDim: number): Float64Array {
  const half = headDim / 2;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length / headDim; row++) {
    const angle = Math.floor(row / heads) * half;
    for (let i = 0; i < half; i++) {
      const [a, b] = [x[row * headDim + i], x[row * headDim + half + i]];
      const [cos, sin] = [table.cos[angle + i], table.sin[angle + i]];
      y[row * headDim + i] = a * cos - b * sin;
      y[row * headDim + half + i] = b * cos + a * sin;
    }
  }
  return y;
}
