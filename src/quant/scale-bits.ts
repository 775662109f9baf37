// The scales of groups of rows and columns, read as the bits that are in the file, and refused where they are not numbers.

import { PronkError } from "../errors.ts";
import type { PartRole, QuantizedMatrix, TensorSlice } from "../format/quantized.ts";
import { viewOf } from "./packed-format.ts";

/** By the file's word for a type: bytes, and the bits that are all set when a number is not finite. */
const types: Record<string, { bytes: 1 | 2 | 4; notFinite: number }> = {
  F32: { bytes: 4, notFinite: 0x7f800000 },
  F16: { bytes: 2, notFinite: 0x7c00 },
  BF16: { bytes: 2, notFinite: 0x7f80 },
  F8_E4M3: { bytes: 1, notFinite: 0x7f },
  U8: { bytes: 1, notFinite: 0xff }, // an exponent, like F8_E8M0
  F8_E8M0: { bytes: 1, notFinite: 0xff },
};

/** decode_affine.wgsl's numbers for the types of scales. */
export const scaleTypes: Readonly<Record<string, number>> = { F16: 0, BF16: 1, F32: 2 };

export const scaleType = ({ dtype }: TensorSlice): number => scaleTypes[dtype];

/** Words that this many numbers of the type take. */
export const wordsOf = (type: number, count: number): number =>
  type === scaleTypes.F32 ? count : Math.ceil(count / 2);

interface NumberRows {
  words: Uint32Array; // [count, scaleWords]
  scaleWords: number;
  first: number; // row of the matrix
  count: number;
  start?: number; // word of a row where the numbers go
  flip?: number; // bits to invert
  second?: 0 | 1; // of the two numbers that stand together, where they do
}

/** Puts the numbers of a part, a row of one for each group, into rows of scales. */
export function putNumbers(
  matrix: QuantizedMatrix,
  role: PartRole,
  bytes: Uint8Array,
  { words, scaleWords, first, count, start = 0, flip = 0, second = 0 }: NumberRows,
): void {
  const bitsOf = scaleBits(matrix, role, bytes, second);
  const isWord = scaleType(matrix.parts[role]!) === scaleTypes.F32;
  const target = isWord ? words : new Uint16Array(words.buffer);
  const unit = isWord ? 1 : 2;
  const groups = groupsOf(matrix);
  for (let r = 0; r < count; r++)
    for (let g = 0; g < groups; g++) target[unit * (r * scaleWords + start) + g] = bitsOf(first + r, g) ^ flip;
}

/** Groups in a row. The matrix' scheme must have groups. */
export function groupsOf({ scheme, cols }: QuantizedMatrix): number {
  if (!("groups" in scheme)) throw new TypeError(scheme.kind);
  return Math.ceil(cols / scheme.groups.cols);
}

/** Whether scales are a row for each group, rather than for each output. */
const hasTurnedScales = ({ scheme }: QuantizedMatrix) =>
  scheme.kind === "integers" &&
  (scheme.packer === "awq gemv_fast" || (scheme.packer === "torchao" && scheme.bits === 4));

/** Returns the number of a row's group, as its bits. The matrix' scheme must have groups. */
export function scaleBits(matrix: QuantizedMatrix, role: PartRole, bytes: Uint8Array, second = 0) {
  const { scheme, rows, parts } = matrix;
  if (!("groups" in scheme)) throw new TypeError(scheme.kind);
  const { dtype, shape } = parts[role]!;
  // MLX has both kinds of bytes as U8.
  const type = "type" in scheme && scheme.type === "NVFP4" ? "F8_E4M3" : dtype;
  const groups = shape[0] === rows ? Math.max(groupsOf(matrix), shape[1] ?? 1) : groupsOf(matrix); // AWQ gemv pads its rows
  const isTurned = hasTurnedScales(matrix);
  const each = shape.length === 3 ? 2 : 1;
  const bitsAt = numberBits({ ...parts[role]!, dtype: type }, bytes);
  const last = bytes.length / types[type].bytes - 1; // one number may serve all
  return (row: number, g: number): number => {
    const one = isTurned ? each * (g * shape[1] + row) + second : Math.floor(row / scheme.groups.rows) * groups + g;
    return bitsAt(Math.min(last, one), () => `of output ${row}, group ${g}`);
  };
}

/** Returns a number of a part as its bits. Throws PronkError `format` where it is not finite; `where` says of what it is. */
export function numberBits({ name, file, dtype }: TensorSlice, bytes: Uint8Array) {
  const { bytes: size, notFinite } = types[dtype];
  const view = viewOf(bytes);
  return (i: number, where = () => `number ${i}`): number => {
    const at = size * i;
    const bits = size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at);
    if ((bits & notFinite) !== notFinite) return bits;
    throw new PronkError(
      "format",
      `Tensor "${name}" in "${file}" has a number that is not finite, ${where()}. The file is damaged: fetch it again.`,
      { file, field: name, expected: "finite numbers", found: "infinity or NaN" },
    );
  };
}
