// The table of schemes: for each, what must be read of a matrix before its codes can be placed, and the format of its layout
// on the GPU. To add a format, add a file beside this one and an entry here; README.md says how.

import { onDemand } from "../on-demand.ts";
import {
  schemeLabel,
  type PartRole,
  type QuantizedMatrix,
  type Scheme,
  type TensorSlice,
} from "../format/quantized.ts";
import type { PackedFormat, SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";

type MakeFormat = (matrix: QuantizedMatrix, early: PartBytes) => SchemeFormat;

interface SchemeEntry {
  /** Small parts that decide where codes go: read by range before any code arrives. */
  early: PartRole[];
  /** Loads the code that makes formats of the scheme. */
  load(): Promise<MakeFormat>;
}

const order = onDemand("sorts inputs by their group", () => import("./act-order.ts"));
const gptq = onDemand("lays out GPTQ and AWQ", () => import("./gptq.ts"));
const bitsandbytes = onDemand("lays out bitsandbytes", () => import("./bitsandbytes.ts"));
const exl2 = onDemand("lays out EXL2", () => import("./exl2.ts"));
const streams = onDemand("lays out compressed-tensors, MLX, FP8", () => import("./streams.ts"));
const slabs = onDemand("lays out HQQ and quanto", () => import("./slabs.ts"));
const vectors = onDemand("lays out AQLM", () => import("./vectors.ts"));
const turned = onDemand("lays out ONNX's plain matrices", () => import("./turned.ts"));
const ggml = onDemand("lays out GGUF's blocks", () => import("./ggml.ts"));
const grids = onDemand("lays out GGUF's grids", () => import("./grids.ts"));

const table: Record<Scheme["kind"], SchemeEntry> = {
  gptq: { early: ["groupIndex"], load: async () => (await gptq()).gptqFormat((await order()).actOrder) },
  awq: { early: [], load: async () => (await gptq()).gptqFormat((await order()).actOrder) },
  marlin: { early: [], load: async () => (await gptq()).marlinFormat },
  bnb4: { early: ["state", "map", "nestedMap"], load: async () => (await bitsandbytes()).bnb4Format },
  int8: { early: ["codeOrder"], load: async () => (await bitsandbytes()).int8Format },
  exl2: { early: ["groups", "scaleLimits"], load: async () => (await exl2()).exl2Format },
  integers: {
    early: ["groupIndex"],
    load: async () => (await streams()).integersFormat((await order()).actOrder),
  },
  slabs: { early: [], load: async () => (await slabs()).slabsFormat(await streams()) },
  vectors: { early: [], load: async () => (await vectors()).vectorsFormat(await streams()) },
  turned: { early: [], load: async () => (await turned()).turnedFormat(await streams()) },
  floats: { early: [], load: async () => (await streams()).floatsFormat },
  ggml: { early: ["factor"], load: async () => (await ggml()).ggmlFormat },
  grid: { early: [], load: async () => (await grids()).gridFormat((await ggml()).notFinite) },
};

/** The parts to read before its format can be made, where the matrix has them. */
export function earlyParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => table[matrix.scheme.kind].early.includes(role));
}

/** The parts that `PackedFormat.scaleRows`, `lateHead` and `lateOrder` need: held until all are there, in whatever order they come. */
export function lateParts(matrix: QuantizedMatrix): [PartRole, TensorSlice][] {
  return partsOf(matrix, (role) => role !== "codes" && !table[matrix.scheme.kind].early.includes(role));
}

function partsOf(matrix: QuantizedMatrix, wanted: (role: PartRole) => boolean): [PartRole, TensorSlice][] {
  return (Object.entries(matrix.parts) as [PartRole, TensorSlice][]).filter(([role]) => wanted(role));
}

/**
 * The makers of formats for the schemes given, all by default. Rejects with PronkError `network`; the makers throw `format`
 * or `model-unsupported` where the early parts contradict the matrix.
 */
export async function packedFormats(
  kinds: Iterable<Scheme["kind"]> = Object.keys(table) as Scheme["kind"][],
): Promise<(matrix: QuantizedMatrix, early: PartBytes) => PackedFormat> {
  const makers = new Map<Scheme["kind"], MakeFormat>();
  for (const kind of new Set(kinds)) makers.set(kind, await table[kind].load());
  return (matrix, early) => ({ label: schemeLabel(matrix.scheme), ...makers.get(matrix.scheme.kind)!(matrix, early) });
}
