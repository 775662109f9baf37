// A quantized matrix with everything that decides its layout on the GPU: what the reader found, the small parts that came
// early, and the format made from both. Formats hold functions: the store keeps the first two, and the format is made anew.

import type { QuantizedMatrix } from "../format/quantized.ts";
import type { PackedFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import { packedFormats } from "./schemes.ts";

export interface PackedTensor {
  name: string;
  rows: number;
  cols: number;
  matrix: QuantizedMatrix;
  early: PartBytes;
  format: PackedFormat;
}

/**
 * `early`: by the matrix' name. Rejects with PronkError `format` or `model-unsupported` where parts contradict their matrix,
 * `network` where the code that lays out a scheme did not arrive.
 */
export async function packTensors(
  matrices: readonly QuantizedMatrix[],
  early: ReadonlyMap<string, PartBytes>,
): Promise<PackedTensor[]> {
  const packedFormat = await packedFormats(matrices.map(({ scheme }) => scheme.kind));
  return matrices.map((matrix) => {
    const { name, rows, cols } = matrix;
    const parts = early.get(name) ?? {};
    return { name, rows, cols, matrix, early: parts, format: packedFormat(matrix, parts) };
  });
}
