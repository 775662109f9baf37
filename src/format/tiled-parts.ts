// GPTQ's and AWQ's matrices in the order of one kernel: AWQ gemv and gemv_fast, and Marlin's packing of either. What tells
// them apart are shapes, and Marlin's own names in GPTQ (`B`, `s`).

import type { Ends } from "./linear-parts.ts";
import { checkBits, requireMultiples } from "./packed-checks.ts";
import { broken, groupSizeOf, part, type MakeMatrix } from "./part-checks.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { QuantizedMatrix, TensorSlice } from "./quantized.ts";

type Declared = DeclaredQuantization | undefined;

/** Rows of nibbles; zero points eight to a word along the groups; as many scales as their words have room for. */
export function awqGemv(codes: TensorSlice, declared: Declared, matrix: MakeMatrix): QuantizedMatrix {
  const found = matrix(
    { kind: "integers", packer: "awq gemv", bits: 4, groups: { rows: 1, cols: 0 } },
    { codes: "qweight", zeros: "qzeros", scales: "scales" },
  );
  const { rows } = found;
  checkBits(codes, 4, declared);
  const words = (found.parts.zeros?.shape ?? [])[1];
  const size = paddedSize(found, words, declared);
  part(found, "zeros", "I32", [rows, words]);
  part(found, "scales", "F16", [rows, 8 * words]);
  return withGroups(found, size);
}

/** Words of a row of AWQ gemv's zero points: padded for small groups (autoawq 0.2.9, calculate_zeros_width). */
function gemvWords(cols: number, groupSize: number): number {
  const unit = groupSize >= 128 ? 1 : groupSize === 64 ? 2 : 4;
  return Math.ceil(Math.ceil(Math.floor(cols / groupSize) / 8) / unit) * unit;
}

/**
 * Strips of four rows. A row of scales for each group, and one of what is added: minus the zero point times the scale. Both
 * have as many rows as AWQ gemv's words of zero points have room for.
 */
export function gemvFast(codes: TensorSlice, ends: Ends, declared: Declared, matrix: MakeMatrix): QuantizedMatrix {
  const minima = ends.has("scaled_zeros") ? "scaled_zeros" : "qzeros"; // llm-awq's own name
  const found = matrix(
    { kind: "integers", packer: "awq gemv_fast", bits: 4, groups: { rows: 1, cols: 0 } },
    { codes: "qweight", scales: "scales", minima },
  );
  const { rows, cols, parts } = found;
  checkBits(codes, 4, declared);
  part(found, "codes", "I16", [Math.ceil(rows / 4), cols]);
  const high = (parts.scales?.shape ?? [])[0];
  const size = paddedSize(found, high / 8, declared);
  part(found, "scales", "F16", [high, rows]);
  part(found, "minima", "F16", [high, rows]);
  if (rows % 4 !== 0 || cols % 64 !== 0)
    throw broken(codes, `it is of a matrix [${rows}, ${cols}]`, "multiples of 4 outputs and 64 inputs", `[${codes.shape}]`); // prettier-ignore
  return withGroups(found, size);
}

/** Tiles of 16 inputs and 64 outputs; the zero point is 8. `scales`: the end of their name. */
export function marlin(
  codes: TensorSlice,
  scalesEnd: "s" | "scales",
  declared: Declared,
  matrix: MakeMatrix,
): QuantizedMatrix {
  const roles = { codes: scalesEnd === "s" ? "B" : "qweight", scales: scalesEnd };
  const found = matrix({ kind: "marlin", groupSize: 0 }, roles);
  const { rows, cols } = found;
  const scales = found.parts.scales!;
  checkBits(codes, 4, declared);
  part(found, "codes", "I32", [cols / 16, 2 * rows]);
  const groupSize = groupSizeOf(scales, scales.shape[0], cols, declared);
  part(found, "scales", "F16", [scales.shape[0], rows]);
  if (rows % 64 !== 0 || cols % groupSize !== 0)
    throw broken(codes, `it has ${rows} outputs, and groups of ${groupSize} of ${cols} inputs`, "multiples of 64 outputs, and whole groups", `${rows} outputs`); // prettier-ignore
  return requireMultiples({ ...found, scheme: { kind: "marlin", groupSize } });
}

/** The declared group size, or a usual one, whose zero points take this many words. */
function paddedSize({ cols, parts: { codes } }: QuantizedMatrix, words: number, declared: Declared): number {
  const sizes = (declared?.groupSizes ?? []).map((size) => (size === -1 ? cols : size));
  const size = (sizes.length > 0 ? sizes : [128, 64, 32]).find(
    (guess) => guess > 0 && gemvWords(cols, guess) === words,
  );
  if (size !== undefined) return Math.min(size, cols);
  throw broken(codes, `its zero points have ${words} words`, `groups of ${sizes[0] ?? "128, 64, 32"}`, `${words}`); // prettier-ignore
}

function withGroups(found: QuantizedMatrix, size: number): QuantizedMatrix {
  const { scheme } = found;
  if (scheme.kind !== "integers") throw new TypeError(scheme.kind);
  return requireMultiples({ ...found, scheme: { ...scheme, groups: { rows: 1, cols: size } } });
}
