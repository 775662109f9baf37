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
    let largest = 0;
    let finite = 0; // stays 0 as long as every weight is finite
    for (let i = first; i < last; i++) {
      const weight = weights[i];
      const size = weight < 0 ? -weight : weight;
      if (size > largest) largest = size;
      finite += weight - weight;
    }
    const scaleBits = groupScale(largest, reach);
    const scale = halfToFloat(scaleBits);
    if (finite !== 0 || scale === Infinity) return false;
    row.setUint16(2 * group, scaleBits, true);
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = first; i < last; i++) {
      const code = Math.floor(weights[i] * inverse + 0.5);
      codes[i] = code > reach ? reach : code < -reach ? -reach : code;
    }
    codes.fill(0, last, first + groupSize);
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
