// Whole matrix rows between their forms: the file's bytes (f32, f16, bf16), f32 values, and the stored form. The loader
// encodes with it as bytes arrive, or has the GPU do the same; tests and references decode with it. Little-endian, like
// every format here.

import { PronkError } from "../errors.ts";
import type { Dtype } from "../format/tensor.ts";
import { bfloatsToFloats, halvesToFloats } from "./half.ts";
import { storedRowBytes, type Encoding } from "./layout.ts";
import { decodeQ4Row, encodeQ4Row } from "./q4.ts";
import { decodeQ8Row, encodeQ8Row } from "./q8.ts";

/** Matrix rows as in the file, and what they are to become. `name` is for errors. */
export interface FileRows {
  name: string;
  dtype: Dtype;
  encoding: "q8" | "q4";
  cols: number;
  bytes: Uint8Array;
}

/** Any way of making the bytes that `encodeRow` gives. */
export interface RowQuantizer {
  /** Fills `stored`. Nothing touches the two arrays any more once the promise settles. */
  quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/** f32 [rows, cols] -> stored bytes [rows * storedRowBytes]. `name` is for the error. */
export function quantizeRows(
  encoding: "q8" | "q4",
  weights: Float32Array,
  cols: number,
  name = "the tensor",
): Uint8Array<ArrayBuffer> {
  const rows = weights.length / cols;
  const rowBytes = storedRowBytes(encoding, cols);
  const stored = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++)
    encodeRow(
      encoding,
      weights.subarray(row * cols, (row + 1) * cols),
      cols,
      new DataView(stored.buffer, row * rowBytes, rowBytes),
      name,
    );
  return stored;
}

/** One row; throws when a weight cannot be stored. */
export function encodeRow(
  encoding: "q8" | "q4",
  weights: Float32Array,
  cols: number,
  row: DataView,
  name: string,
): void {
  if (!(encoding === "q8" ? encodeQ8Row : encodeQ4Row)(weights, cols, row))
    throw notStorable(encoding, weights.subarray(0, cols), name);
}

/** Throws what `encodeRow` throws for that row. */
export function refuseRow({ name, dtype, encoding, cols, bytes }: FileRows, row: number): never {
  const rowBytes = storedRowBytes(dtype, cols);
  const weights = new Float32Array(cols);
  decodeFileRow(dtype, bytes.slice(row * rowBytes, (row + 1) * rowBytes), cols, weights);
  throw notStorable(encoding, weights, name);
}

function notStorable(encoding: "q8" | "q4", weights: Float32Array, name: string): PronkError {
  const worst =
    weights.find((weight) => !Number.isFinite(weight)) ?? weights.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return new PronkError(
    "format",
    `Tensor "${name}" holds the weight ${worst}, which cannot be stored in ${encoding}. The file is damaged; if it is not, load it with quantize "none".`,
    { field: name, expected: "finite weights that an f16 scale can reach", found: `${worst}` },
  );
}

/** Stored or file bytes -> f32 [rows, cols], whatever the encoding. */
export function dequantizeRows(
  encoding: Encoding,
  bytes: Uint8Array,
  rows: number,
  cols: number,
): Float32Array<ArrayBuffer> {
  const rowBytes = storedRowBytes(encoding, cols);
  const weights = new Float32Array(rows * cols);
  const aligned = new Uint8Array(rowBytes);
  for (let row = 0; row < rows; row++) {
    aligned.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
    const target = weights.subarray(row * cols, (row + 1) * cols);
    if (encoding === "q8") decodeQ8Row(new DataView(aligned.buffer), cols, target);
    else if (encoding === "q4") decodeQ4Row(new DataView(aligned.buffer), cols, target);
    else decodeFileRow(encoding, aligned, cols, target);
  }
  return weights;
}

/** One row as in the file -> f32. `aligned` starts at a multiple of 4 in its buffer (a file's data may not). */
export function decodeFileRow(dtype: Dtype, aligned: Uint8Array, cols: number, weights: Float32Array): void {
  if (dtype === "f32") weights.set(new Float32Array(aligned.buffer, aligned.byteOffset, cols));
  else {
    const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, cols);
    (dtype === "f16" ? halvesToFloats : bfloatsToFloats)(halves, weights, cols);
  }
}
