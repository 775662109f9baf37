// A layer's tensors in safetensors files -> its matrix, quantized by its publisher, by what is there: `q_weight` is EXL2,
// `qweight` is GPTQ or AWQ by its shape, `weight` with `absmax` or `SCB` is bitsandbytes, and stream-parts.ts reads rows of
// codes. What the repository declares decides only what shapes cannot (GPTQ's zero points), and must not contradict them.

import { PronkError } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";
import type { Ends, ReadMatrix } from "./linear-parts.ts";
import { broken, groupSizeOf, makeMatrix, part, type MakeMatrix } from "./part-checks.ts";
import { readDeclaredQuantization, type DeclaredQuantization } from "./quantization-config.ts";
import type { QuantizedMatrix, TensorSlice } from "./quantized.ts";
import { readStreams } from "./stream-parts.ts";

const gptqRoles = { codes: "qweight", zeros: "qzeros", scales: "scales", groupIndex: "g_idx" } as const;
const exl2Roles = {
  codes: "q_weight",
  scales: "q_scale",
  scaleLimits: "q_scale_max",
  groups: "q_groups",
  inversePermutation: "q_invperm",
} as const;
const bnb4Roles = {
  codes: "weight",
  scales: "weight.absmax",
  map: "weight.quant_map",
  nestedScales: "weight.nested_absmax",
  nestedMap: "weight.nested_quant_map",
} as const;
const int8Roles = { codes: "weight", scales: "SCB", codeOrder: "weight_format" } as const;

const maxStateBytes = 4096; // bitsandbytes' has about 200

/** The reader for a repository with this declaration of its quantization, or none. */
export const packedReader =
  (declared?: DeclaredQuantization): ReadMatrix =>
  (name, shape, ends) =>
    readPacked(name, shape, ends, declared);

/** The same for config.json, or a file beside it. Throws PronkError `model-unsupported` for a layout that is not read. */
export const declaredReader = (config: JsonFile, beside?: JsonFile): ReadMatrix =>
  packedReader(readDeclaredQuantization(config, beside));

function readPacked(
  name: string,
  shape: readonly number[],
  ends: Ends,
  declared: DeclaredQuantization | undefined,
): QuantizedMatrix | undefined {
  const matrix = makeMatrix(name, shape, ends);
  if (ends.has("q_weight")) return checkExl2(matrix({ kind: "exl2" }, exl2Roles));
  if (ends.has("qweight")) return gptqOrAwq(name, shape, ends, declared, matrix);
  if (ends.has("weight.absmax")) {
    const state = [...ends.keys()].find((end) => end.startsWith("weight.quant_state.bitsandbytes__"));
    const book = state?.endsWith("__fp4") ? "fp4" : "nf4";
    const roles = { ...bnb4Roles, state: state ?? `weight.quant_state.bitsandbytes__${book}` };
    return checkBnb4(matrix({ kind: "bnb4", book, nested: ends.has("weight.nested_absmax") }, roles));
  }
  if (ends.has("SCB")) return checkInt8(matrix({ kind: "int8" }, int8Roles));
  return readStreams(ends, shape, declared, matrix);
}

function gptqOrAwq(
  name: string,
  [rows, cols]: readonly number[],
  ends: Ends,
  declared: DeclaredQuantization | undefined,
  matrix: MakeMatrix,
): QuantizedMatrix {
  const codes = ends.get("qweight")!;
  const [high, wide] = codes.shape;
  const scales = ends.get("scales");
  if (!scales) throw broken(codes, "it has no scales beside it", `${name} scales`, "none");
  const groups = scales.shape[0];
  const isAwq = high === cols && wide * 8 === rows && scales.shape[1] === rows;
  if (wide === rows && !(isAwq && declared?.method === "awq")) {
    const bits = (32 * high) / cols;
    if (bits !== 2 && bits !== 3 && bits !== 4 && bits !== 8)
      throw broken(codes, `${bits} bits a weight are no GPTQ`, "2, 3, 4 or 8 bits", `${bits} bits`);
    checkBits(codes, bits, declared);
    const groupSize = groupSizeOf(scales, groups, cols, declared);
    const zeroPoints = declared?.zeroPointsAsStored ? 2 : 1;
    const found = matrix({ kind: "gptq", bits, groupSize, zeroPoints }, gptqRoles);
    part(found, "scales", "F16", [groups, rows]);
    part(found, "zeros", "I32", [groups, (rows * bits) / 32]);
    if (found.parts.groupIndex) part(found, "groupIndex", "I32", [cols]);
    part(found, "codes", "I32", [(cols * bits) / 32, rows]);
    return requireMultiples(found);
  }
  if (isAwq) {
    const found = matrix({ kind: "awq", groupSize: groupSizeOf(scales, groups, cols, declared) }, gptqRoles);
    checkBits(codes, 4, declared);
    part(found, "codes", "I32", [cols, rows / 8]);
    part(found, "scales", "F16", [groups, rows]);
    part(found, "zeros", "I32", [groups, rows / 8]);
    return requireMultiples(found);
  }
  if (high === rows && wide * 8 === cols) return awqGemv(codes, declared, matrix);
  const layout = high * 16 === cols ? "marlin" : "an unknown one";
  throw new PronkError(
    "model-unsupported",
    `Tensor "${codes.name}" in "${codes.file}" of shape [${codes.shape}] is in the layout ${layout}; pronk reads GPTQ and AWQ gemm or gemv. Take a repository in one of them.`,
    { file: codes.file, field: codes.name, expected: "GPTQ or AWQ gemm or gemv", found: layout },
  );
}

/** Rows of nibbles; zero points eight to a word along the groups; as many scales as their words have room for. */
function awqGemv(codes: TensorSlice, declared: DeclaredQuantization | undefined, matrix: MakeMatrix): QuantizedMatrix {
  const found = matrix({ kind: "integers", packer: "awq gemv", bits: 4, groups: { rows: 1, cols: 0 } }, gptqRoles);
  const { scheme, rows, cols } = found;
  if (scheme.kind !== "integers") throw new TypeError(scheme.kind);
  checkBits(codes, 4, declared);
  const words = (found.parts.zeros?.shape ?? [])[1];
  const sizes = (declared?.groupSizes ?? []).map((size) => (size === -1 ? cols : size));
  const size = (sizes.length > 0 ? sizes : [128, 64, 32]).find(
    (guess) => guess > 0 && gemvWords(cols, guess) === words,
  );
  if (size === undefined)
    throw broken(codes, `its zero points have ${words} words`, `groups of ${sizes[0] ?? "128, 64, 32"}`, `${words}`); // prettier-ignore
  part(found, "zeros", "I32", [rows, words]);
  part(found, "scales", "F16", [rows, 8 * words]);
  return requireMultiples({ ...found, scheme: { ...scheme, groups: { rows: 1, cols: Math.min(size, cols) } } });
}

/** Words of a row of AWQ gemv's zero points: padded for small groups (autoawq 0.2.9, calculate_zeros_width). */
function gemvWords(cols: number, groupSize: number): number {
  const unit = groupSize >= 128 ? 1 : groupSize === 64 ? 2 : 4;
  return Math.ceil(Math.ceil(Math.floor(cols / groupSize) / 8) / unit) * unit;
}

/** Some module must be declared with these bits, where any are declared. */
function checkBits(codes: TensorSlice, bits: number, declared: DeclaredQuantization | undefined): void {
  if (!declared || declared.bits.length === 0 || declared.bits.includes(bits)) return;
  const wanted = `${declared.bits.join(" or ")} bits, as in ${declared.file}`;
  throw broken(codes, `it has ${bits} bits a weight`, wanted, `${bits}`);
}

/** The repack works on 32 inputs and 16 of a group at a time, as every published packer does. */
function requireMultiples(matrix: QuantizedMatrix): QuantizedMatrix {
  const { scheme, cols, parts } = matrix;
  const groupSize = "groupSize" in scheme ? scheme.groupSize : "groups" in scheme ? scheme.groups.cols : 32;
  if (cols % 32 !== 0 || (groupSize % 16 !== 0 && groupSize < cols))
    throw new PronkError(
      "model-unsupported",
      `Tensor "${parts.codes.name}" in "${parts.codes.file}" has ${cols} inputs in groups of ${groupSize}; pronk reads multiples of 32 in groups of a multiple of 16.`,
      { file: parts.codes.file, field: parts.codes.name, expected: "multiples of 32 and 16", found: `${groupSize}` },
    );
  return matrix;
}

function checkExl2(matrix: QuantizedMatrix): QuantizedMatrix {
  const { codes, groups } = matrix.parts;
  const rows = codes.shape[1];
  if (rows < matrix.rows || rows >= matrix.rows + 32 || rows % 8 !== 0)
    throw broken(codes, `it has ${rows} columns`, `${matrix.rows}, or up to 31 more`, `${rows}`);
  const count = (groups?.shape[0] ?? 0) / 2;
  part(matrix, "codes", "I32", [codes.shape[0], rows]);
  part(matrix, "groups", "I16", [2 * count]);
  part(matrix, "scales", "I32", [count, rows / 8]);
  part(matrix, "scaleLimits", "F16", [count]);
  part(matrix, "inversePermutation", "I32", [matrix.cols]);
  return requireMultiples(matrix);
}

function checkBnb4(matrix: QuantizedMatrix): QuantizedMatrix {
  const { codes, state, scales } = matrix.parts;
  if (!state) throw broken(codes, "it has no quant_state beside it", "weight.quant_state.bitsandbytes__nf4", "none");
  const sizeBytes = Math.ceil((matrix.rows * matrix.cols) / 2);
  if (codes.end - codes.start !== sizeBytes)
    throw broken(codes, `it has ${codes.end - codes.start} bytes`, `${sizeBytes} bytes`, `${codes.end - codes.start}`);
  if (state.end - state.start > maxStateBytes)
    throw broken(state, `it has ${state.end - state.start} bytes`, `at most ${maxStateBytes}`, "more");
  part(matrix, "map", "F32", [16]);
  const nested = matrix.scheme.kind === "bnb4" && matrix.scheme.nested;
  part(matrix, "scales", nested ? "U8" : "F32", scales!.shape);
  if (nested) {
    part(matrix, "nestedMap", "F32", [256]);
    part(matrix, "nestedScales", "F32", matrix.parts.nestedScales!.shape);
  }
  return matrix;
}

function checkInt8(matrix: QuantizedMatrix): QuantizedMatrix {
  part(matrix, "codes", "I8", [matrix.rows, matrix.cols]);
  part(matrix, "scales", "F32", [matrix.rows]);
  const { codeOrder } = matrix.parts;
  if (codeOrder && codeOrder.end - codeOrder.start !== 1)
    throw broken(codeOrder, `it is ${codeOrder.dtype} [${codeOrder.shape}]`, "U8 []", `[${codeOrder.shape}]`);
  return matrix;
}
