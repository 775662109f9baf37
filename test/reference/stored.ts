// Stored bytes -> float64, for every encoding of src/quant/layout.ts: what a kernel must have multiplied by. Exact: a scale
// times a code has fewer bits than float64 keeps. Rounding at storage is tested elsewhere.

import type { Encoding } from "../../src/quant/layout.ts";
import { bf16ToNumber, f16ToNumber } from "./half.ts";

const groupSize = 32; // not imported: a change of the stored form must break a test
const halves = Float64Array.from({ length: 65536 }, (_, bits) => f16ToNumber(bits)); // powers of 2 are slow one by one

/** One matrix as stored, row after row -> [rows, cols]. */
export function decodeStored(encoding: Encoding, bytes: Uint8Array, rows: number, cols: number): Float64Array {
  const rowBytes = bytes.byteLength / rows;
  const out = new Float64Array(rows * cols);
  for (let r = 0; r < rows; r++)
    out.set(decodeStoredRow(encoding, bytes.subarray(r * rowBytes, (r + 1) * rowBytes), cols), r * cols);
  return out;
}

/** One stored row -> [cols]. Padding of the last group is left out. */
export function decodeStoredRow(encoding: Encoding, row: Uint8Array, cols: number): Float64Array {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  const groups = Math.ceil(cols / groupSize);
  const wanted = { f32: 4 * cols, f16: 2 * cols, bf16: 2 * cols, q8: groups * 34, q4: groups * 18 }[encoding];
  if (row.byteLength !== wanted)
    throw new Error(`decodeStoredRow: ${row.byteLength} bytes for ${cols} ${encoding} weights, wanted ${wanted}`);
  const scale = (k: number) => halves[view.getUint16(2 * Math.floor(k / groupSize), true)];
  const decode = {
    f32: (k: number) => view.getFloat32(4 * k, true),
    f16: (k: number) => halves[view.getUint16(2 * k, true)],
    bf16: (k: number) => bf16ToNumber(view.getUint16(2 * k, true)),
    q8: (k: number) => scale(k) * view.getInt8(2 * groups + k),
    q4: (k: number) => scale(k) * (((view.getUint8(2 * groups + (k >> 1)) >> (4 * (k & 1))) & 15) - 8),
  }[encoding];
  const out = new Float64Array(cols);
  for (let k = 0; k < cols; k++) out[k] = decode(k);
  return out;
}
