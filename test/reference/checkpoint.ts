// A folder of Hugging Face files -> the reference's configuration and weights. Its own tiny safetensors reader and its own
// translation of config.json, so that a mistake in src/format cannot hide itself. Trusts its input.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dtype } from "../../src/format/tensor.ts";
import type { ModelConfig, RopeScaling } from "../../src/format/model-config.ts";
import type { LinearRole } from "../../src/format/tensor-roles.ts";
import type { ReferenceWeights } from "./forward.ts";
import { referenceWeights } from "./named-weights.ts";
import { decodeStored } from "./stored.ts";

export interface ReferenceTensor {
  dtype: Dtype;
  shape: number[];
  bytes: Uint8Array;
}

/** name -> tensor, of one .safetensors file. */
export function readSafetensors(file: Uint8Array): Map<string, ReferenceTensor> {
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)));
  delete header.__metadata__;
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<any>(header)) {
    const bytes = file.subarray(8 + headerBytes + data_offsets[0], 8 + headerBytes + data_offsets[1]);
    tensors.set(name, { dtype: dtype.toLowerCase(), shape, bytes });
  }
  return tensors;
}

/** Which products have a bias. */
function biasesOf({ model_type, attention_bias, mlp_bias }: any): LinearRole[] {
  if (model_type === "qwen2") return ["q", "k", "v"];
  return [
    ...(attention_bias ? (["q", "k", "v", "output"] as const) : []),
    ...(mlp_bias ? (["gate", "up", "down"] as const) : []),
  ];
}

/** config.json of a Llama checkpoint, or a sibling's, in the paper's terms; reads the keys of transformers 4 and 5. */
export function referenceConfig(json: any): ModelConfig {
  const rope = json.rope_parameters ?? json.rope_scaling;
  const eos = json.eos_token_id;
  const biases = biasesOf(json);
  return {
    dim: json.hidden_size,
    hiddenDim: json.intermediate_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    kvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headDim: json.head_dim ?? json.hidden_size / json.num_attention_heads,
    vocabSize: json.vocab_size,
    contextLength: json.max_position_embeddings,
    normEps: json.rms_norm_eps,
    ropeTheta: json.rope_theta ?? json.rope_parameters?.rope_theta ?? 10000,
    ropeScaling: ropeScaling(rope, json.max_position_embeddings),
    tiedEmbeddings: json.tie_word_embeddings ?? false,
    bosId: json.bos_token_id ?? undefined,
    eosIds: eos == null ? [] : [eos].flat(),
    ...(biases.length > 0 && { biases }),
    ...(json.model_type === "qwen3" && { headNorm: true }),
    ...(json.model_type === "mistral" && json.sliding_window && { window: json.sliding_window }),
  };
}

function ropeScaling(rope: any, contextLength: number): RopeScaling {
  const kind = rope?.rope_type ?? rope?.type ?? "default";
  if (kind === "default") return { kind: "none" };
  if (kind === "linear") return { kind, factor: rope.factor };
  if (kind === "dynamic") return { kind, factor: rope.factor, originalContextLength: contextLength };
  if (kind !== "llama3") throw new Error(`the reference does not know rope scaling ${kind}`);
  const { factor, low_freq_factor: lowFreqFactor, high_freq_factor: highFreqFactor } = rope;
  const originalContextLength = rope.original_max_position_embeddings ?? contextLength;
  return { kind, factor, lowFreqFactor, highFreqFactor, originalContextLength };
}

export interface ReferenceModel {
  config: ModelConfig;
  weights: ReferenceWeights;
  tensors: Map<string, ReferenceTensor>;
}

/** A checkpoint as files in memory: config.json and every *.safetensors. */
export function referenceModel(files: ReadonlyMap<string, Uint8Array>): ReferenceModel {
  const config = referenceConfig(JSON.parse(new TextDecoder().decode(files.get("config.json"))));
  const tensors = new Map<string, ReferenceTensor>();
  for (const [path, bytes] of files)
    if (path.endsWith(".safetensors")) for (const [name, tensor] of readSafetensors(bytes)) tensors.set(name, tensor);
  const weights = referenceWeights(config, (name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the checkpoint has no tensor ${name}`);
    const [rows, cols] = tensor.shape.length === 1 ? [1, tensor.shape[0]] : tensor.shape;
    return decodeStored(tensor.dtype, tensor.bytes, rows, cols);
  });
  return { config, weights, tensors };
}

/** The same from a folder; undefined if the folder is absent, so that a test can skip. */
export function readReferenceModel(folder: string): ReferenceModel | undefined {
  if (!existsSync(join(folder, "config.json"))) return undefined;
  const wanted = readdirSync(folder).filter((name) => name === "config.json" || name.endsWith(".safetensors"));
  return referenceModel(new Map(wanted.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))])));
}
