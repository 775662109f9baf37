// Matrices whose codes stand in whole rows of outputs: compressed-tensors (`weight_packed`, or `weight` in I8 and FP8), the
// FP8 and NVFP4 of vLLM, transformers, FBGEMM and ModelOpt, which differ only in the names and shapes of scales, and MLX
// (`scales`). Shapes tell everything but which of two widths a word of old 7-bit files has.

import { PronkError } from "../errors.ts";
import type { Ends } from "./linear-parts.ts";
import { broken, groupSizeOf, part, type MakeMatrix } from "./part-checks.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { QuantizedMatrix, ScaleGroups, TensorSlice } from "./quantized.ts";

type Declared = DeclaredQuantization | undefined;

const floatTypes = "F16 BF16 F32";
const exponentTypes = ["U8", "F8_E8M0"];

export function readStreams(
  ends: Ends,
  shape: readonly number[],
  declared: Declared,
  matrix: MakeMatrix,
): QuantizedMatrix | undefined {
  const weight = ends.get("weight");
  const packed = ends.get("weight_packed");
  if (packed)
    return packed.dtype === "U8" ? fp4(packed, ends, matrix) : packedIntegers(packed, ends, shape, declared, matrix);
  if (weight?.dtype === "U32") return mlx(weight, ends, shape, matrix);
  if (weight?.dtype === "U8" && ends.has("weight_scale_2")) return fp4(weight, ends, matrix);
  const scales = ends.get("weight_scale") ?? ends.get("weight_scale_inv");
  if (!weight || !scales || weight.shape.length !== 2) return undefined;
  const roles = { codes: "weight", scales: ends.has("weight_scale") ? "weight_scale" : "weight_scale_inv" };
  if (weight.dtype === "F8_E4M3") {
    if (exponentTypes.includes(scales.dtype)) {
      const found = matrix({ kind: "floats", type: "MXFP8", groups: { rows: 1, cols: 32 } }, roles);
      part(found, "codes", "F8_E4M3", shape);
      part(found, "scales", exponentTypes.join(" "), [shape[0], Math.ceil(shape[1] / 32)]);
      return found;
    }
    const found = matrix({ kind: "floats", type: "FP8", groups: groupsOf(scales, shape, declared) }, roles);
    part(found, "codes", "F8_E4M3", shape);
    part(found, "scales", floatTypes, scales.shape);
    return requireGroups(found, 32);
  }
  if (weight.dtype !== "I8") return undefined; // not quantized: scales may stand beside such a weight, too
  const groups = groupsOf(scales, shape, declared);
  const zeros = ends.has("weight_zero_point") ? { zeros: "weight_zero_point" } : {};
  const found = matrix({ kind: "integers", packer: "compressed-tensors", bits: 8, groups }, { ...roles, ...zeros });
  part(found, "codes", "I8", shape);
  part(found, "scales", floatTypes, scales.shape);
  if (found.parts.zeros) part(found, "zeros", "I8", scales.shape);
  return requireGroups(found, 16);
}

function packedIntegers(
  packed: TensorSlice,
  ends: Ends,
  shape: readonly number[],
  declared: Declared,
  matrix: MakeMatrix,
): QuantizedMatrix {
  const [rows, cols] = shape;
  const scales = ends.get("weight_scale");
  if (!scales) throw broken(packed, "it has no weight_scale beside it", "weight_scale", "none");
  const { bits, perWord } = widthOf(packed, cols, declared);
  const groups = groupsOf(scales, shape, declared);
  const found = matrix(
    { kind: "integers", packer: "compressed-tensors", bits, ...(perWord ? { perWord } : {}), groups },
    { codes: "weight_packed", scales: "weight_scale", zeros: "weight_zero_point", groupIndex: "weight_g_idx" },
  );
  part(found, "codes", "I32", [rows, packed.shape[1]]);
  part(found, "scales", floatTypes, scales.shape);
  const { zeros, groupIndex } = found.parts;
  if (groupIndex) part(found, "groupIndex", "I32", [cols]);
  if (zeros?.dtype === "I8") part(found, "zeros", "I8", scales.shape);
  else if (zeros) {
    const words = perWord ? Math.ceil(rows / perWord) : Math.ceil((rows * bits) / 32);
    part(found, "zeros", "I32", [words, Math.ceil(cols / groups.cols)]);
  }
  return requireGroups(found, 16);
}

/** By the words per row: a dense stream, or as many whole codes as fit in a word (compressed-tensors up to 0.17). */
function widthOf(packed: TensorSlice, cols: number, declared: Declared): { bits: number; perWord?: number } {
  const words = packed.shape[1];
  const said = (declared?.bits ?? []).filter((bits) => Number.isInteger(bits) && bits >= 2 && bits <= 8);
  const widths = said.length > 0 ? [...new Set(said)] : [4, 8, 2, 3, 5, 6, 7];
  const fitting = widths.flatMap((bits): { bits: number; perWord?: number }[] => {
    const perWord = Math.floor(32 / bits);
    if (words === Math.ceil((cols * bits) / 32)) return [{ bits }];
    return words === Math.ceil(cols / perWord) ? [{ bits, perWord }] : [];
  });
  const wanted = `a row of ${cols} codes of ${widths.join(" or ")} bits`;
  if (fitting.length === 0) throw broken(packed, `it has ${words} words in a row`, wanted, `${words} words`);
  if (fitting.length > 1 && said.length > 0)
    throw broken(packed, `${words} words in a row fit two of the declared widths`, wanted, `${words} words`);
  return fitting[0];
}

function fp4(codes: TensorSlice, ends: Ends, matrix: MakeMatrix): QuantizedMatrix {
  const scales = ends.get("weight_scale");
  if (!scales) throw broken(codes, "it has no weight_scale beside it", "weight_scale", "none");
  const name = ends.has("weight_packed") ? "weight_packed" : "weight";
  const type = scales.dtype === "F8_E4M3" ? "NVFP4" : "MXFP4";
  const size = type === "NVFP4" ? 16 : 32;
  const roles = { codes: name, scales: "weight_scale", divisor: "weight_global_scale", factor: "weight_scale_2" };
  const found = matrix({ kind: "floats", type, groups: { rows: 1, cols: size } }, roles);
  const { rows, cols, parts } = found;
  const width = codes.shape[1] / cols;
  if (width === 0.75)
    throw new PronkError(
      "model-unsupported",
      `Tensor "${codes.name}" in "${codes.file}" is in the layout MXFP6, which this version of pronk does not read. Take a repository in MXFP4 or MXFP8.`,
      { file: codes.file, field: codes.name, expected: "MXFP4 or MXFP8", found: "MXFP6" },
    );
  part(found, "codes", "U8", [rows, Math.ceil(cols / 2)]);
  part(found, "scales", type === "NVFP4" ? "F8_E4M3" : exponentTypes.join(" "), [rows, Math.ceil(cols / size)]);
  for (const role of ["divisor", "factor"] as const)
    if (parts[role]) part(found, role, "F32", parts[role].shape.length === 0 ? [] : [1]);
  if (type === "NVFP4" && !parts.divisor && !parts.factor)
    throw broken(codes, "it has no factor of all scales", "weight_global_scale or weight_scale_2", "none");
  return found;
}

/** MLX's modes without biases. */
const mlxFloats: Readonly<Record<string, "MXFP8" | "MXFP4" | "NVFP4">> = {
  "8 bits, groups of 32": "MXFP8",
  "4 bits, groups of 32": "MXFP4",
  "4 bits, groups of 16": "NVFP4",
};

function mlx(weight: TensorSlice, ends: Ends, shape: readonly number[], matrix: MakeMatrix): QuantizedMatrix {
  const [rows, cols] = shape;
  const scales = ends.get("scales");
  if (!scales) throw broken(weight, "it has no scales beside it", "scales", "none");
  const bits = (32 * weight.shape[1]) / cols;
  const groups = { rows: 1, cols: cols / scales.shape[1] };
  const roles = { codes: "weight", scales: "scales", minima: "biases" };
  if (!ends.has("biases")) {
    const type = mlxFloats[`${bits} bits, groups of ${groups.cols}`];
    if (!type || scales.dtype !== "U8")
      throw new PronkError(
        "model-unsupported",
        `Tensor "${weight.name}" in "${weight.file}" has ${bits} bits a weight in groups of ${groups.cols} and no biases; of MLX, pronk reads affine, mxfp4, mxfp8 and nvfp4. Take a repository in one of them.`,
        { file: weight.file, field: weight.name, expected: Object.keys(mlxFloats).join(", "), found: scales.dtype },
      );
    const found = matrix({ kind: "floats", type, groups }, { codes: "weight", scales: "scales" });
    part(found, "codes", "U32", [rows, (cols * bits) / 32]);
    part(found, "scales", "U8", [rows, cols / groups.cols]);
    return found;
  }
  if (![2, 3, 4, 5, 6, 8].includes(bits))
    throw broken(weight, `${bits} bits a weight are no MLX`, "2 to 6 or 8 bits", `${bits} bits`);
  const found = matrix({ kind: "integers", packer: "mlx", bits, groups }, roles);
  part(found, "codes", "U32", [rows, (cols * bits) / 32]);
  part(found, "scales", floatTypes, [rows, cols / groups.cols]);
  part(found, "minima", scales.dtype, scales.shape);
  return requireGroups(found, 16);
}

/** Rows and columns that share a scale, by the shape of the scales: a matrix, rows, groups or blocks. */
function groupsOf(scales: TensorSlice, [rows, cols]: readonly number[], declared: Declared): ScaleGroups {
  const { shape } = scales;
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 1) return { rows, cols };
  const [high, wide = 1] = shape;
  if (shape.length > 2 || count === 0)
    throw broken(scales, `it is [${shape}]`, `scales for [${rows}, ${cols}]`, `[${shape}]`);
  if (high === rows) {
    const said = declared?.blocks.length ? undefined : declared;
    return { rows: 1, cols: wide === 1 ? cols : groupSizeOf(scales, wide, cols, said) };
  }
  const sizes = declared?.blocks.length ? declared.blocks : [[128, 128]];
  const fits = ([blockRows, blockCols]: readonly number[]) =>
    high === Math.ceil(rows / blockRows) && wide === Math.ceil(cols / blockCols);
  const found = sizes.find(fits);
  const wanted = sizes.map(([blockRows, blockCols]) => `blocks of ${blockRows} x ${blockCols}`).join(" or ");
  if (!found) throw broken(scales, `it is [${shape}]`, `${wanted} of [${rows}, ${cols}]`, `[${shape}]`);
  return { rows: found[0], cols: Math.min(found[1], cols) };
}

/** The decodes look at groups of this many columns, and pad columns to 32 only where 0 has a code. */
function requireGroups(matrix: QuantizedMatrix, unit: 16 | 32): QuantizedMatrix {
  const { scheme, cols, parts } = matrix;
  const size = scheme.kind === "integers" || scheme.kind === "floats" ? scheme.groups.cols : 0;
  const isWhole = cols % 32 === 0 || !(parts.zeros || parts.minima || parts.groupIndex);
  if (isWhole && (size >= cols || size % unit === 0)) return matrix;
  throw new PronkError(
    "model-unsupported",
    `Tensor "${parts.codes.name}" in "${parts.codes.file}" has ${cols} inputs in groups of ${size}; pronk reads groups of a multiple of ${unit}, and with zero points multiples of 32 inputs.`,
    { file: parts.codes.file, field: parts.codes.name, expected: `multiples of ${unit}`, found: `${size}` },
  );
}
