// pronk's q8 rows, version 1: w = scale * code, code an int8 in -127..127, one f16 scale for 32 weights.
// A row is its scales, then its codes: see README.md. The short last group of a row is filled with code 0.

import { groupScale } from "./group-scale.ts";
import { halfToFloat } from "./half.ts";
import { groupSize } from "./layout.ts";

const reach = 127;

/** One row of weights [cols] into `row` [G f16 scales | 32 G int8]. False when a weight is not finite or over the reach. */
export function encodeQ8Row(weights: Float32Array, cols: number, row: DataView): boolean {
  const groups = Math.ceil(cols / groupSize);
  const codes = new Int8Array(row.buffer, row.byteOffset + 2 * groups, groupSize * groups);
  for (let group = 0; group < groups; group++) {
    const first = group * groupSize;
    const last = Math.min(first + groupSize, cols);
    let largest = 0; // Math.max hands a NaN on, and is faster here than a comparison
    for (let i = first; i < last; i++) largest = Math.max(largest, Math.abs(weights[i]));
    const scaleBits = groupScale(largest, reach);
    const scale = halfToFloat(scaleBits);
    if (!(largest < Infinity && scale < Infinity)) return false;
    row.setUint16(2 * group, scaleBits, true);
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = first; i < last; i++) {
      const code = ((weights[i] * inverse + 128.5) | 0) - 128; // a floor: the sum is positive
      codes[i] = code > reach ? reach : code < -reach ? -reach : code;
    }
    if (last < first + groupSize) codes.fill(0, last, first + groupSize);
  }
  return true;
}

/** The weights of one stored row, as f32. */
export function decodeQ8Row(row: DataView, cols: number, weights: Float32Array): void {
  const groups = Math.ceil(cols / groupSize);
  for (let i = 0; i < cols; i++) {
    const scale = halfToFloat(row.getUint16(2 * Math.floor(i / groupSize), true));
    weights[i] = scale * row.getInt8(2 * groups + i);
  }
}
