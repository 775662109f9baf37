// A layer's tensors in safetensors files -> its matrix, quantized by its publisher, by what is there: `q_weight` is EXL2,
// `qweight` is GPTQ or AWQ by its shape (tiled-parts.ts: the orders of single kernels), `weight` with `absmax` or `SCB` is bitsandbytes, and stream-parts.ts reads rows of
// codes. What the repository declares decides only what shapes cannot (GPTQ's zero points), and must not contradict them.

import { PronkError } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";
import type { Ends, ReadMatrix } from "./linear-parts.ts";
import { checkBits, requireMultiples } from "./packed-checks.ts";
import { broken, groupSizeOf, makeMatrix, part, type MakeMatrix } from "./part-checks.ts";
import { readDeclaredQuantization, type DeclaredQuantization } from "./quantization-config.ts";
import type { QuantizedMatrix } from "./quantized.ts";
import { readStreams } from "./stream-parts.ts";
import { awqGemv, gemvFast, marlin } from "./tiled-parts.ts";

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
  if (ends.has("B") && ends.has("s")) return marlin(ends.get("B")!, "s", declared, matrix);
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
  if (codes.dtype === "I16") return gemvFast(codes, ends, declared, matrix); // of a square matrix, as GPTQ's of 8 bits
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
  if (high * 16 === cols && wide === 2 * rows && !ends.has("qzeros")) return marlin(codes, "scales", declared, matrix);
  if (high === rows && wide * 8 === cols) return awqGemv(codes, declared, matrix);
  throw new PronkError(
    "model-unsupported",
    `Tensor "${codes.name}" in "${codes.file}" of shape [${codes.shape}] is in an unknown layout; pronk reads GPTQ, AWQ gemm, gemv and gemv_fast, and Marlin. Take a repository in one of them.`,
    { file: codes.file, field: codes.name, expected: "GPTQ, AWQ or Marlin", found: `[${codes.shape}]` },
  );
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
