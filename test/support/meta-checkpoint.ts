// A folder of Hugging Face's as Meta's files, one for each of several GPUs, and what was read from such files put together
// again: by code that shares nothing with the reader's.

import type { ModelConfig } from "../../src/format/model-config.ts";
import type { TensorInfo } from "../../src/format/tensor.ts";
import { decodeStored } from "../reference/stored.ts";
import type { Files } from "./spoiled.ts";
import { torchTensorsOf } from "./torch-checkpoint.ts";
import { storageBytes, torchFile, type TorchTensor } from "./torch-writer.ts";

/** Hugging Face's names, Meta's, and how Meta's files divide each. */
export const metaNames: [RegExp, string, "rows" | "columns"][] = [
  [/self_attn\.q_proj/, "attention.wq", "rows"],
  [/self_attn\.k_proj/, "attention.wk", "rows"],
  [/self_attn\.v_proj/, "attention.wv", "rows"],
  [/self_attn\.o_proj/, "attention.wo", "columns"],
  [/mlp\.gate_proj/, "feed_forward.w1", "rows"],
  [/mlp\.down_proj/, "feed_forward.w2", "columns"],
  [/mlp\.up_proj/, "feed_forward.w3", "rows"],
  [/input_layernorm/, "attention_norm", "rows"],
  [/post_attention_layernorm/, "ffn_norm", "rows"],
  [/model\.embed_tokens/, "tok_embeddings", "columns"],
  [/model\.norm/, "norm", "rows"],
  [/lm_head/, "output", "rows"],
];

export interface MetaOptions {
  parts?: number;
  /** Llama 3's way is rows. */
  embedding?: "rows" | "columns";
}

/** Tensors of each file, by Meta's names and in its order of q's and k's rows. */
export function metaParts(
  files: ReadonlyMap<string, Uint8Array>,
  { parts = 1, embedding = "columns" }: MetaOptions = {},
): TorchTensor[][] {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
  const headDim = config.hidden_size / config.num_attention_heads;
  const cut: TorchTensor[][] = Array.from({ length: parts }, () => []);
  for (const tensor of torchTensorsOf(files)) {
    const [, renamed, along] = metaNames.find(([pattern]) => pattern.test(tensor.name))!;
    const layer = /layers\.\d+\./.exec(tensor.name)?.[0] ?? "";
    const whole = /attention\.w[qk]/.test(renamed) ? inPairs(tensor, headDim) : tensor;
    const axis = renamed === "tok_embeddings" ? embedding : along;
    for (const [i, part] of cut.entries())
      part.push({ ...piece(whole, axis, i, parts), name: `${layer}${renamed}.weight` });
  }
  for (const part of cut)
    part.push({ name: "rope.freqs", type: "FloatStorage", shape: [4], storage: new Uint8Array(16) });
  return cut;
}

/** params.json and consolidated.NN.pth; the other files but config.json stay. */
export function metaCheckpoint(files: ReadonlyMap<string, Uint8Array>, options?: MetaOptions): Files {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
  const params = {
    dim: config.hidden_size,
    multiple_of: config.intermediate_size, // the formula's width is smaller, and is rounded up to this
    n_heads: config.num_attention_heads,
    n_kv_heads: config.num_key_value_heads,
    n_layers: config.num_hidden_layers,
    norm_eps: config.rms_norm_eps,
    ffn_dim_multiplier: 0.1,
    vocab_size: -1,
  };
  const others = [...files].filter(([path]) => !/^config\.json$|\.safetensors/.test(path));
  return new Map([
    ...others,
    ["params.json", new TextEncoder().encode(JSON.stringify(params))],
    ...metaParts(files, options).map((tensors, i): [string, Uint8Array] => [
      `consolidated.0${i}.pth`,
      torchFile(tensors),
    ]),
  ]);
}

const rowBytesOf = ({ type, shape }: TorchTensor) => storageBytes[type] * (shape[1] ?? 1);

/** Each head's rows i and i + headDim / 2 become neighbours. */
function inPairs(tensor: TorchTensor, headDim: number): TorchTensor {
  const rowBytes = rowBytesOf(tensor);
  const storage = new Uint8Array(tensor.storage.length);
  for (let row = 0; row < tensor.shape[0]; row++) {
    const within = row % headDim;
    const half = headDim / 2;
    const to = row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    storage.set(tensor.storage.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return { ...tensor, storage };
}

function piece(tensor: TorchTensor, axis: "rows" | "columns", i: number, parts: number): TorchTensor {
  const [rows, cols] = tensor.shape;
  if (cols === undefined || parts === 1) return { ...tensor, storage: tensor.storage.slice() };
  if (axis === "rows") {
    const bytes = tensor.storage.length / parts;
    return { ...tensor, shape: [rows / parts, cols], storage: tensor.storage.slice(i * bytes, (i + 1) * bytes) };
  }
  const rowBytes = rowBytesOf(tensor);
  const own = rowBytes / parts;
  const storage = new Uint8Array(rows * own);
  for (let row = 0; row < rows; row++)
    storage.set(tensor.storage.subarray(row * rowBytes + i * own, row * rowBytes + (i + 1) * own), row * own);
  return { ...tensor, shape: [rows, cols / parts], storage };
}

/** The values of every tensor by name, panels put together, rows of q and k in halves as Hugging Face has them. */
export function joinedValues(
  { headDim }: ModelConfig,
  tensors: readonly TensorInfo[],
  bytesOf: (tensor: TensorInfo) => Uint8Array,
): Map<string, Float64Array> {
  const joined = new Map<string, Float64Array>();
  for (const tensor of tensors) {
    const { name, dtype, shape, panel, interleavedRopeHeads } = tensor;
    const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
    const values = decodeStored(dtype, bytesOf(tensor), rows, cols);
    const whole = panel ?? { firstRow: 0, firstCol: 0, rows, cols };
    const target = joined.get(name) ?? new Float64Array(whole.rows * whole.cols).fill(NaN);
    joined.set(name, target);
    for (let row = 0; row < rows; row++) {
      const at = whole.firstRow + row;
      const within = at % headDim;
      const to = interleavedRopeHeads === undefined ? at : at - within + (within % 2) * (headDim / 2) + (within >> 1);
      target.set(values.subarray(row * cols, (row + 1) * cols), to * whole.cols + whole.firstCol);
    }
  }
  return joined;
}
