// Rotary angles as a table of (cos, sin), computed in float64: WGSL promises neither range nor precision for them.
// Su et al. 2021 (RoFormer); scalings as Hugging Face's modeling_rope_utils computes them.

import type { ModelConfig } from "../format/model-config.ts";

/**
 * Angle per position of each pair i: theta^(-2i / rotaryDim), scaled; 0 for pairs that are not turned. `length` matters to
 * dynamic and long scaling only. [headDim / 2]
 */
function inverseFrequencies(config: ModelConfig, length: number): Float64Array {
  const { headDim, rotaryDim = headDim, ropeTheta, ropeScaling: scaling } = config;
  let theta = ropeTheta;
  if (scaling.kind === "dynamic" && length > scaling.originalContextLength) {
    const growth = (scaling.factor * length) / scaling.originalContextLength - (scaling.factor - 1);
    theta *= growth ** (headDim / (headDim - 2));
  }
  return Float64Array.from({ length: headDim / 2 }, (_, i) => {
    if (2 * i >= rotaryDim) return 0;
    const frequency = theta ** ((-2 * i) / rotaryDim);
    if (scaling.kind === "long")
      return frequency / (isStretched(config, length) ? scaling.longFactors : scaling.shortFactors)[i];
    if (scaling.kind === "linear") return frequency / scaling.factor;
    if (scaling.kind === "factors") return frequency / scaling.factors[i];
    if (scaling.kind !== "llama3") return frequency;
    const { factor, lowFreqFactor, highFreqFactor, originalContextLength } = scaling;
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > originalContextLength / lowFreqFactor) return frequency / factor;
    if (wavelength < originalContextLength / highFreqFactor) return frequency;
    const smooth = (originalContextLength / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** Whether long scaling turns by the divisors of a context beyond the trained one. */
export const isStretched = ({ ropeScaling: scaling }: Pick<ModelConfig, "ropeScaling">, context: number): boolean =>
  scaling.kind === "long" && context > scaling.originalContextLength;

/** The table of layers that are not turned, or by a base of their own; undefined where there are none. [context, headDim / 2, 2] */
export function otherRows(config: ModelConfig, context: number): Float32Array<ArrayBuffer> | undefined {
  const { unturned, local, headDim } = config;
  if (unturned) return Float32Array.from({ length: context * headDim }, (_, i) => 1 - (i % 2));
  if (!local?.ropeTheta) return undefined;
  const own = { ...config, ropeTheta: local.ropeTheta, ropeScaling: { kind: "none" } as const };
  return ropeRows(own, 0, context, () => 0) as Float32Array<ArrayBuffer>;
}

/**
 * Rows of the table for positions [from, to). [to - from, headDim / 2, 2]
 * `lengthAt` is the sequence length a position is computed at: its own (position + 1) while decoding, the prompt's for
 * a prompt. Only dynamic scaling beyond the trained length depends on it; keys already cached are not turned again. Long
 * scaling goes by `to`, the whole context, so that queries and keys always have the same divisors.
 */
export function ropeRows(
  config: ModelConfig,
  from: number,
  to: number,
  lengthAt: (position: number) => number,
): Float32Array {
  const half = config.headDim / 2;
  const { ropeScaling: scaling, rotaryDim = 2 * half } = config;
  const rows = new Float32Array((to - from) * half * 2);
  const factor = ("attentionFactor" in scaling && scaling.attentionFactor) || 1;
  let length = -1;
  let frequencies = new Float64Array(half);
  for (let position = from; position < to; position++) {
    const wanted = scaling.kind === "dynamic" ? lengthAt(position) : to;
    if (wanted !== length) frequencies = inverseFrequencies(config, (length = wanted)) as Float64Array<ArrayBuffer>;
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i];
      const at = ((position - from) * half + i) * 2;
      const size = 2 * i < rotaryDim ? factor : 1;
      rows[at] = size * Math.cos(angle);
      rows[at + 1] = size * Math.sin(angle);
    }
  }
  return rows;
}
