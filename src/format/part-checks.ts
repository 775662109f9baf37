// What the parts of a quantized matrix are held to, whichever scheme they are of.

import { PronkError } from "../errors.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { PartRole, QuantizedMatrix, TensorSlice } from "./quantized.ts";

const asGroups = (count: number, size: number) => Math.ceil(count / size);

/** Of the sizes that are declared the one that fits the scales; where none is declared, the scales say it. */
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

/** The part must be there, in that type (or one of several, as "F16 BF16") and shape. */
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
