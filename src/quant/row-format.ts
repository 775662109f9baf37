// How the rows of a matrix stand on the GPU: which decode reads them and how many words each has. One record for tensors
// kept as they are, for pronk's own q8 and q4, and for every published scheme (packed-format.ts adds how those are filled).
// Arithmetic only: buffers and shaders are gpu/'s. A decode's WGSL says which override constants it has.

import type { ShaderOverrides } from "../gpu/shader-interfaces.ts";
import { schemeLabel, type PartRole, type QuantizedMatrix, type TensorSlice } from "../format/quantized.ts";
import { groupSize, type Encoding } from "./layout.ts";

/** Decodes of published schemes: shaders/decode_*.wgsl. */
export type PackedDecode = "affine" | "super" | "book" | "exl2" | "int8" | "fp8" | "grid" | "vectors";

/** The bytes of a matrix's parts that are not codes. */
export type PartBytes = Partial<Record<PartRole, Uint8Array>>;

type ConstantsOf<Overrides> = keyof Overrides extends never ? Record<string, never> : Overrides;

/** A decode with its override constants: a name that is not in its WGSL does not compile. */
export type DecodeChoice<Decode extends Encoding | PackedDecode = Encoding | PackedDecode> = Decode extends Decode
  ? { decode: Decode; constants: ConstantsOf<ShaderOverrides[`decode_${Decode}`]> }
  : never;

export interface RowLayout {
  /** For people: `f16`, `q4`, `gptq 4 bit`, `Q4_K`. */
  label: string;
  rowChunks: number; // chunks of 32 input columns in a row, zero-padded
  codeWords: number; // u32 words of codes in a row, a multiple of 4
  scaleWords: number; // words of scales in a row; 0 without
  /** What stands before the rows in `scales`: tables. A multiple of 64 words, so the rows may be bound separately. */
  head: Uint32Array<ArrayBuffer>;
  /** The head, where only the late parts determine it: `head` is then as many zeros. */
  lateHead?(parts: PartBytes): Uint32Array<ArrayBuffer>;
  /** The decode's own record in WeightShape: its meaning is in the decode's first lines. */
  extra: [number, number, number, number];
  /** Slot s of the layout is input `order[s]`: x must be gathered accordingly. Absent: inputs are in order. */
  order?: Uint32Array<ArrayBuffer>;
  /** The same, where only the late parts determine it; undefined where inputs are in order after all. */
  lateOrder?(parts: PartBytes): Uint32Array<ArrayBuffer> | undefined;
}

export type RowFormat = RowLayout & DecodeChoice;

const plainChunkWords = { f32: 32, f16: 16, bf16: 16, q8: 8, q4: 4 };

/** Rows in the file's own type, or in q8 or q4. */
export function plainFormat(encoding: Encoding, cols: number): RowFormat {
  const rowChunks = Math.ceil(cols / groupSize);
  const quantized = encoding === "q8" || encoding === "q4";
  return {
    label: encoding,
    decode: encoding,
    constants: {},
    rowChunks,
    codeWords: rowChunks * plainChunkWords[encoding],
    scaleWords: quantized ? Math.ceil(rowChunks / 2) : 0,
    head: new Uint32Array(0),
    extra: [0, 0, 0, 0],
  };
}

/** Whether rows of both may be in one weight: the same shader with the same constants and tables. */
export function canShare(a: RowFormat, b: RowFormat): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    x.length === y.length && Array.prototype.every.call(x, (word, i) => word === y[i]);
  const key = ({ decode, constants, rowChunks, codeWords, scaleWords, extra }: RowFormat) =>
    JSON.stringify([decode, Object.entries(constants).toSorted(), rowChunks, codeWords, scaleWords, extra]);
  if (a === b) return true;
  if (a.lateOrder || b.lateOrder || a.lateHead || b.lateHead) return false;
  return key(a) === key(b) && same(a.head, b.head) && same(a.order ?? [], b.order ?? []);
}

/** Whether x has to be gathered for these rows. */
export const isGathered = (format: RowFormat): boolean => format.order !== undefined || format.lateOrder !== undefined;

/** Bytes of `rows` rows on the GPU, tables and input order included. */
export function formatBytes(format: RowFormat, rows: number): number {
  const { codeWords, scaleWords, head, rowChunks } = format;
  return 4 * (rows * (codeWords + scaleWords) + head.length + (isGathered(format) ? 32 * rowChunks : 0));
}

/** The format of a matrix when only its header is known: as many bytes as in the file, and AQLM's codebook in f32. */
export function estimatedFormat({ rows, cols, scheme, parts, among }: QuantizedMatrix): RowFormat {
  const wordsOf = (some: TensorSlice[]) =>
    Math.ceil(some.reduce((sum, { start, end }) => sum + end - start, 0) / (among?.rows ?? rows) / 4);
  const { codes, ...others } = parts;
  const wider = scheme.kind === "vectors" && parts.map?.dtype !== "F32" ? [parts.map!] : [];
  return {
    ...plainFormat("q4", cols),
    label: schemeLabel(scheme),
    codeWords: wordsOf([codes]),
    scaleWords: wordsOf([...Object.values(others), ...wider]),
  };
}
