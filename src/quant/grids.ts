// GGUF's i-quants of 1 to 3 bits on the GPU: the file's own bits in whole words, with the points of the grid before the
// rows' scales. The repack shader takes the blocks apart.

import { ggmlTraits, type GridType } from "../format/ggml-types.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import type { notFinite } from "./ggml.ts";
import { gridWords } from "./grid-points.ts";
import { headOf, type SchemeFormat } from "./packed-format.ts";

interface TypeFacts {
  kind: number; // decode_grid.wgsl's number of the type
  words: number; // of codes in a chunk
  sixteen: boolean; // whether a chunk has sixteen bits besides
  grid: Parameters<typeof gridWords>[0];
}

const facts: Record<GridType, TypeFacts> = {
  IQ2_XXS: { kind: 0, words: 2, sixteen: false, grid: "IQ2_XXS" },
  IQ2_XS: { kind: 1, words: 2, sixteen: true, grid: "IQ2_XS" },
  IQ2_S: { kind: 2, words: 2, sixteen: true, grid: "IQ2_S" },
  IQ3_XXS: { kind: 3, words: 3, sixteen: false, grid: "IQ3_XXS" },
  IQ3_S: { kind: 4, words: 3, sixteen: true, grid: "IQ3_S" },
  IQ1_S: { kind: 5, words: 1, sixteen: true, grid: "IQ1" },
  IQ1_M: { kind: 6, words: 1, sixteen: true, grid: "IQ1" },
};

/** `error`: ggml.ts's, which is loaded separately. */
export const gridFormat =
  (error: typeof notFinite) =>
  (matrix: QuantizedMatrix): SchemeFormat => {
    const { scheme, cols } = matrix;
    if (scheme.kind !== "grid") throw new TypeError(scheme.kind);
    const { type } = scheme;
    const { kind, words, sixteen, grid } = facts[type];
    const { bytes } = ggmlTraits[type];
    const rowChunks = cols / 32; // a row has whole blocks: the reader refuses others
    const blocks = rowChunks / 8;
    const second = sixteen ? rowChunks / 2 : 0;
    const codeWords = words * rowChunks;
    const head = headOf(gridWords(grid));
    return {
      decode: "grid",
      constants: { kind },
      rowChunks,
      codeWords: Math.ceil(codeWords / 4) * 4,
      scaleWords: second + (type === "IQ1_M" ? 2 * blocks : Math.ceil(blocks / 2)),
      head,
      extra: [0, Math.ceil(codeWords / 4) * 4, second, head.length],
      repack: {
        shader: "repack_grids",
        kind,
        rowBytes: blocks * bytes,
        rowsPerUnit: 1,
        padCode: 0,
        highStart: 0,
        secondStart: second,
      },
      checkCodes(piece) {
        for (let at = 0; at < piece.length; at += bytes) if (isInfinite(type, piece, at)) throw error(matrix);
      },
    };
  };

/** Whether the f16 of the block at byte `at` has all exponent bits set; IQ1_M's is spread over upper nibbles, top bits last. */
function isInfinite(type: GridType, bytes: Uint8Array, at: number): boolean {
  if (type !== "IQ1_M") return (bytes[at + 1] & 0x7c) === 0x7c;
  return (bytes[at + 55] & 0x70) === 0x70 && (bytes[at + 53] & 0xc0) === 0xc0;
}
