// The table of schemes: for each, what must be read of a matrix before its codes can be placed, and the plan of its
// layout on the GPU. Adding a format is a file beside this one and a row here; README.md says how.

import {
  schemeLabel,
  type PartRole,
  type QuantizedMatrix,
  type Scheme,
  type TensorSlice,
} from "../format/quantized.ts";
import { bnb4Plan, int8Plan } from "./bitsandbytes.ts";
import { exl2Plan } from "./exl2.ts";
import { ggmlPlan } from "./ggml.ts";
import { gptqPlan } from "./gptq.ts";
import type { GpuPlan, SchemePlan } from "./gpu-plan.ts";
import type { PartBytes } from "./row-format.ts";

interface SchemeRow {
  /** Small parts that decide where codes go: read by range before any code arrives. */
  early: PartRole[];
  plan(matrix: QuantizedMatrix, early: PartBytes): SchemePlan;
}

const table: Record<Scheme["kind"], SchemeRow> = {
  gptq: { early: ["groupIndex"], plan: gptqPlan },
  awq: { early: [], plan: gptqPlan },
  bnb4: { early: ["state", "map", "nestedMap"], plan: bnb4Plan },
  int8: { early: ["codeOrder"], plan: int8Plan },
  exl2: { early: ["groups", "scaleLimits"], plan: exl2Plan },
  ggml: { early: [], plan: ggmlPlan },
};

/** The parts to read before `planMatrix`, where the matrix has them. */
export function earlyParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => table[matrix.scheme.kind].early.includes(role));
}

/** The parts that `GpuPlan.scaleRows` and `lateOrder` want: held whole until all of them are there, in whatever order they come. */
export function lateParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => role !== "codes" && !table[matrix.scheme.kind].early.includes(role));
}

function partsOf(matrix: QuantizedMatrix, wanted: (role: PartRole) => boolean): [PartRole, TensorSlice][] {
  return (Object.entries(matrix.parts) as [PartRole, TensorSlice][]).filter(([role]) => wanted(role));
}

/** Throws PronkError `format` or `model-unsupported` where the early parts contradict the matrix. */
export function planMatrix(matrix: QuantizedMatrix, early: PartBytes): GpuPlan {
  return { label: schemeLabel(matrix.scheme), ...table[matrix.scheme.kind].plan(matrix, early) };
}
