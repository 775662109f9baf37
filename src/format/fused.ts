// Matrices that stand below each other in one tensor, as Phi-3 and MLC keep q, k and v, and gate and up: each gets its own
// bytes of it, under Hugging Face's name in Llama.

import { PronkError } from "../errors.ts";
import { linearRows } from "./llama-tensors.ts";
import type { ModelConfig } from "./model-config.ts";
import { broken } from "./part-checks.ts";
import type { TensorSlice } from "./quantized.ts";
import type { LinearRole } from "./tensor-roles.ts";

/** Parts that hold a row of the matrix in each of their rows. */
const byRows = new Set(["weight", "bias", "q_weight", "q_scale"]);

/**
 * The matrices in one of several; any other tensor as it is. Throws PronkError `format` where the rows are not those of the
 * configuration, `model-unsupported` where the matrix is quantized so that its parts do not go by rows.
 */
export function takenApart(entry: TensorSlice, config: ModelConfig): TensorSlice[] {
  const [, layer, joined, end] = /^(.*\.)(qkv_proj|c_attn|gate_up_proj)\.([\w.]+)$/.exec(entry.name) ?? [];
  if (joined === undefined) return [entry];
  const roles: LinearRole[] = joined === "gate_up_proj" ? ["gate", "up"] : ["q", "k", "v"];
  if (!byRows.has(end)) {
    const facts = { file: entry.file, field: entry.name, expected: `${joined}.weight`, found: end };
    throw new PronkError(
      "model-unsupported",
      `Tensor "${entry.name}" in "${entry.file}" is a part of a quantized matrix that holds ${roles.join(", ")} in one, which this version of pronk does not run. Take the unquantized repository, or a GGUF file of the same model.`,
      facts,
    );
  }
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
