// q8 and q4 by rounding to nearest alone, in float64, for comparison with the search for better scales.

import { f16ToNumber, f32ToF16Bits } from "./half.ts";

export const roundedCodes = {
  q8: { lowest: -127, highest: 127, reach: 127 },
  q4: { lowest: -8, highest: 7, reach: 8 },
};

/** Bits of the f16 nearest to largest / reach, without its sign; the next one if the largest weight would lie far outside. */
export function nearestScale(encoding: "q8" | "q4", group: ArrayLike<number>): number {
  const { reach } = roundedCodes[encoding];
  let largest = 0;
  for (let i = 0; i < group.length; i++) largest = Math.max(largest, Math.abs(group[i]));
  if (largest === 0) return 0;
  const bits = f32ToF16Bits(largest / reach);
  return largest > (reach + 0.5) * f16ToNumber(bits) ? bits + 1 : bits;
}

/** The values that the nearest codes give at a scale of these bits; its sign gives the largest weight the lowest code (q4). */
export function roundGroup(encoding: "q8" | "q4", group: ArrayLike<number>, bits: number): Float64Array {
  const { lowest, highest } = roundedCodes[encoding];
  let largest = 0;
  for (let i = 0; i < group.length; i++)
    if (Math.abs(group[i]) > Math.abs(largest) || (group[i] === -largest && largest > 0)) largest = group[i];
  const scale = f16ToNumber(bits) * (encoding === "q4" && largest > 0 ? -1 : 1);
  return Float64Array.from(group, (weight) =>
    scale === 0 ? 0 : scale * Math.min(highest, Math.max(lowest, Math.round(weight / scale))),
  );
}

/** A matrix, [rows, cols]. */
export function roundToNearest(encoding: "q8" | "q4", weights: ArrayLike<number>, cols: number): Float64Array {
  const rounded = Float64Array.from(weights);
  for (let row = 0; row < rounded.length; row += cols)
    for (let from = row; from < row + cols; from += 32) {
      const group = rounded.subarray(from, Math.min(from + 32, row + cols));
      group.set(roundGroup(encoding, group, nearestScale(encoding, group)));
    }
  return rounded;
}
