// Checkpoints made on the spot: a configuration and random weights as safetensors, in one file or shards. The writer is
// independent of the reader under test.

import { expectedTensors } from "../../src/format/llama-tensors.ts";
import { readConfig } from "../../src/format/config.ts";
import { JsonFile } from "../../src/format/json-file.ts";

/** config.json of a very small Llama; override what a test is about. */
export function madeConfig(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 37,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
    ...overrides,
  };
}

export interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file of the given tensors, in the given order. `edit` may spoil the header before it is written. */
export function madeSafetensors(
  tensors: readonly { name: string; dtype: string; shape: number[]; bytes: Uint8Array }[],
  edit: (header: Record<string, HeaderEntry>) => unknown = (header) => header,
): Uint8Array {
  const header: Record<string, HeaderEntry> = {};
  let position = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [position, position + bytes.length] };
    position += bytes.length;
  }
  const edited = edit(header);
  return safetensorsFrom(
    typeof edited === "string" ? edited : JSON.stringify(edited),
    tensors.map((tensor) => tensor.bytes),
  );
}

/** A header exactly as given, and data. */
export function safetensorsFrom(headerText: string, data: readonly Uint8Array[]): Uint8Array {
  const header = new TextEncoder().encode(headerText);
  const file = new Uint8Array(8 + header.length + data.reduce((sum, bytes) => sum + bytes.length, 0));
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let position = 8 + header.length;
  for (const bytes of data) {
    file.set(bytes, position);
    position += bytes.length;
  }
  return file;
}

/** Seeded normal-ish numbers (a sum of four uniforms), about 0.02 in size, as weights are. */
export function madeWeights(count: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Float32Array.from({ length: count }, () => 0.035 * (next() + next() + next() + next()));
}

/** All files of a checkpoint in f32, over `shards` files with an index when there is more than one. */
export function madeCheckpoint({
  config = madeConfig(),
  shards = 1,
  seed = 1,
}: { config?: Record<string, unknown>; shards?: number; seed?: number } = {}): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>([["config.json", encoder.encode(JSON.stringify(config))]]);
  const shapes = [...expectedTensors(readConfig(new JsonFile("config.json", config)))];
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const part = shapes.slice(
      Math.floor((shard * shapes.length) / shards),
      Math.floor(((shard + 1) * shapes.length) / shards),
    );
    const name = shards === 1 ? "model.safetensors" : `model-0000${shard + 1}-of-0000${shards}.safetensors`;
    files.set(
      name,
      madeSafetensors(
        part.map(([tensor, shape], i) => {
          weightMap[tensor] = name;
          const weights = madeWeights(
            shape.reduce((product, count) => product * count, 1),
            seed * 1000 + shard * 100 + i,
          );
          return { name: tensor, dtype: "F32", shape, bytes: new Uint8Array(weights.buffer) };
        }),
      ),
    );
  }
  if (shards > 1)
    files.set("model.safetensors.index.json", encoder.encode(JSON.stringify({ metadata: {}, weight_map: weightMap })));
  return files;
}

/** A Llama of these sizes with tied embeddings, keys and values half as wide: its config.json, its tensors' shapes. */
export function tiedLlama(sizes: { dim: number; hiddenDim: number; layers: number; vocabSize: number }) {
  const { dim, hiddenDim, layers, vocabSize } = sizes;
  const config = madeConfig({
    hidden_size: dim,
    intermediate_size: hiddenDim,
    num_hidden_layers: layers,
    vocab_size: vocabSize,
    tie_word_embeddings: true,
  });
  const shapes: [string, number[]][] = [["model.embed_tokens.weight", [vocabSize, dim]]];
  for (let layer = 0; layer < layers; layer++)
    for (const [part, shape] of [
      ["input_layernorm", [dim]],
      ["mlp.down_proj", [dim, hiddenDim]],
      ["mlp.gate_proj", [hiddenDim, dim]],
      ["mlp.up_proj", [hiddenDim, dim]],
      ["post_attention_layernorm", [dim]],
      ["self_attn.k_proj", [dim / 2, dim]],
      ["self_attn.o_proj", [dim, dim]],
      ["self_attn.q_proj", [dim, dim]],
      ["self_attn.v_proj", [dim / 2, dim]],
    ] as [string, number[]][])
      shapes.push([`model.layers.${layer}.${part}.weight`, shape]);
  shapes.push(["model.norm.weight", [dim]]);
  return { config, shapes };
}
