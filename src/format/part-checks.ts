// Checks on the parts of a quantized matrix, whatever its scheme.

import { PronkError } from "../errors.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { Ends } from "./linear-parts.ts";
import type { PartRole, QuantizedMatrix, Scheme, TensorSlice } from "./quantized.ts";

/** Makes a matrix of the tensors whose names end like this, as far as they are there. */
export type MakeMatrix = (scheme: Scheme, roles: Partial<Record<PartRole, string>>) => QuantizedMatrix;

export const makeMatrix =
  (name: string, [rows, cols]: readonly number[], ends: Ends): MakeMatrix =>
  (scheme, roles) => {
    const parts: Partial<Record<PartRole, TensorSlice>> = {};
    for (const [role, end] of Object.entries(roles)) {
      const found = ends.get(end);
      if (found) parts[role as PartRole] = found;
    }
    return { name, rows, cols, scheme, parts: parts as QuantizedMatrix["parts"] };
  };

const asGroups = (count: number, size: number) => Math.ceil(count / size);

/** The declared size that fits the scales; where none is declared, the scales determine it. */
export function groupSizeOf(
  scales: TensorSlice,
  groups: number,
  cols: number,
  declared: DeclaredQuantization | undefined,
): number {
  const sizes = declared?.groupSizes ?? [];
  if (sizes.length > 0) {
    const whole = sizes.filter((size) => size === -1 || (Number.isInteger(size) && size > 0));
    const reaches = whole.map((size) => (size === -1 ? cols : Math.min(size, cols)));
    const fitting = new Set(reaches.filter((size) => asGroups(cols, size) === groups));
    if (fitting.size === 1) return [...fitting][0];
    const wanted = `group_size ${sizes.join(" or ")}`;
    if (fitting.size > 1) throw broken(scales, "two of the declared sizes fit its groups", wanted, `${groups} groups`);
    throw broken(
      scales,
      `its ${groups} groups are not one for each ${sizes.join(" or ")} inputs`,
      wanted,
      `${groups} groups`,
    );
  }
  if (groups === 1) return cols;
  for (const guess of [cols / groups, 16, 32, 64, 128, 256, 512, 1024])
    if (Number.isInteger(guess) && asGroups(cols, guess) === groups) return guess;
  throw broken(scales, `${groups} groups do not fit ${cols} inputs`, "groups", `${groups}`);
}

/** The part must be there, in this type (or one of several, as "F16 BF16") and shape. */
export function part(matrix: QuantizedMatrix, role: PartRole, dtypes: string, shape: readonly number[]): void {
  const { codes } = matrix.parts;
  const found = matrix.parts[role];
  if (!found) throw broken(codes, `its ${role} are not there`, `${role} of [${shape}]`, "none");
  const isType = dtypes.split(" ").includes(found.dtype);
  if (!isType || found.shape.length !== shape.length || found.shape.some((n, i) => n !== shape[i]))
    throw broken(
      found,
      `it is ${found.dtype} [${found.shape}]`,
      `${dtypes.replaceAll(" ", " or ")} [${shape}]`,
      `${found.dtype} [${found.shape}]`,
    );
}

export function broken({ name, file }: TensorSlice, what: string, expected: string, found: string): PronkError {
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" does not fit its layer: ${what}; expected ${expected}. Check that config.json and all files are of the same model.`,
    { file, field: name, expected, found },
  );
}
