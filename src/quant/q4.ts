// pronk's q4 rows, version 1: w = scale * (code - 8), code 0..15, one f16 scale for 32 weights. The scale is the weight
// of largest size, with its sign, over -8, so that this weight gets the code 0 exactly and the range is used in full.
// A row is its scales, then its codes, two to a byte, the even column low: see README.md.

import { groupScale } from "./group-scale.ts";
import { halfToFloat } from "./half.ts";
import { groupSize } from "./layout.ts";

const zeroCode = 8;

/** One row of weights [cols] into `row` [G f16 scales | 16 G bytes]. False when a weight is not finite or over the reach. */
export function encodeQ4Row(weights: Float32Array, cols: number, row: DataView): boolean {
  const groups = Math.ceil(cols / groupSize);
  const bytes = new Uint8Array(row.buffer, row.byteOffset + 2 * groups, (groupSize / 2) * groups);
  for (let group = 0; group < groups; group++) {
    const first = group * groupSize;
    const last = Math.min(first + groupSize, cols);
    let max = 0; // Math.max hands a NaN on, and is faster here than a comparison
    let min = 0;
    for (let i = first; i < last; i++) {
      max = Math.max(max, weights[i]);
      min = Math.min(min, weights[i]);
    }
    const scaleBits = groupScale(max > -min ? max : min, -zeroCode);
    const scale = halfToFloat(scaleBits);
    if (!(max - min < Infinity && Math.abs(scale) < Infinity)) return false;
    row.setUint16(2 * group, scaleBits, true);
    const inverse = scale === 0 ? 0 : 1 / scale;
    let at = first / 2;
    let i = first;
    for (; i + 1 < last; i += 2) bytes[at++] = nibble(weights[i] * inverse) | (nibble(weights[i + 1] * inverse) << 4);
    if (i < last) bytes[at++] = nibble(weights[i] * inverse) | (zeroCode << 4);
    while (at < (first + groupSize) / 2) bytes[at++] = zeroCode | (zeroCode << 4);
  }
  return true;
}

/** floor(x + 8.5), kept in 0..15: the sum is above -1, so cutting off is a floor or 0. */
function nibble(x: number): number {
  const code = (x + (zeroCode + 0.5)) | 0;
  return code > 15 ? 15 : code;
}

/** The weights of one stored row, as f32. */
export function decodeQ4Row(row: DataView, cols: number, weights: Float32Array): void {
  const groups = Math.ceil(cols / groupSize);
  for (let i = 0; i < cols; i++) {
    const scale = halfToFloat(row.getUint16(2 * Math.floor(i / groupSize), true));
    const code = (row.getUint8(2 * groups + (i >> 1)) >> (4 * (i & 1))) & 15;
    weights[i] = scale * (code - zeroCode);
  }
}
