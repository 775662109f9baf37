// InternLM2's tensors under Hugging Face's names in Llama. q, k and v are one matrix: for each kv head the rows of its query
// heads, then its key's, then its value's, so that those of q, k and v are panels of it. Source: modeling_internlm2.py in
// internlm/internlm2-chat-7b.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "./model-config.ts";
import { linearRows } from "./llama-tensors.ts";
import { broken } from "./part-checks.ts";
import { isQuantized, type ModelTensor, type TensorSlice } from "./quantized.ts";

const layerParts: Readonly<Record<string, string>> = {
  attention_norm: "input_layernorm",
  "attention.wo": "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  "feed_forward.w1": "mlp.gate_proj",
  "feed_forward.w2": "mlp.down_proj",
  "feed_forward.w3": "mlp.up_proj",
};

const modelParts: Readonly<Record<string, string>> = {
  "model.tok_embeddings.weight": "model.embed_tokens.weight",
  "output.weight": "lm_head.weight",
};

/**
 * A tensor under its name in Llama; q, k and v each at all of the matrix that holds them, until `headPanels`. Throws
 * PronkError `format` where that has other rows than the configuration's, `model-unsupported` where it is quantized.
 */
export function fromInternLm2(entry: TensorSlice, config: ModelConfig): TensorSlice[] {
  const { name, file, shape } = entry;
  const [, layer, part, end] =
    /^(model\.layers\.\d+\.)(attention\.w\w+|feed_forward\.w\d|\w+_norm)\.(.+)$/.exec(name) ?? [];
  if (part !== "attention.wqkv") {
    const found = part === undefined ? modelParts[name] : layerParts[part] && `${layer}${layerParts[part]}.${end}`;
    return [found ? { ...entry, name: found } : entry];
  }
  if (end !== "weight")
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${file}" is a part of a quantized matrix that holds q, k and v in one, which this version of pronk does not run. Take the unquantized repository, or a GGUF file of the same model.`,
      { file, field: name, expected: "attention.wqkv.weight", found: end },
    );
  const { q, k, v } = linearRows(config);
  const [rows, cols] = shape;
  if (rows !== q + k + v) throw broken(entry, `it has ${rows} rows`, `${q + k + v}, those of q, k and v`, `${rows}`);
  return Object.entries({ q, k, v }).map(([role, own]) => {
    return { ...entry, name: `${layer}self_attn.${role}_proj.weight`, shape: [own, cols] };
  });
}

/** q, k and v as the rows of each kv head that `fromInternLm2` found them among; any other tensor as it is. */
export function headPanels(tensor: ModelTensor, { heads, kvHeads, headDim }: ModelConfig): ModelTensor[] {
  const role = /\.self_attn\.([qkv])_proj\.weight$/.exec(tensor.name)?.[1];
  if (role === undefined || isQuantized(tensor)) return [tensor];
  const [rows, cols] = tensor.shape;
  const each = (heads / kvHeads + 2) * headDim; // rows of a kv head
  const own = rows / kvHeads;
  const before = role === "q" ? 0 : role === "k" ? each - 2 * headDim : each - headDim;
  const rowBytes = (tensor.end - tensor.start) / (kvHeads * each);
  return Array.from({ length: kvHeads }, (_, head) => {
    const start = tensor.start + (head * each + before) * rowBytes;
    const panel = { firstRow: head * own, firstCol: 0, rows, cols };
    return { ...tensor, shape: [own, cols], start, end: start + own * rowBytes, panel };
  });
}
