// One definite random matrix for every tensor's name, the same values in every encoding and in every engine that can hold
// 4-bit codes: w = scale * (code - 7), code 0..14 (mean 0, or all prompts would end alike). No GPU, no files.

import { expectedTensors } from "../format/llama-tensors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { Dtype, TensorInfo } from "../format/tensor.ts";
import { floatToHalf } from "../quant/half.ts";
import { groupSize, storedRowBytes, type Encoding, type QuantizeChoice, type StoredTensor } from "../quant/layout.ts";
import { storedForm } from "../quant/stored-form.ts";

/** The tensors of a checkpoint that exists nowhere, as a loader would list them. */
export function randomTensors(config: ModelConfig, quantize: QuantizeChoice, dtype: Dtype = "f16"): StoredTensor[] {
  const file = "random";
  const tensors = [...expectedTensors(config)].map(([name, shape]): TensorInfo => ({
    name,
    dtype,
    shape,
    file,
    start: 0,
    end: 0,
  }));
  return storedForm({ tensors, matrices: [] }, quantize, new Map([[file, 0]])).tensors.map((tensor) => ({
    ...tensor,
    start: 0,
    end: tensor.rows * storedRowBytes(tensor.encoding, tensor.cols),
  }));
}

/** FNV-1a of a name. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A good hash of 32 bits (PCG's output permutation, O'Neill 2014), the shader's `pcg`. */
export function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** Eight codes of 0..14 in one word, columns 8 * octet and up from the low bits on. */
export function randomCodes(seed: number, row: number, octet: number, rowOctets: number): number {
  const word = pcg((row * rowOctets + octet) ^ seed);
  const fifteens = word & (word >>> 1) & (word >>> 2) & (word >>> 3) & 0x11111111;
  return (word ^ (fifteens << 3)) >>> 0; // 15 becomes 7, the code of 0
}

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** The scale of 32 columns: 0.5 to 1.5 of what keeps y at the size of x, cut to 8 bits so that f16 and bf16 hold it too. */
export function randomScale(seed: number, row: number, group: number, cols: number): number {
  const share = pcg((row * Math.ceil(cols / groupSize) + group) ^ ~seed) / 2 ** 32;
  value[0] = (0.5 + share) / (4.2 * Math.sqrt(cols)); // 4.2: deviation of the codes
  bits[0] &= 0xffff0000;
  return value[0];
}

/** Rows [firstRow, firstRow + rows) of a matrix, or the one row of a gain (all ones), in stored form. */
export function randomRows(tensor: StoredTensor, firstRow: number, rows: number): Uint8Array<ArrayBuffer> {
  const { encoding, cols } = tensor;
  const rowBytes = storedRowBytes(encoding, cols);
  const bytes = new Uint8Array(rows * rowBytes);
  const view = new DataView(bytes.buffer);
  const isGain = tensor.name.endsWith("norm.weight");
  const seed = pcg(seedOf(tensor.name));
  for (let r = 0; r < rows; r++) {
    const row = { at: r * rowBytes, index: firstRow + r };
    if (isGain) for (let c = 0; c < cols; c++) putNumber(view, encoding, row.at, c, 1);
    else if (encoding === "q4" || encoding === "q8") putQuantizedRow(view, encoding, row, cols, seed);
    else putPlainRow(view, encoding, row, cols, seed);
  }
  return bytes;
}

interface Row {
  at: number; // byte in the view
  index: number;
}

function putQuantizedRow(view: DataView, encoding: "q4" | "q8", { at, index }: Row, cols: number, seed: number): void {
  const groups = Math.ceil(cols / groupSize);
  const rowOctets = groups * 4;
  for (let g = 0; g < groups; g++) view.setUint16(at + 2 * g, floatToHalf(randomScale(seed, index, g, cols)), true);
  const codesAt = at + 2 * groups;
  for (let octet = 0; octet < rowOctets; octet++) {
    let codes = randomCodes(seed, index, octet, rowOctets);
    const inside = cols - octet * 8;
    if (inside < 8) codes = inside <= 0 ? 0x77777777 : withZeros(codes, inside);
    // Stored q4 is code + 1 (its zero is 8), stored q8 is code - 7.
    if (encoding === "q4") view.setUint32(codesAt + 4 * octet, codes + 0x11111111, true);
    else for (let i = 0; i < 8; i++) view.setInt8(codesAt + 8 * octet + i, ((codes >>> (4 * i)) & 15) - 7);
  }
}

/** Columns beyond the last hold the code of 0. */
function withZeros(codes: number, inside: number): number {
  const keep = 2 ** (4 * inside) - 1;
  return ((codes & keep) | (0x77777777 & ~keep)) >>> 0;
}

function putPlainRow(view: DataView, encoding: Encoding, { at, index }: Row, cols: number, seed: number): void {
  const rowOctets = Math.ceil(cols / groupSize) * 4;
  for (let c = 0; c < cols; c++) {
    const code = (randomCodes(seed, index, c >> 3, rowOctets) >>> (4 * (c & 7))) & 15;
    putNumber(view, encoding, at, c, randomScale(seed, index, Math.floor(c / groupSize), cols) * (code - 7));
  }
}

function putNumber(view: DataView, encoding: Encoding, at: number, index: number, number: number): void {
  if (encoding === "f32") view.setFloat32(at + 4 * index, number, true);
  else if (encoding === "f16") view.setUint16(at + 2 * index, floatToHalf(number), true);
  else {
    value[0] = number;
    view.setUint16(at + 2 * index, bits[0] >>> 16, true); // bf16, cut off
  }
}
