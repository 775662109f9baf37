// One quantized matrix from a safetensors file of the shared data, or made of seeded random bytes: its description as
// the reader gives it, its parts' bytes, and the reference's tensors. Works in a page.

import { toModelTensors } from "../../src/format/linear-parts.ts";
import type { DeclaredQuantization } from "../../src/format/quantization-config.ts";
import type { PartRole, QuantizedMatrix, TensorSlice } from "../../src/format/quantized.ts";
import { readSafetensorsHeader } from "../../src/format/safetensors.ts";
import type { PartBytes } from "../../src/quant/row-format.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { ReferenceTensor } from "../reference/checkpoint.ts";
import type { Layer } from "../reference/dequantize-packed.ts";

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
  file: "config.json", method: undefined, bits: undefined, groupSize: undefined, zeroPointsAsStored: false, ...fields,
}); // prettier-ignore

/** A matrix [rows, cols] of the given tensors. */
export function packedMatrix(
  [rows, cols]: readonly number[],
  tensors: readonly NamedBytes[],
  declared?: DeclaredQuantization,
): PackedMatrix {
  const slices = tensors.map(
    ({ end, dtype, shape, bytes }): TensorSlice => ({
      name: `l.${end}`, dtype, shape, file: "made.safetensors", start: 0, end: bytes.length,
    }), // prettier-ignore
  );
  const matrix = toModelTensors(new Map([["l.weight", [rows, cols]]]), slices, declared)[0] as QuantizedMatrix;
  const bytesOf = (name: string) => tensors.find(({ end }) => `l.${end}` === name)!.bytes;
  const parts = Object.fromEntries(
    (Object.entries(matrix.parts) as [PartRole, TensorSlice][]).map(([role, { name }]) => [role, bytesOf(name)]),
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
