// pronk's q4 rows, version 1: w = scale * (code - 8), code 0..15, one f16 scale for 32 weights; its sign puts the largest
// weight on the side with 8 codes. A row is its scales, then its codes, two to a byte, the even column low: see README.md.

import { q4Grid, quantizeGroup } from "./group-search.ts";
import { halfToFloat } from "./half.ts";
import { groupSize } from "./layout.ts";

const zeroCode = 8;
const codes = new Int8Array(groupSize);

/** One row of weights [cols] into `row` [G f16 scales | 16 G bytes]. False when a weight is not finite or out of reach. */
export function encodeQ4Row(weights: Float32Array, cols: number, row: DataView): boolean {
  const groups = Math.ceil(cols / groupSize);
  const bits = new Int32Array(weights.buffer, weights.byteOffset, cols);
  const bytes = new Uint8Array(row.buffer, row.byteOffset + 2 * groups, (groupSize / 2) * groups);
  for (let group = 0; group < groups; group++) {
    const first = group * groupSize;
    const scale = quantizeGroup(bits, first, Math.min(first + groupSize, cols), q4Grid, codes);
    if (scale === undefined) return false;
    row.setUint16(2 * group, scale, true);
    for (let i = 0; i < groupSize; i += 2)
      bytes[(first + i) / 2] = (codes[i] + zeroCode) | ((codes[i + 1] + zeroCode) << 4);
  }
  return true;
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
