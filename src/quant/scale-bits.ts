// The scales of groups of rows and columns, read as the bits that stand in the file, and refused where they are no numbers.

import { PronkError } from "../errors.ts";
import type { PartRole, QuantizedMatrix } from "../format/quantized.ts";
import { viewOf } from "./packed-format.ts";

/** By the file's word for a type: bytes, and the bits that are all set in what is no finite number. */
const types: Record<string, { bytes: 1 | 2 | 4; notFinite: number }> = {
  F32: { bytes: 4, notFinite: 0x7f800000 },
  F16: { bytes: 2, notFinite: 0x7c00 },
  BF16: { bytes: 2, notFinite: 0x7f80 },
  F8_E4M3: { bytes: 1, notFinite: 0x7f },
  U8: { bytes: 1, notFinite: 0xff }, // an exponent, as F8_E8M0 is
  F8_E8M0: { bytes: 1, notFinite: 0xff },
};

/** What a number of a row's group is, in its own bits. The matrix' scheme must have groups. */
export function scaleBits(matrix: QuantizedMatrix, role: PartRole, bytes: Uint8Array) {
  const { scheme, cols, parts } = matrix;
  if (scheme.kind !== "integers" && scheme.kind !== "floats") throw new TypeError(scheme.kind);
  const { name, file, dtype } = parts[role]!;
  const { bytes: size, notFinite } = types[dtype];
  const groups = Math.ceil(cols / scheme.groups.cols);
  const view = viewOf(bytes);
  const last = bytes.length / size - 1; // one number may serve all
  return (row: number, g: number): number => {
    const at = size * Math.min(last, Math.floor(row / scheme.groups.rows) * groups + g);
    const bits = size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at);
    if ((bits & notFinite) !== notFinite) return bits;
    throw new PronkError(
      "format",
      `Tensor "${name}" in "${file}" has a number that is not finite, of output ${row}, group ${g}. The file is damaged: fetch it again.`,
      { file, field: name, expected: "finite numbers", found: "infinity or NaN" },
    );
  };
}
