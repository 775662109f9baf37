// pronk's q8 rows, version 1: w = scale * code, code an int8 in -127..127, one f16 scale for 32 weights.
// A row is its scales, then its codes: see README.md. The short last group of a row is filled with code 0.

import { q8Grid, quantizeGroup } from "./group-search.ts";
import { halfToFloat } from "./half.ts";
import { groupSize } from "./layout.ts";

/** One row of weights [cols] into `row` [G f16 scales | 32 G int8]. False when a weight is not finite or out of reach. */
export function encodeQ8Row(weights: Float32Array, cols: number, row: DataView): boolean {
  const groups = Math.ceil(cols / groupSize);
  const bits = new Int32Array(weights.buffer, weights.byteOffset, cols);
  const codes = new Int8Array(row.buffer, row.byteOffset + 2 * groups, groupSize * groups);
  for (let group = 0; group < groups; group++) {
    const first = group * groupSize;
    const place = codes.subarray(first, first + groupSize);
    const scale = quantizeGroup(bits, first, Math.min(first + groupSize, cols), q8Grid, place);
    if (scale === undefined) return false;
    row.setUint16(2 * group, scale, true);
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
