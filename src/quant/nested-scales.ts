// HQQ's scales and zero points where these are bytes with a scale and a zero point of their own, for all of them or for groups
// of them. They are decoded as HQQ does it, each step rounded to the type of their scales. Source: hqq 0.1.8, quantize.py.

import type { QuantizedMatrix, TensorSlice } from "../format/quantized.ts";
import { floatToHalf, halfToFloat } from "./half.ts";
import { floatBits, viewOf } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";

/** Numbers as a file would have them: [count, 1]. */
export interface PlainPart {
  slice: TensorSlice;
  bytes: Uint8Array;
}

/** A type of numbers: their bytes, and their bits as and from a value, which is rounded. */
interface NumberType {
  bytes: 2 | 4;
  value(bits: number): number;
  bits(value: number): number;
}

const upperHalf = (word: number) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16; // to nearest, ties to even
const bitsOfWord = new DataView(new ArrayBuffer(4));
const ofWord = (word: number): number => {
  bitsOfWord.setUint32(0, word);
  return bitsOfWord.getFloat32(0);
};

const numberTypes: Record<string, NumberType> = {
  F16: { bytes: 2, value: halfToFloat, bits: floatToHalf },
  BF16: { bytes: 2, value: (bits) => ofWord(bits << 16), bits: (value) => upperHalf(floatBits(value)) },
  F32: { bytes: 4, value: ofWord, bits: floatBits },
};

/** `role`'s numbers of a matrix, decoded where they are bytes. `late`: the bytes of its parts. */
export function plainPart(matrix: QuantizedMatrix, role: "scales" | "zeros" | "minima", late: PartBytes): PlainPart {
  const slice = matrix.parts[role]!;
  const bytes = late[role]!;
  const [unitsRole, offsetsRole] =
    role === "scales" ? (["scaleScales", "scaleZeros"] as const) : (["zeroScales", "zeroZeros"] as const);
  const units = role === "minima" ? undefined : matrix.parts[unitsRole];
  if (!units) return { slice, bytes };
  const type = numberTypes[units.dtype];
  const [unitOf, offsetOf] = [late[unitsRole]!, late[offsetsRole]!].map((numbers) => readerOf(type, numbers));
  const groups = late[unitsRole]!.length / type.bytes;
  // A row of scales is for columns of the bytes, a column for rows.
  const groupOf =
    units.shape[0] === 1 ? (i: number) => i % groups : (i: number) => Math.floor((i * groups) / bytes.length);
  const decoded = new Uint8Array(bytes.length * type.bytes);
  const view = viewOf(decoded);
  const rounded = (value: number) => type.value(type.bits(Math.fround(value)));
  bytes.forEach((byte, i) => {
    const group = groupOf(i);
    const bits = type.bits(Math.fround(rounded(byte - offsetOf(group)) * unitOf(group)));
    if (type.bytes === 4) view.setUint32(4 * i, bits, true);
    else view.setUint16(2 * i, bits, true);
  });
  return { slice: { ...slice, dtype: units.dtype, shape: [bytes.length, 1] }, bytes: decoded };
}

function readerOf(type: NumberType, bytes: Uint8Array): (i: number) => number {
  const view = viewOf(bytes);
  return (i) => type.value(type.bytes === 4 ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true));
}
