// A quantized matrix with everything that decides its layout on the GPU: what the reader found, the small parts that came
// early, and the plan made of both. Plans hold functions, so the store keeps the first two and the plan is made anew.

import type { QuantizedMatrix } from "../format/quantized.ts";
import type { GpuPlan } from "./gpu-plan.ts";
import type { PartBytes } from "./row-format.ts";
import { planMatrix } from "./schemes.ts";

export interface PackedTensor {
  name: string;
  rows: number;
  cols: number;
  matrix: QuantizedMatrix;
  early: PartBytes;
  plan: GpuPlan;
}

/** `early`: by the matrix' name. Throws PronkError `format` or `model-unsupported` where parts contradict their matrix. */
export function packTensors(
  matrices: readonly QuantizedMatrix[],
  early: ReadonlyMap<string, PartBytes>,
): PackedTensor[] {
  return matrices.map((matrix) => {
    const { name, rows, cols } = matrix;
    const parts = early.get(name) ?? {};
    return { name, rows, cols, matrix, early: parts, plan: planMatrix(matrix, parts) };
  });
}
