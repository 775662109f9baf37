// Matrices that stand below each other in one tensor, as Phi-3 and MLC keep q, k and v, and gate and up: each gets its own
// bytes of it, under Hugging Face's name in Llama. Parts of quantized ones that do not go by rows are all of each of them.

import { PronkError } from "../errors.ts";
import type { ReadMatrix } from "./linear-parts.ts";
import { linearRows } from "./llama-tensors.ts";
import type { ModelConfig } from "./model-config.ts";
import { broken } from "./part-checks.ts";
import type { PartRole, QuantizedMatrix, TensorSlice } from "./quantized.ts";
import type { LinearRole } from "./tensor-roles.ts";

const joinedRoles: readonly LinearRole[][] = [
  ["q", "k", "v"],
  ["gate", "up"],
];

/** Plain parts that hold a row of the matrix in each of their rows, and MLC's. */
const byRows = new Set(["weight", "bias", "q_weight", "q_scale"]);

/** bitsandbytes keeps nibbles as a column of any type. */
const isPlain = ({ dtype, shape }: TensorSlice, end: string): boolean =>
  byRows.has(end) && (end !== "weight" || (/^B?F\d\d$/.test(dtype) && shape[1] !== 1));

/**
 * The matrices in one of several; any other tensor as it is. Parts of quantized ones come under the name of each, for
 * `readFused`. Throws PronkError `format` where the rows are not those of the configuration.
 */
export function takenApart(entry: TensorSlice, config: ModelConfig): TensorSlice[] {
  const [, layer, joined, end] = /^(.*\.)(qkv_proj|c_attn|gate_up_proj)\.([\w.]+)$/.exec(entry.name) ?? [];
  if (joined === undefined) return [entry];
  const roles = joinedRoles[joined === "gate_up_proj" ? 1 : 0];
  if (!isPlain(entry, end)) return roles.map((role) => ({ ...entry, name: `${layer}${role}_proj.${end}` }));
  const rows = linearRows(config);
  const all = roles.reduce((sum, role) => sum + rows[role], 0);
  if (entry.shape[0] !== all)
    throw broken(entry, `it has ${entry.shape[0]} rows`, `${all}, those of ${roles.join(", ")}`, `${entry.shape[0]}`);
  const rowBytes = (entry.end - entry.start) / all;
  let at = entry.start;
  return roles.map((role) => {
    const start = at;
    at += rows[role] * rowBytes;
    return { ...entry, name: `${layer}${role}_proj.${end}`, shape: [rows[role], ...entry.shape.slice(1)], start, end: at };
  }); // prettier-ignore
}

/** Reads quantized matrices out of those that hold several, as `takenApart` names their parts. */
export const readFused =
  (read: ReadMatrix, config: ModelConfig): ReadMatrix =>
  (name, shape, ends) => {
    const role = /\.(q|k|v|gate|up)_proj\.weight$/.exec(name)?.[1] as LinearRole | undefined;
    const weight = ends.get("weight");
    const roles = joinedRoles.find((some) => role !== undefined && some.includes(role));
    if (!roles || (weight && isPlain(weight, "weight"))) return read(name, shape, ends);
    const rows = linearRows(config);
    const sum = (some: readonly LinearRole[]) => some.reduce((total, one) => total + rows[one], 0);
    const whole = read(name, [sum(roles), shape[1]], ends);
    return whole && someRows(whole, sum(roles.slice(0, roles.indexOf(role!))), shape[0]);
  };

/**
 * Rows of a matrix. GPTQ's and AWQ's parts have outputs beside each other and stay whole; of bitsandbytes' flat blocks only
 * the codes are cut, of rows of codes everything but AQLM's codebook. Throws PronkError `model-unsupported` for what can't be cut.
 */
function someRows(matrix: QuantizedMatrix, firstRow: number, rows: number): QuantizedMatrix {
  const { scheme, cols, parts, rows: all } = matrix;
  const cut = (slice: TensorSlice, rowBytes: number, shape: number[]): TensorSlice => {
    const start = slice.start + firstRow * rowBytes;
    return { ...slice, shape, start, end: start + rows * rowBytes };
  };
  const among = { firstRow, rows: all };
  if (scheme.kind === "gptq" || scheme.kind === "awq" || scheme.kind === "marlin") return { ...matrix, rows, among };
  if (scheme.kind === "bnb4" && cols % 2 === 0)
    return { ...matrix, rows, among, parts: { ...parts, codes: cut(parts.codes, cols / 2, [(rows * cols) / 2, 1]) } };
  const own = Object.entries(parts).map(([role, slice]) => {
    const isShared = scheme.kind === "vectors" && role === "map";
    if (isShared || slice.shape.reduce((product, length) => product * length, 1) === 1) return [role, slice];
    const isRows = slice.shape[0] === all && (role as PartRole) !== "groupIndex";
    return [role, isRows && cut(slice, (slice.end - slice.start) / all, [rows, ...slice.shape.slice(1)])];
  });
  const goesByRows =
    scheme.kind === "int8" ||
    scheme.kind === "floats" ||
    scheme.kind === "vectors" ||
    (scheme.kind === "integers" && (scheme.packer === "mlx" || scheme.packer === "compressed-tensors"));
  if (goesByRows && own.every(([, slice]) => slice)) return { ...matrix, rows, parts: Object.fromEntries(own) };
  const { name, file } = parts.codes;
  throw new PronkError(
    "model-unsupported",
    `Tensor "${name}" in "${file}" holds several matrices in one, quantized in a layout that this version of pronk does not take apart. Take a repository in GPTQ, AWQ, bitsandbytes or MLX, the unquantized one, or a GGUF file of the same model.`,
    { file, field: name, expected: "GPTQ, AWQ, bitsandbytes or MLX", found: "packer" in scheme ? scheme.packer : scheme.kind },
  ); // prettier-ignore
}
