// AQLM on the GPU: codes of sixteen bits for eight columns each, a codebook in f32 before the rows, and a scale for each of
// these. Codes pass through the repack of streams as two bits of each column, which leaves the bits of a code in another order;
// the codebook is put in that order instead of the codes.

import type { QuantizedMatrix } from "../format/quantized.ts";
import { halfToFloat } from "./half.ts";
import { blankHead, floatBits, planeWords, type SchemeFormat } from "./packed-format.ts";
import type * as Numbers from "./scale-bits.ts";

const vectors = 2 ** 16;
const vectorWords = 8;
const scaleWords = 4; // the decode reads vectors of four

/** From a number's bits to those of the f32, by the file's word for its type. */
const wordOf: Readonly<Record<string, (bits: number) => number>> = {
  F16: (bits) => floatBits(halfToFloat(bits)),
  BF16: (bits) => bits << 16,
  F32: (bits) => bits,
};

/** `numbers`: scale-bits.ts, which is loaded with other formats. */
export const vectorsFormat =
  ({ numberBits }: Pick<typeof Numbers, "numberBits">) =>
  ({ scheme, cols, parts }: QuantizedMatrix): SchemeFormat => {
    if (scheme.kind !== "vectors") throw new TypeError(scheme.kind);
    const { map, scales } = parts;
    const mask = 2 ** scheme.bits - 1; // of smaller codes the sign is repeated in the bits above
    const rowChunks = cols / 32;
    const codeWords = planeWords(2, rowChunks).low;
    const head = blankHead(vectors * vectorWords);
    return {
      decode: "vectors",
      constants: {},
      rowChunks,
      codeWords,
      scaleWords,
      head,
      extra: [0, codeWords / 2, 0, head.length / 4],
      repack: {
        shader: "repack_streams",
        bits: 2,
        perWord: 0,
        flip: 0,
        rowBytes: cols / 4,
        rowsPerUnit: 1,
        tiles: 0,
        padCode: 0,
        highStart: 0,
      },
      scaleRows: (late, first, count) => {
        const words = new Uint32Array(count * scaleWords);
        const bitsAt = numberBits(scales!, late.scales!);
        for (let r = 0; r < count; r++) words[scaleWords * r] = wordOf[scales!.dtype](bitsAt(first + r));
        return words;
      },
      lateHead: (late) => {
        const words = new Uint32Array(head.length);
        const bitsAt = numberBits(map!, late.map!);
        for (let code = 0; code < vectors; code++) {
          const [from, to] = [vectorWords * (code & mask), vectorWords * numberOf(code)];
          for (let i = 0; i < vectorWords; i++) words[to + i] = wordOf[map!.dtype](bitsAt(from + i));
        }
        return words;
      },
    };
  };

/** The number that the decode makes of a code: columns 0 and 4, 2 and 6, 1 and 5, 3 and 7, two bits each. */
function numberOf(code: number): number {
  const nibble = (column: number) => ((code >> (2 * column)) & 3) | (((code >> (2 * column + 8)) & 3) << 2);
  return nibble(0) | (nibble(2) << 4) | (nibble(1) << 8) | (nibble(3) << 12);
}
