// One quantized matrix from a safetensors file of the shared data, or made of seeded random bytes: its description as
// the reader gives it, its parts' bytes, and the reference's tensors. Works in a page.

import { ggmlTraits, isGridType, type GgmlType } from "../../src/format/ggml-types.ts";
import { toModelTensors, type ReadMatrix } from "../../src/format/linear-parts.ts";
import { readLibrary } from "../../src/format/library-parts.ts";
import type { MlcBits } from "../../src/format/mlc-config.ts";
import { mlcReader } from "../../src/format/mlc-weights.ts";
import { packedReader } from "../../src/format/packed-parts.ts";
import type { DeclaredQuantization } from "../../src/format/quantization-config.ts";
import type { PartRole, QuantizedMatrix, TensorSlice } from "../../src/format/quantized.ts";
import { readSafetensorsHeader } from "../../src/format/safetensors.ts";
import type { PartBytes } from "../../src/quant/row-format.ts";
import type { ReferenceTensor } from "../reference/checkpoint.ts";
import { dequantize, type Dequantized, type Layer } from "../reference/dequantize.ts";
import { memorySource } from "./memory-source.ts";

export interface PackedMatrix {
  matrix: QuantizedMatrix;
  parts: PartBytes;
  /** The layer's tensors by the ends of their names, for the reference. */
  layer: Layer;
  /** Other tensors of the file: what is expected. */
  others: Map<string, ReferenceTensor>;
}

export interface NamedBytes {
  end: string; // of the name, e.g. "qweight"
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export const declare = (fields: Partial<DeclaredQuantization>): DeclaredQuantization => ({
  file: "config.json", method: undefined, bits: [], groupSizes: [], blocks: [], zeroPointsAsStored: false, ...fields,
}); // prettier-ignore

/** A matrix [rows, cols] of the given tensors. `read`: what finds it in them; by default what safetensors' readers know. */
export function packedMatrix(
  [rows, cols]: readonly number[],
  tensors: readonly NamedBytes[],
  declared?: DeclaredQuantization,
  read?: ReadMatrix,
): PackedMatrix {
  const slices = tensors.map(
    ({ end, dtype, shape, bytes }): TensorSlice => ({
      name: `l.${end}`, dtype, shape, file: "made.safetensors", start: 0, end: bytes.length,
    }), // prettier-ignore
  );
  const isMlc = tensors.some(({ end }) => end === "q_scale") && !tensors.some(({ end }) => end === "q_groups");
  const matrix = toModelTensors(
    new Map([["l.weight", [rows, cols]]]),
    slices,
    read ??
      (isMlc
        ? mlcReader(declared!.bits[0] as MlcBits)
        : (...layer) => readLibrary(...layer) ?? packedReader(declared)(...layer)),
  )[0] as QuantizedMatrix;
  const bytesOf = ({ name, start, end: last }: TensorSlice) =>
    tensors.find(({ end }) => `l.${end}` === name)!.bytes.subarray(start, last);
  const parts = Object.fromEntries(
    (Object.entries(matrix.parts) as [PartRole, TensorSlice][]).map(([role, slice]) => [role, bytesOf(slice)]),
  );
  const layer: Layer = (end) => {
    const found = tensors.find((tensor) => tensor.end === end);
    return (
      found && { dtype: found.dtype.toLowerCase() as ReferenceTensor["dtype"], shape: found.shape, bytes: found.bytes }
    );
  };
  return { matrix, parts, layer, others: new Map() };
}

/** A file of the shared data, whose layer is called `l`. */
export async function sharedMatrix(file: Uint8Array, declared?: DeclaredQuantization): Promise<PackedMatrix> {
  const entries = await readSafetensorsHeader(memorySource(new Map([["m.safetensors", file]])), "m.safetensors");
  const tensors = entries.map(({ name, dtype, shape, start, end }) => ({
    end: name.replace(/^l\./, ""), dtype, shape, bytes: file.slice(start, end),
  })); // prettier-ignore
  const expected = tensors.find(({ end }) => end.startsWith("expected"))!;
  const shape = expected.end.endsWith("in_out") ? expected.shape.toReversed() : expected.shape;
  const made = packedMatrix(
    shape,
    tensors.filter(({ end }) => !/^(expected|original)/.test(end)),
    declared,
  );
  const { dtype, bytes } = expected;
  made.others.set(expected.end, {
    dtype: dtype.toLowerCase() as ReferenceTensor["dtype"],
    shape: expected.shape,
    bytes,
  });
  return made;
}

export const blockTypes = (Object.keys(ggmlTraits) as GgmlType[]).filter(
  (type) => !["F32", "F16", "BF16"].includes(type),
);

/** GGUF's blocks as a matrix of that many rows. */
export function blockMatrix(type: GgmlType, bytes: Uint8Array, rows: number): Pick<PackedMatrix, "matrix" | "parts"> {
  const { weights, bytes: blockBytes } = ggmlTraits[type];
  const cols = ((bytes.length / blockBytes) * weights) / rows;
  const codes = { name: "t", dtype: type, shape: [rows, cols], file: "m.gguf", start: 0, end: bytes.length };
  const matrix: QuantizedMatrix = {
    name: "l.weight", rows, cols, scheme: isGridType(type) ? { kind: "grid", type } : { kind: "ggml", type }, parts: { codes }
  }; // prettier-ignore
  return { matrix, parts: { codes: bytes } };
}

/** The weights by the reference, before and after the rounding that the format prescribes. */
export const referenceWeightsOf = ({ matrix, layer }: PackedMatrix): Dequantized => dequantize(matrix, layer);
