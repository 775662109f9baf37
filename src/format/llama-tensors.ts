// The tensors a Llama checkpoint must have, by Hugging Face's names, with their shapes. Nothing else in a file is used:
// `rotary_emb.inv_freq` (a table in old exports) and whatever a quantizer left beside the weights are ignored.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "./model-config.ts";
import type { SafetensorsEntry } from "./safetensors.ts";
import { biasName, type LinearRole } from "./tensor-roles.ts";
import type { Dtype, TensorInfo } from "./tensor.ts";

/** Name -> shape. A tied checkpoint has no lm_head: the embedding is used twice. */
export function expectedTensors(config: ModelConfig): Map<string, number[]> {
  const { dim, hiddenDim, heads, kvHeads, headDim, vocabSize, norms, jointNorm, biases = [] } = config;
  const tensors = new Map<string, number[]>([["model.embed_tokens.weight", [vocabSize, dim]]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (part: string, shape: number[]) => tensors.set(`model.layers.${layer}.${part}.weight`, shape);
    if (norms !== "behind") at("input_layernorm", [dim]);
    at("self_attn.q_proj", [heads * headDim, dim]);
    at("self_attn.k_proj", [kvHeads * headDim, dim]);
    at("self_attn.v_proj", [kvHeads * headDim, dim]);
    at("self_attn.o_proj", [dim, heads * headDim]);
    if (norms !== "behind") at("post_attention_layernorm", [dim]);
    at("mlp.gate_proj", [hiddenDim, dim]);
    at("mlp.up_proj", [hiddenDim, dim]);
    at("mlp.down_proj", [dim, hiddenDim]);
    if (norms) for (const part of ["post_self_attn_layernorm", "post_mlp_layernorm"]) at(part, [dim]);
    if (config.layerNorm)
      for (const part of ["input_layernorm", "post_attention_layernorm"])
        tensors.set(`model.layers.${layer}.${part}.bias`, [dim]);
    if (config.headNorm) {
      at("self_attn.q_norm", [jointNorm ? heads * headDim : headDim]);
      at("self_attn.k_norm", [jointNorm ? kvHeads * headDim : headDim]);
    }
    for (const role of biases) tensors.set(biasName(layer, role), [linearRows(config)[role]]);
  }
  tensors.set("model.norm.weight", [dim]);
  if (config.layerNorm) tensors.set("model.norm.bias", [dim]);
  if (!config.tiedEmbeddings) tensors.set("lm_head.weight", [vocabSize, dim]);
  return tensors;
}

/** Rows of each of a layer's matrices. */
export function linearRows({ dim, hiddenDim, heads, kvHeads, headDim }: ModelConfig): Record<LinearRole, number> {
  const kv = kvHeads * headDim;
  return { q: heads * headDim, k: kv, v: kv, output: dim, gate: hiddenDim, up: hiddenDim, down: dim };
}

/** Weights in the whole model. */
export function countParameters(config: ModelConfig): number {
  let sum = 0;
  for (const shape of expectedTensors(config).values()) sum += shape.reduce((product, count) => product * count, 1);
  return sum;
}

const dtypes: Record<string, Dtype> = { F32: "f32", F16: "f16", BF16: "bf16" };

/** A header's entry as a tensor of the model; throws where dtype or shape is not what the configuration requires. */
export function toTensor(entry: SafetensorsEntry, shape: readonly number[], asker = "config.json"): TensorInfo {
  const { name, file, start, end } = entry;
  const dtype = dtypes[entry.dtype];
  if (!dtype)
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${file}" has dtype ${entry.dtype}; pronk reads F32, F16 and BF16. Take a repository with unquantized safetensors.`,
      { file, field: name, expected: "F32, F16 or BF16", found: entry.dtype },
    );
  if (entry.shape.length !== shape.length || entry.shape.some((count, axis) => count !== shape[axis]))
    throw new PronkError(
      "format",
      `Tensor "${name}" in "${file}" has shape [${entry.shape}]; ${asker} asks for [${shape}]. The configuration and the weights are not of the same model.`,
      { file, field: name, expected: `[${shape}]`, found: `[${entry.shape}]` },
    );
  return { name, dtype, shape: [...shape], file, start, end };
}

export function missingTensors(missing: readonly string[], where: string): PronkError {
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more are missing)` : "";
  return new PronkError(
    "format",
    `${where} has no tensor "${missing[0]}"${more}. Check that all weight files of the model are there and belong to its config.json.`,
    { file: where, field: missing[0], expected: missing[0], found: null, missing: missing.length },
  );
}
