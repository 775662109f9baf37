// A model exported to ONNX, as transformers.js runs it: config.json says what it is, the graph which initializers are its
// weights. Joined matrices (qkv_proj) are taken apart by rows, as MLC's are.

import { PronkError } from "../errors.ts";
import { configReader } from "./config-reader.ts";
import type { JsonFile } from "./json-file.ts";
import type { Ends, ReadMatrix } from "./linear-parts.ts";
import { expectedTensors } from "./llama-tensors.ts";
import type { ModelConfig } from "./model-config.ts";
import { findModelTensors } from "./model-tensors.ts";
import { readOnnxFile, type OnnxTensor } from "./onnx-file.ts";
import { onnxRoles, type OnnxMatrix, type OnnxRoles } from "./onnx-graph.ts";
import { broken, makeMatrix, part } from "./part-checks.ts";
import type { ModelTensor, QuantizedMatrix, Scheme, TensorSlice } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";

interface OpenOptions {
  headApart?: boolean;
  signal?: AbortSignal;
}

/** `file`: the graph's. `json`: config.json. Throws PronkError `format` or `model-unsupported`, naming file and tensor. */
export async function openOnnx(
  source: TensorFiles,
  file: string,
  json: JsonFile,
  options: OpenOptions = {},
): Promise<{ config: ModelConfig; tensors: ModelTensor[] }> {
  const roles = onnxRoles(await readOnnxFile(source, file, options), file);
  const { readConfig } = await configReader();
  const stated = settled(readConfig(json), roles);
  checkSaid(stated, roles, file);
  const sizes = expectedTensors({ ...stated, tiedEmbeddings: false });
  const matrices = new Map<string, OnnxMatrix>();
  const entries = roles.matrices.flatMap((matrix) => {
    for (const base of matrix.bases) matrices.set(base, matrix);
    return slicesOf(matrix, file, sizes);
  });
  for (const { names, tensor } of roles.vectors) {
    const unwanted = names.find((name) => !sizes.has(name));
    if (unwanted !== undefined)
      throw new PronkError(
        "model-unsupported",
        `"${file}" has "${tensor.name}", and by config.json the model has no ${unwanted}. Take files that belong together.`,
        { file, field: tensor.name, expected: null, found: unwanted },
      );
    entries.push(...rowsOf(tensor, "", names.map((name) => [name, sizes.get(name)![0]]), file)); // prettier-ignore
  }
  checkApart(entries);
  const shards = { whole: file, index: "", isShard: (path: string) => path === file, readHeader: async () => entries };
  return findModelTensors(source, stated, { ...options, shards, readMatrix: onnxReader(matrices) });
}

/** A head that is the embedding under another name, whatever config.json says. The roles lose it. */
function settled(stated: ModelConfig, roles: OnnxRoles): ModelConfig {
  const of = (name: string) => roles.matrices.find(({ bases }) => bases[0] === name);
  const [head, embedding] = [of("lm_head"), of("model.embed_tokens")];
  if (!head || !embedding || head.codes !== embedding.codes) return stated;
  roles.matrices.splice(roles.matrices.indexOf(head), 1);
  return { ...stated, tiedEmbeddings: true };
}

function checkSaid(config: ModelConfig, { said }: OnnxRoles, file: string): void {
  const { heads = config.heads, kvHeads = config.kvHeads, window = 0 } = said;
  const fits = heads === config.heads && kvHeads === config.kvHeads && (window === 0 || window === config.window);
  const [ofGraph, ofConfig] = [
    [heads, kvHeads, window],
    [config.heads, config.kvHeads, config.window ?? 0],
  ].map(([q, kv, seen]) => `${q} and ${kv} heads${seen ? `, a window of ${seen}` : ""}`);
  if (!fits)
    throw new PronkError(
      "format",
      `"${file}" has ${ofGraph}, and config.json ${ofConfig}. The configuration and the weights are not of the same model.`,
      { file, field: "GroupQueryAttention", expected: ofConfig, found: ofGraph },
    );
}

/** The model's tensors in one of the graph's, and in those that belong to it. */
function slicesOf(
  { bases, codes, packed, bytes, isTurned }: OnnxMatrix,
  file: string,
  sizes: ReadonlyMap<string, readonly number[]>,
): TensorSlice[] {
  const rows = bases.map((base): [string, number] => {
    const shape = sizes.get(`${base}.weight`);
    if (!shape) throw broken(sliceOf(codes, file), `the model has no ${base}`, "one of its matrices", base);
    return [base, shape[0]];
  });
  if (isTurned || bytes) {
    if (bases.length > 1)
      throw new PronkError(
        "model-unsupported",
        `Tensor "${codes.name}" in "${file}" is ${bases.length} matrices side by side, which this version of pronk does not read. Take the same model in four bits.`,
        { file, field: codes.name, expected: "MatMulNBits", found: "MatMul" },
      );
    const own = { qweight: codes, scales: bytes?.scales, zeros: bytes?.zeros };
    return Object.entries(own).flatMap(([end, tensor]) =>
      tensor ? [{ ...sliceOf(tensor, file), name: `${bases[0]}.${end}` }] : [],
    );
  }
  if (!packed) return rowsOf(codes, ".weight", rows, file);
  const { scales, zeros } = packed;
  return [
    ...rowsOf(codes, ".qweight", rows, file),
    ...rowsOf(scales, ".scales", rows, file),
    ...(zeros ? rowsOf(zeros, ".zeros", rows, file) : []),
  ];
}

/** No number may belong to two of the model's tensors. */
function checkApart(entries: readonly TensorSlice[]): void {
  const sorted = entries.toSorted((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
  for (const [i, { name, file, start }] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before && before.file === file && start < before.end)
      throw new PronkError(
        "model-unsupported",
        `Tensors "${before.name}" and "${name}" share bytes of "${file}". Take another export of the model.`,
        { file, field: name, expected: "tensors apart", found: before.name },
      );
  }
}

function sliceOf({ name, dtype, shape, place }: OnnxTensor, file: string): TensorSlice {
  if (!place || !dtype)
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${file}" has its numbers in a way or type that this version of pronk does not read. Take another export of the model.`,
      { file, field: name, expected: "raw_data or external data", found: dtype ?? null },
    );
  return { name, dtype, shape, ...place };
}

/** Consecutive rows, each of some of the model's tensors: [rows, numbers or bytes of a row], or [rows] for a vector. */
function rowsOf(tensor: OnnxTensor, end: string, rows: readonly [string, number][], file: string): TensorSlice[] {
  const whole = sliceOf(tensor, file);
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  const count = whole.shape.reduce((product, length) => product * length, 1);
  // Scales and zero points are one list in older files.
  if (whole.shape[0] !== all && (whole.shape.length > 1 || count % all !== 0))
    throw broken(whole, `it is [${whole.shape}]`, `${all} rows, those of ${rows.map(([name]) => name).join(", ")}`, `[${whole.shape}]`); // prettier-ignore
  const width = count / all;
  const rowBytes = (whole.end - whole.start) / all;
  const isVector = end === "";
  let at = whole.start;
  return rows.map(([name, length]) => {
    const start = at;
    at += length * rowBytes;
    return { ...whole, name: name + end, shape: isVector ? [length] : [length, width], start, end: at };
  });
}

const floats = "F16 BF16 F32";

/** For matrices by their names without ".weight". */
export const onnxReader =
  (matrices: ReadonlyMap<string, Pick<OnnxMatrix, "packed" | "bytes" | "isTurned">>): ReadMatrix =>
  (name, shape, ends) => {
    const { packed, bytes, isTurned } = matrices.get(name.replace(/\.weight$/, "")) ?? {};
    const codes = ends.get("qweight");
    if (!codes) return undefined;
    if (!packed) return readWhole(name, shape, ends, { bytes, isTurned });
    const [rows, cols] = shape;
    const { bits, size, zero } = packed;
    if (![2, 4, 8].includes(bits)) throw broken(codes, `it has ${bits} bits a weight`, "2, 4 or 8 bits", `${bits}`);
    if (!(size >= 16 && size % 16 === 0))
      throw broken(codes, `its blocks are of ${size}`, "blocks of a multiple of 16", `${size}`);
    const groups = { rows: 1, cols: Math.min(size, cols) };
    const count = Math.ceil(cols / size);
    const found = makeMatrix(
      name,
      shape,
      ends,
    )(
      { kind: "integers", packer: "onnx", bits, groups, ...(zero === undefined ? {} : { zero }) },
      { codes: "qweight", scales: "scales", zeros: "zeros" },
    );
    const inBytes = codes.dtype === "U8"; // else each number of the type is a code
    const width = inBytes ? (codes.shape[1] * 8) / bits : codes.shape[1];
    // MatMulNBits fills the last block; an embedding ends with its columns.
    if (width !== count * size && (width !== cols || (cols * bits) % 8 !== 0))
      throw broken(codes, `its rows have ${width} codes`, `${cols}, or ${count} blocks of ${size}`, `${width}`);
    part(found, "codes", "U8 U4 I4 U2 I2", [rows, codes.shape[1]]);
    part(found, "scales", floats, [rows, count]);
    const { zeros, scales } = found.parts;
    if (zeros && zeros.dtype === scales!.dtype) part(found, "zeros", floats, [rows, count]);
    else if (zeros)
      part(found, "zeros", inBytes ? "U8" : "U4", [rows, inBytes ? Math.ceil((count * bits) / 8) : count]);
    return requireWhole(found);
  };

/** Bytes, or plain numbers with inputs as rows. */
function readWhole(
  name: string,
  shape: readonly number[],
  ends: Ends,
  { bytes, isTurned }: Pick<OnnxMatrix, "bytes" | "isTurned">,
): QuantizedMatrix {
  const [rows, cols] = shape;
  const { dtype } = ends.get("qweight")!;
  const bits = ({ F32: 32, F16: 16, BF16: 16 } as const)[dtype] ?? 8;
  const scales = ends.get("scales");
  const isRows = scales?.shape.length === 1 && scales.shape[0] === rows;
  const shared = { groups: { rows: isRows ? 1 : rows, cols }, ...(bytes && !bytes.zeros ? { zero: bytes.zero } : {}) };
  const scheme: Scheme = isTurned
    ? { kind: "turned", bits, ...shared }
    : { kind: "integers", packer: "onnx", bits: 8, ...shared };
  const found = makeMatrix(name, shape, ends)(scheme, { codes: "qweight", scales: "scales", zeros: "zeros" });
  part(found, "codes", bytes ? "U8 I8" : floats, isTurned ? [cols, rows] : [rows, cols]);
  if (bytes) part(found, "scales", floats, isRows || scales!.shape.length === 0 ? scales!.shape : [1]);
  if (bytes?.zeros) part(found, "zeros", dtype, isTurned ? [rows] : []);
  return requireWhole(found);
}

/** Behind the last input there is no zero point that would make nothing of it. */
function requireWhole(matrix: QuantizedMatrix): QuantizedMatrix {
  const { cols, parts } = matrix;
  if (!parts.zeros || cols % 32 === 0) return matrix;
  const { name, file } = parts.codes;
  throw new PronkError(
    "model-unsupported",
    `Tensor "${name}" in "${file}" has ${cols} inputs and zero points; pronk reads those of multiples of 32 inputs. Take files of the model without zero points.`,
    { file, field: name, expected: "multiples of 32", found: cols },
  );
}
