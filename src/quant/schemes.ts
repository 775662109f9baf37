// The table of schemes: for each, what must be read of a matrix before its codes can be placed, and the format of its
// layout on the GPU. Adding a format is a file beside this one and an entry here; README.md says how.

import {
  schemeLabel,
  type PartRole,
  type QuantizedMatrix,
  type Scheme,
  type TensorSlice,
} from "../format/quantized.ts";
import { bnb4Format, int8Format } from "./bitsandbytes.ts";
import { exl2Format } from "./exl2.ts";
import { ggmlFormat } from "./ggml.ts";
import { gptqFormat } from "./gptq.ts";
import type { PackedFormat, SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";

interface SchemeEntry {
  /** Small parts that decide where codes go: read by range before any code arrives. */
  early: PartRole[];
  format(matrix: QuantizedMatrix, early: PartBytes): SchemeFormat;
}

const table: Record<Scheme["kind"], SchemeEntry> = {
  gptq: { early: ["groupIndex"], format: gptqFormat },
  awq: { early: [], format: gptqFormat },
  bnb4: { early: ["state", "map", "nestedMap"], format: bnb4Format },
  int8: { early: ["codeOrder"], format: int8Format },
  exl2: { early: ["groups", "scaleLimits"], format: exl2Format },
  ggml: { early: [], format: ggmlFormat },
};

/** The parts to read before `packedFormat`, where the matrix has them. */
export function earlyParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => table[matrix.scheme.kind].early.includes(role));
}

/** The parts that `PackedFormat.scaleRows` and `lateOrder` want: held whole until all of them are there, in whatever order they come. */
export function lateParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => role !== "codes" && !table[matrix.scheme.kind].early.includes(role));
}

function partsOf(matrix: QuantizedMatrix, wanted: (role: PartRole) => boolean): [PartRole, TensorSlice][] {
  return (Object.entries(matrix.parts) as [PartRole, TensorSlice][]).filter(([role]) => wanted(role));
}

/** Throws PronkError `format` or `model-unsupported` where the early parts contradict the matrix. */
export function packedFormat(matrix: QuantizedMatrix, early: PartBytes): PackedFormat {
  return { label: schemeLabel(matrix.scheme), ...table[matrix.scheme.kind].format(matrix, early) };
}
