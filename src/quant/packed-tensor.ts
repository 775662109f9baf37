// A quantized matrix with everything that decides its layout on the GPU: what the reader found, the small parts that came
// early, and the format made of both. Formats hold functions, so the store keeps the first two and the format is made anew.

import type { QuantizedMatrix } from "../format/quantized.ts";
import type { PackedFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import { packedFormat } from "./schemes.ts";

export interface PackedTensor {
  name: string;
  rows: number;
  cols: number;
  matrix: QuantizedMatrix;
  early: PartBytes;
  format: PackedFormat;
}

/** `early`: by the matrix' name. Throws PronkError `format` or `model-unsupported` where parts contradict their matrix. */
export function packTensors(
  matrices: readonly QuantizedMatrix[],
  early: ReadonlyMap<string, PartBytes>,
): PackedTensor[] {
  return matrices.map((matrix) => {
    const { name, rows, cols } = matrix;
    const parts = early.get(name) ?? {};
    return { name, rows, cols, matrix, early: parts, format: packedFormat(matrix, parts) };
  });
}
