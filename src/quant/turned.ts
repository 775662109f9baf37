// Matrices whose file has inputs as rows, on the GPU: ONNX's MatMul multiplies by [inputs, outputs]. Plain numbers stand there as they do of
// any checkpoint; bytes are w = scale * (code - zero), with a scale for each output or for all.

import type { QuantizedMatrix } from "../format/quantized.ts";
import { headOf, type SchemeFormat } from "./packed-format.ts";
import type * as Numbers from "./scale-bits.ts";

const plain: Readonly<Record<string, "f32" | "f16" | "bf16">> = { F32: "f32", F16: "f16", BF16: "bf16" };

/** `numbers`: scale-bits.ts, which is loaded with other formats. */
export const turnedFormat =
  ({ putNumbers, scaleType, wordsOf }: Pick<typeof Numbers, "putNumbers" | "scaleType" | "wordsOf">) =>
  (matrix: QuantizedMatrix): SchemeFormat => {
    const { scheme, rows, cols, parts } = matrix;
    if (scheme.kind !== "turned") throw new TypeError(scheme.kind);
    const { bits, zero = 128 } = scheme;
    const rowChunks = Math.ceil(cols / 32);
    const repack = { shader: "repack_turned", size: (bits / 8) as 1 | 2 | 4, outputs: rows } as const;
    const row = { rowChunks, codeWords: rowChunks * bits, head: headOf() };
    if (bits > 8)
      return {
        ...row,
        decode: plain[parts.codes.dtype],
        constants: {},
        scaleWords: 0,
        extra: [0, 0, 0, 0],
        repack: { ...repack, flip: 0, padCode: 0 },
      };
    const type = scaleType(parts.scales!);
    const numberWords = wordsOf(type, 1);
    const scaleWords = numberWords + (parts.zeros ? 1 : 0);
    const isSigned = parts.zeros?.dtype === "I8";
    return {
      ...row,
      decode: "affine",
      constants: { bits: 8, zeros: parts.zeros ? 1 : 0, scale_type: type, group_eights: 2 ** 31 },
      scaleWords,
      extra: [zero, row.codeWords / 4, row.codeWords / 4, numberWords],
      repack: { ...repack, flip: parts.codes.dtype === "I8" ? 128 : 0, padCode: zero },
      scaleRows: (late, first, count) => {
        const words = new Uint32Array(count * scaleWords);
        putNumbers(matrix, "scales", late.scales!, { words, scaleWords, first, count });
        if (parts.zeros)
          for (let r = 0; r < count; r++)
            words[r * scaleWords + numberWords] = late.zeros![first + r] ^ (isSigned ? 128 : 0);
        return words;
      },
    };
  };
