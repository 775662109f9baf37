// GGUF's block types on the GPU: codes apart from scales, with the file's own number of bits. Types of 32 weights keep a
// flat f16 scale (and minimum); types of 256 keep both of their levels. The repack shader takes the blocks apart.

import { PronkError } from "../errors.ts";
import { ggmlTraits, type GgmlType, type GridType } from "../format/ggml-types.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import { floatBits, headOf, planeWords, viewOf, type SchemeFormat } from "./packed-format.ts";
import type { DecodeChoice, PartBytes } from "./row-format.ts";

type Packed = Exclude<GgmlType, "F32" | "F16" | "BF16" | GridType>;

interface TypeFacts {
  kind: number; // repack_blocks.wgsl's number of the type
  bits: number;
  choice: DecodeChoice<"affine" | "super" | "book">;
  zero?: number; // affine: the code that means 0
  halves: number[]; // bytes of a block where its f16 scales stand
}

type Choice = Pick<TypeFacts, "bits" | "choice">;

/** `zeros`: 0 one zero point for all, 2 an f16 minimum. `chunks`: how many share a scale. */
const affine = (bits: number, zeros: 0 | 2, chunks = 1): Choice => ({
  bits,
  choice: { decode: "affine", constants: { bits, zeros, group_eights: 4 * chunks } },
});
/** `form`: see decode_super.wgsl. */
const twoLevels = (bits: number, form: 0 | 1 | 2): Choice => ({
  bits,
  choice: { decode: "super", constants: { bits, form } },
});
/** `scales_kind`: see decode_book.wgsl. */
const book = (scales_kind: 2 | 3 | 4 | 5): Choice => ({
  bits: 4,
  choice: { decode: "book", constants: { scales_kind, ...(scales_kind === 4 ? { straddle: true } : {}) } },
});

const facts: Record<Packed, TypeFacts> = {
  Q4_0: { kind: 0, ...affine(4, 0), zero: 8, halves: [0] },
  Q4_1: { kind: 1, ...affine(4, 2), halves: [0, 2] },
  Q5_0: { kind: 2, ...affine(5, 0), zero: 16, halves: [0] },
  Q5_1: { kind: 3, ...affine(5, 2), halves: [0, 2] },
  Q8_0: { kind: 4, ...affine(8, 0), zero: 128, halves: [0] },
  Q2_K: { kind: 5, ...twoLevels(2, 1), halves: [80, 82] },
  Q3_K: { kind: 6, ...twoLevels(3, 2), halves: [108] },
  Q4_K: { kind: 7, ...twoLevels(4, 0), halves: [0, 2] },
  Q5_K: { kind: 8, ...twoLevels(5, 0), halves: [0, 2] },
  Q6_K: { kind: 9, ...twoLevels(6, 2), halves: [208] },
  IQ4_NL: { kind: 10, ...book(2), halves: [0] },
  IQ4_XS: { kind: 11, ...book(3), halves: [0] },
  MXFP4: { kind: 14, ...book(5), halves: [] },
  NVFP4: { kind: 15, ...book(4), halves: [] },
  TQ2_0: { kind: 16, ...affine(2, 0, 8), zero: 1, halves: [64] },
  TQ1_0: { kind: 19, ...affine(2, 0, 8), zero: 1, halves: [52] }, // base-3 digits in the file
  Q1_0: { kind: 17, ...affine(1, 0, 4), zero: 1, halves: [0] },
  Q2_0: { kind: 18, ...affine(2, 0, 2), zero: 1, halves: [0] },
};

/** The values of IQ4's codes. Source: ggml-common.h, kvalues_iq4nl. */
const iq4Book = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
/** The values of E2M1's codes. Source: OCP Microscaling Formats 1.0, table 5. */
const e2m1Book = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6];

/** `early`: the factor of all scales that NVFP4 may have. */
export function ggmlFormat(matrix: QuantizedMatrix, early: PartBytes): SchemeFormat {
  const { scheme, cols } = matrix;
  if (scheme.kind !== "ggml") throw new TypeError(scheme.kind);
  const type = scheme.type as Packed; // matrices of the other three types are not quantized
  const { kind, bits, choice, zero = 0, halves } = facts[type];
  const isBook = choice.decode === "book";
  const { weights, bytes } = ggmlTraits[type];
  const rowChunks = cols / 32; // a row has whole blocks: the reader refuses others
  const planes = planeWords(bits, rowChunks);
  const scaleWords = scaleWordsOf(type, rowChunks);
  const head = headOf(isBook ? (type.startsWith("IQ4") ? iq4Book : e2m1Book).map(floatBits) : []);
  const codeWords = planes.low + planes.high;
  const secondStart = Math.ceil(rowChunks / (type === "IQ4_XS" ? 4 : 2)); // minima, or the upper level of scales
  return {
    ...choice,
    rowChunks,
    codeWords,
    scaleWords,
    head,
    extra: isBook ? [cols, codeWords / 4, 0, head.length] : [zero, codeWords / 4, planes.low / 4, secondStart],
    repack: {
      shader: "repack_blocks",
      kind,
      rowBytes: (cols / weights) * bytes,
      rowsPerUnit: 1,
      padCode: type === "NVFP4" ? factorBits(matrix, early.factor) : 0,
      highStart: planes.low,
      secondStart,
    },
    checkCodes(blocks) {
      if (type === "MXFP4")
        for (let at = 0; at < blocks.length; at += bytes) if (blocks[at] === 255) throw notFinite(matrix);
      for (const at of halves)
        for (let high = at + 1; high < blocks.length; high += bytes)
          if ((blocks[high] & 0x7c) === 0x7c) throw notFinite(matrix);
    },
  };
}

function scaleWordsOf(type: Packed, rowChunks: number): number {
  if (type === "MXFP4") return Math.ceil(rowChunks / 4);
  if (type === "NVFP4") return 1 + rowChunks / 2;
  if (type === "TQ2_0" || type === "TQ1_0" || type === "Q1_0" || type === "Q2_0")
    return Math.ceil((32 * rowChunks) / ggmlTraits[type].weights / 2);
  const halves = Math.ceil(rowChunks / 2); // words of one 16-bit value a chunk
  if (type === "Q4_1" || type === "Q5_1") return 2 * halves;
  if (ggmlTraits[type].weights === 32) return halves;
  const supers = rowChunks / 8;
  if (type === "IQ4_XS") return rowChunks / 4 + Math.ceil(supers / 2);
  return halves + supers; // sixteen bits per chunk below, a word of d and dmin above
}

/** The factor of a matrix' scales: the one number of `NAME.scale`, as converters write it. */
function factorBits({ parts }: QuantizedMatrix, bytes: Uint8Array | undefined): number {
  const factor = bytes ? viewOf(bytes).getFloat32(0, true) : 1;
  if (Number.isFinite(factor)) return floatBits(factor);
  const { name, file } = parts.factor!;
  throw new PronkError("format", `Tensor "${name}" in "${file}" is ${factor}. The file is damaged: fetch it again.`, {
    file,
    field: name,
    expected: "a finite number",
    found: `${factor}`,
  });
}

export function notFinite({ parts }: QuantizedMatrix): PronkError {
  const { name, file, dtype } = parts.codes;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has a ${dtype} block whose scale is not finite. The file is damaged: fetch it again.`,
    { file, field: name, expected: "finite scales", found: "infinity or NaN" },
  );
}
