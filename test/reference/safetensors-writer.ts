// Tensors -> the bytes of safetensors files, one or sharded with an index, and config.json in transformers 4's keys. The
// writing half of the tests' own reader; says nothing about the values.

import type { Dtype } from "../../src/format/tensor.ts";
import type { LinearRole } from "../../src/format/tensor-roles.ts";
import type { ModelConfig, RopeScaling } from "../../src/format/model-config.ts";

/** A tensor that is known but not yet made. */
export interface TensorPlan {
  name: string;
  dtype: Dtype;
  shape: number[];
}

export function tensorBytes({ dtype, shape }: TensorPlan): number {
  return shape.reduce((a, b) => a * b, dtype === "f32" ? 4 : 2);
}

/** What precedes the data: length, JSON, spaces up to a multiple of 8. Tensors follow in the given order, unpadded. */
export function safetensorsHeader(tensors: readonly TensorPlan[]): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + tensorBytes(tensor);
    header[tensor.name] = { dtype: tensor.dtype.toUpperCase(), shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + padded).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(json, 8);
  return out;
}

/** Every tensor of a Llama checkpoint under Hugging Face's names, in the order transformers writes a layer. */
export function llamaTensors(config: ModelConfig, dtype: Dtype): TensorPlan[] {
  const { dim, hiddenDim, vocabSize, biases = [] } = config;
  const [width, kvWidth] = [config.heads * config.headDim, config.kvHeads * config.headDim];
  const tensors: TensorPlan[] = [];
  const add = (name: string, ...shape: number[]) => tensors.push({ name: `${name}.weight`, dtype, shape });
  const addBias = (name: string, rows: number) => tensors.push({ name: `${name}.bias`, dtype, shape: [rows] });
  add("model.embed_tokens", vocabSize, dim);
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`;
    add(`${layer}.input_layernorm`, dim);
    add(`${layer}.mlp.down_proj`, dim, hiddenDim);
    add(`${layer}.mlp.gate_proj`, hiddenDim, dim);
    add(`${layer}.mlp.up_proj`, hiddenDim, dim);
    add(`${layer}.post_attention_layernorm`, dim);
    add(`${layer}.self_attn.k_proj`, kvWidth, dim);
    add(`${layer}.self_attn.o_proj`, dim, width);
    add(`${layer}.self_attn.q_proj`, width, dim);
    add(`${layer}.self_attn.v_proj`, kvWidth, dim);
    if (config.headNorm) for (const norm of ["q_norm", "k_norm"]) add(`${layer}.self_attn.${norm}`, config.headDim);
    for (const [role, name, rows] of [
      ["q", "self_attn.q_proj", width],
      ["k", "self_attn.k_proj", kvWidth],
      ["v", "self_attn.v_proj", kvWidth],
      ["output", "self_attn.o_proj", dim],
      ["gate", "mlp.gate_proj", hiddenDim],
      ["up", "mlp.up_proj", hiddenDim],
      ["down", "mlp.down_proj", dim],
    ] as const)
      if (biases.includes(role)) addBias(`${layer}.${name}`, rows);
  }
  add("model.norm", dim);
  if (!config.tiedEmbeddings) add("lm_head", vocabSize, dim);
  return tensors;
}

/** Tensors in the same order, cut into `shardBytes` at most (a larger tensor gets its own). */
export function splitIntoShards(tensors: readonly TensorPlan[], shardBytes: number): TensorPlan[][] {
  const shards: TensorPlan[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    const size = tensorBytes(tensor);
    if (bytes > 0 && bytes + size > shardBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(tensor);
    bytes += size;
  }
  return shards;
}

/** `model.safetensors`, or `model-00001-of-00003.safetensors`. */
export function shardName(index: number, count: number): string {
  if (count === 1) return "model.safetensors";
  const five = (n: number) => String(n).padStart(5, "0");
  return `model-${five(index + 1)}-of-${five(count)}.safetensors`;
}

/** model.safetensors.index.json. */
export function shardIndex(shards: readonly TensorPlan[][]): unknown {
  const entries = shards.flatMap((shard, i) => shard.map((tensor) => [tensor.name, shardName(i, shards.length)]));
  const total_size = shards.flat().reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return { metadata: { total_size }, weight_map: Object.fromEntries(entries) };
}

/** config.json, with the model type that has the configuration's features. */
export function llamaConfigJson(config: ModelConfig, dtype: Dtype): Record<string, unknown> {
  const { biases = [], headNorm, window } = config;
  const has = (role: LinearRole) => biases.includes(role);
  const [type, name] = headNorm
    ? ["qwen3", "Qwen3"]
    : has("q") && !has("output")
      ? ["qwen2", "Qwen2"]
      : window
        ? ["mistral", "Mistral"]
        : ["llama", "Llama"];
  return {
    architectures: [`${name}ForCausalLM`],
    attention_bias: has("output"),
    bos_token_id: config.bosId,
    eos_token_id: config.eosIds.length === 1 ? config.eosIds[0] : config.eosIds,
    head_dim: config.headDim,
    hidden_act: "silu",
    hidden_size: config.dim,
    intermediate_size: config.hiddenDim,
    max_position_embeddings: config.contextLength,
    mlp_bias: has("down"),
    model_type: type,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.normEps,
    rope_scaling: ropeJson(config.ropeScaling),
    rope_theta: config.ropeTheta,
    sliding_window: window ?? null,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: { f32: "float32", f16: "float16", bf16: "bfloat16" }[dtype],
    vocab_size: config.vocabSize,
  };
}

function ropeJson(scaling: RopeScaling): Record<string, unknown> | null {
  if (scaling.kind === "none") return null;
  if (scaling.kind === "factors" || scaling.kind === "long")
    throw new Error(`no Llama has the scaling ${scaling.kind}`);
  if (scaling.kind !== "llama3") return { rope_type: scaling.kind, factor: scaling.factor };
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalContextLength,
  };
}
