// Matrices as HQQ, optimum-quanto, torchao, EETQ and AQLM name them in safetensors, by what is there: `W_q`, `weight._data`
// (packed: `weight._data._data`), `_weight_qdata`, `weight_scales`, `codes` (vector-parts.ts). Rows of codes are read like those of compressed-tensors; HQQ's and quanto's
// below eight bits are slab-parts.ts'.

import type { Ends, ReadMatrix } from "./linear-parts.ts";
import { broken, makeMatrix, part, type MakeMatrix } from "./part-checks.ts";
import type { QuantizedMatrix, Scheme, TensorSlice } from "./quantized.ts";
import { floatTypes, readHqq, readSlabs, refused } from "./slab-parts.ts";
import { readAqlm } from "./vector-parts.ts";

/** undefined where the layer has none of their names. Throws PronkError `format` or `model-unsupported`. */
export const readLibrary: ReadMatrix = (name, shape, ends) => {
  const matrix = makeMatrix(name, shape, ends);
  const scalesOf = (end: string, codes: TensorSlice): TensorSlice => {
    const scales = ends.get(end);
    if (!scales) throw broken(codes, `it has no ${end} beside it`, end, "none");
    return scales;
  };
  const [hqq, quanto, packed, torchao, codes] = [
    "W_q",
    "weight._data",
    "weight._data._data",
    "_weight_qdata",
    "codes",
  ].map((end) => ends.get(end));
  if (hqq) return readHqq(hqq, shape, ends, matrix);
  if (codes) return readAqlm(codes, shape, ends, matrix);
  if (ends.has("weight_scales")) return eetq(ends, shape, matrix);
  if (torchao && (torchao.dtype === "I32" || (torchao.dtype === "I8" && 2 * torchao.shape[1] === shape[1])))
    return torchaoInt4(torchao, ends, scalesOf, shape, matrix);
  if (torchao) {
    const scales = scalesOf("_weight_scale", torchao);
    return bytes("torchao", [torchao, "_weight_qdata"], [scales, "_weight_scale"], shape, matrix, "_weight_zero_point");
  }
  if (quanto) {
    const scales = scalesOf("weight._scale", quanto);
    return bytes("quanto", [quanto, "weight._data"], [scales, "weight._scale"], shape, matrix);
  }
  if (!packed) return undefined;
  const scales = scalesOf("weight._scale", packed);
  const roles = { codes: "weight._data._data", scales: "weight._scale", minima: "weight._shift" };
  const found = readSlabs("quanto", packed, scales, shape, (scheme) => matrix(scheme, roles));
  part(found, "minima", floatTypes, scales.shape);
  return found;
};

/** A byte per code, a scale for each row or for all. */
function bytes(
  packer: "quanto" | "torchao",
  [codes, codesEnd]: [TensorSlice, string],
  [scales, scalesEnd]: [TensorSlice, string],
  [rows, cols]: readonly number[],
  matrix: MakeMatrix,
  zerosEnd?: string,
): QuantizedMatrix {
  const isRows = scales.shape.length > 0 && scales.shape[0] === rows && rows > 1;
  const groups = { rows: isRows ? 1 : rows, cols };
  const isFloat = codes.dtype === "F8_E4M3";
  if (!isFloat && codes.dtype !== "I8")
    throw refused(
      codes,
      `${packer}'s ${codes.dtype}`,
      packer === "torchao" ? "torchao's int8, int4 or float8 (E4M3)" : "quanto's int8 or float8 (E4M3)",
    );
  const scheme: Scheme = isFloat
    ? { kind: "floats", type: "FP8", groups }
    : { kind: "integers", packer, bits: 8, groups };
  const roles = { codes: codesEnd, scales: scalesEnd };
  const found = matrix(scheme, zerosEnd === undefined || isFloat ? roles : { ...roles, zeros: zerosEnd });
  part(found, "codes", codes.dtype, [rows, cols]);
  part(found, "scales", floatTypes, isRows ? [rows, 1] : scales.shape.length === 0 ? [] : [1]);
  if (found.parts.zeros) part(found, "zeros", "I8", scales.shape);
  return found;
}

/**
 * Two outputs' 64 inputs after another; a byte is 128 more than the code. The shape is that before the bytes were ordered:
 * inputs as rows. `qweight` in EETQ's own files, `weight` in those of transformers.
 */
function eetq(ends: Ends, [rows, cols]: readonly number[], matrix: MakeMatrix): QuantizedMatrix {
  const found = matrix(
    { kind: "integers", packer: "eetq", bits: 8, groups: { rows: 1, cols } },
    { codes: ends.has("qweight") ? "qweight" : "weight", scales: "weight_scales" },
  );
  const { codes, scales } = found.parts;
  if (!codes) throw broken(scales!, "it has no codes beside it", "weight or qweight", "none");
  part(found, "codes", "I8", [cols, rows]);
  part(found, "scales", floatTypes, [rows]);
  if (cols % 64 !== 0 || rows % 2 !== 0)
    throw refused(
      codes,
      `EETQ of [${rows}, ${cols}]`,
      "a matrix of whole pairs of outputs and a multiple of 64 inputs",
    );
  return found;
}

/**
 * torchao's int4: rows of nibbles with signs, scales and what is added apart (Int4Tensor); words of nibbles without, for
 * Intel's GPUs, and zero points in bytes (Int4PlainInt32Tensor); or tiles of eight outputs and 128 inputs, scales and what is
 * added together (Int4TilePackedTo4dTensor), padded to multiples of 1024 inputs. A row of scales for each group.
 */
function torchaoInt4(
  codes: TensorSlice,
  ends: Ends,
  scalesOf: (end: string, codes: TensorSlice) => TensorSlice,
  [rows, cols]: readonly number[],
  matrix: MakeMatrix,
): QuantizedMatrix {
  const areTiles = codes.shape.length === 4;
  const areWords = codes.dtype === "I32" && !areTiles;
  if (ends.has("_weight_act_pre_scale"))
    throw refused(codes, "torchao's int4 with scaled inputs (act_pre_scale)", "torchao's int4 without");
  // Of the same shape are those for Huawei's NPUs, whose nibbles are in another order.
  if (areWords && ends.get("_weight_zero_point")?.dtype !== "I8")
    throw refused(codes, `torchao's int4 of [${codes.shape}] without zero points in bytes`, "torchao's int4 as made for CUDA or XPU"); // prettier-ignore
  const scalesEnd = areTiles ? "_weight_scale_and_zero" : "_weight_scale";
  const scales = scalesOf(scalesEnd, codes);
  const roles = {
    codes: "_weight_qdata",
    scales: scalesEnd,
    ...(areTiles ? {} : { [areWords ? "zeros" : "minima"]: "_weight_zero_point" }),
  };
  const high = Math.ceil(rows / 8);
  const wide = codes.shape[1];
  const size = (areTiles ? 128 * wide : cols) / scales.shape[0];
  const found = matrix({ kind: "integers", packer: "torchao", bits: 4, groups: { rows: 1, cols: size } }, roles);
  part(found, "codes", codes.dtype, areTiles ? [high, wide, 32, 4] : [rows, cols / (areWords ? 8 : 2)]);
  part(found, "scales", floatTypes, areTiles ? [scales.shape[0], 8 * high, 2] : [scales.shape[0], rows]);
  if (areWords) part(found, "zeros", "I8", scales.shape);
  else if (!areTiles) part(found, "minima", scales.dtype, scales.shape);
  if (areTiles && 128 * wide < cols)
    throw broken(codes, `it has ${128 * wide} inputs`, `${cols} or more`, `${128 * wide}`);
  if (size % 32 !== 0 || cols % 32 !== 0)
    throw refused(
      codes,
      `torchao's int4 in groups of ${size} of ${cols} inputs`,
      "groups and inputs of a multiple of 32",
    );
  return found;
}
