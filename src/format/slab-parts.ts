// Matrices of which a byte holds codes that lie far apart: HQQ's, and optimum-quanto's below eight bits. HQQ's groups run along
// the inputs (axis 1) or down the outputs (axis 0), and its scales and zero points may themselves be bytes with scales.

import { PronkError } from "../errors.ts";
import type { Ends } from "./linear-parts.ts";
import { broken, part, type MakeMatrix } from "./part-checks.ts";
import type { PartRole, QuantizedMatrix, Scheme, TensorSlice } from "./quantized.ts";

export const floatTypes = "F16 BF16 F32";

/** Parts of HQQ by the ends of their names, with those of the bytes that scales or zero points may be. */
const hqqRoles = {
  codes: "W_q",
  scales: "scale",
  zeros: "zero",
  scaleScales: "meta_scale.scale",
  scaleZeros: "meta_scale.zero",
  zeroScales: "meta_zero.scale",
  zeroZeros: "meta_zero.zero",
} as const satisfies Partial<Record<PartRole, string>>;

/** HQQ on either axis. `codes`: W_q. Throws PronkError `format` or `model-unsupported`. Source: hqq 0.1.8, quantize.py. */
export function readHqq(
  codes: TensorSlice,
  [rows, cols]: readonly number[],
  ends: Ends,
  matrix: MakeMatrix,
): QuantizedMatrix {
  const [scales, zeros] = [numbersOf("scale", codes, ends), numbersOf("zero", codes, ends)];
  const groups = countOf(scales);
  const make = (scheme: Scheme): QuantizedMatrix => {
    const made = matrix(scheme, hqqRoles);
    return { ...made, parts: { ...made.parts, scales, zeros } };
  };
  // In groups of their own, the shape is that of those.
  const inOrder = (name: string) => (ends.get(`meta_${name}.scale`)?.shape ?? []).length === 0;
  const told = inOrder("scale") ? scales : inOrder("zero") ? zeros : undefined;
  const found = (told && isRow(told) !== isColumn(told) ? isRow(told) : downWidth(codes, groups, rows * cols))
    ? readDown(codes, groups, [rows, cols], make)
    : readSlabs("hqq", codes, { ...scales, shape: [groups, 1] }, [rows, cols], make);
  for (const [role, nested, offsets] of [
    ["scales", "scaleScales", "scaleZeros"],
    ["zeros", "zeroScales", "zeroZeros"],
  ] as const) {
    const { [role]: numbers, [nested]: their } = found.parts;
    if (countOf(numbers!) !== groups)
      throw broken(numbers!, `it has ${countOf(numbers!)} numbers`, `${groups}`, `${countOf(numbers!)}`);
    part(found, role, their ? "U8" : floatTypes, numbers!.shape);
    if (!their) continue;
    const each = groups / countOf(their);
    if (!Number.isInteger(each) || !(their.shape.length === 0 || isRow(their) || isColumn(their)))
      throw broken(their, `it is [${their.shape}]`, `scales for ${groups} numbers`, `[${their.shape}]`);
    part(found, nested, floatTypes, their.shape);
    part(found, offsets, their.dtype, their.shape);
  }
  const [one, other] = [found.parts.scaleScales ?? scales, found.parts.zeroScales ?? zeros];
  if (one.dtype !== other.dtype)
    throw broken(other, `it is ${other.dtype}`, `${one.dtype}, as the scales`, other.dtype);
  return found;
}

const countOf = ({ shape }: TensorSlice) => shape.reduce((product, length) => product * length, 1);
const isRow = ({ shape }: TensorSlice) => shape.length === 2 && shape[0] === 1;
const isColumn = ({ shape }: TensorSlice) => shape.length === 2 && shape[1] === 1;

/** `scale` or `zero`: numbers, bytes of them, or either as one half of `zero_scale`. */
function numbersOf(name: "scale" | "zero", codes: TensorSlice, ends: Ends): TensorSlice {
  const own = ends.get(name) ?? ends.get(`${name}_q`);
  if (own) return own;
  const both = ends.get("zero_scale");
  if (!both) throw broken(codes, `it has no ${name} beside it`, name, "none");
  const { shape, start, end } = both;
  if (shape[0] !== 2) throw broken(both, `it is [${shape}]`, "zero points and scales", `[${shape}]`);
  const middle = start + (end - start) / 2;
  const place = name === "zero" ? { start, end: middle } : { start: middle, end };
  return { ...both, shape: shape.slice(1), ...place };
}

/** The bits of codes packed along axis 0, by how many rows and bytes there are; undefined where these fit none. */
const downWidth = ({ shape, start, end }: TensorSlice, groups: number, weights: number) =>
  ([8, 4, 3, 2, 1] as const).find((bits) => {
    const size = weights / groups;
    const high = bits === 3 ? Math.ceil(size / 10) : (size * bits) / 8;
    return shape[0] === high && end - start === high * groups * (bits === 3 ? 4 : 1);
  });

/** Along axis 0: of `groups` each input has several, of outputs that lie equally far apart. */
function readDown(
  codes: TensorSlice,
  groups: number,
  [rows, cols]: readonly number[],
  make: (scheme: Scheme) => QuantizedMatrix,
): QuantizedMatrix {
  const bits = downWidth(codes, groups, rows * cols);
  const size = (rows * cols) / groups;
  if (bits === undefined)
    throw broken(codes, `it is ${codes.dtype} [${codes.shape}]`, `${groups} groups of ${size} codes of 8, 4, 3, 2, 1 bits`, `[${codes.shape}]`); // prettier-ignore
  if (cols % 32 !== 0 || groups % 32 !== 0)
    throw refused(codes, `HQQ along axis 0 of ${cols} inputs in ${groups} groups`, "multiples of 32 of both");
  return make({ kind: "slabs", packer: "hqq", bits, groups: { rows: size, cols: 1 } });
}

/** Groups along the inputs, whose scales are [groups, 1]. */
export function readSlabs(
  packer: "hqq" | "quanto",
  codes: TensorSlice,
  scales: TensorSlice,
  [rows, cols]: readonly number[],
  matrix: (scheme: Scheme) => QuantizedMatrix,
): QuantizedMatrix {
  const groups = scales.shape[0] ?? 0;
  const size = (rows * cols) / groups;
  if (scales.shape.length !== 2 || !Number.isInteger(size))
    throw broken(
      scales,
      `it is [${scales.shape}]`,
      `a number for each group of [${rows}, ${cols}]`,
      `[${scales.shape}]`,
    );
  if (cols % size !== 0 || size % 32 !== 0)
    throw refused(codes, `${packer} in groups of ${size} of ${cols} inputs`, "groups of a multiple of 32 that divides the inputs"); // prettier-ignore
  const widths = packer === "hqq" ? ([8, 4, 3, 2, 1] as const) : ([4, 2] as const);
  const found = codes.end - codes.start;
  const bits = widths.find((width) => slabBytes(width, groups, size) === found);
  if (bits === undefined)
    throw broken(codes, `it has ${found} bytes`, `${groups} groups of ${size} codes of ${widths.join(", ")} bits`, `${found} bytes`); // prettier-ignore
  const made = matrix({ kind: "slabs", packer, bits, groups: { rows: 1, cols: size } });
  if (packer === "quanto") part(made, "scales", floatTypes, [groups, 1]);
  return made;
}

/** Ten codes of three bits in a 32-bit word; otherwise as many as fit in a byte. HQQ's `view_as_float` only renames the same bytes. */
const slabBytes = (bits: number, groups: number, size: number): number =>
  bits === 3 ? 4 * size * Math.ceil(groups / 10) : size * Math.ceil((groups * bits) / 8);

/** A layout that is known and not read. */
export function refused({ name, file }: TensorSlice, layout: string, instead: string): PronkError {
  const message = `Tensor "${name}" in "${file}" is in the layout ${layout}, which this version of pronk does not read. Take ${instead}.`;
  return new PronkError("model-unsupported", message, { file, field: name, expected: instead, found: layout });
}
