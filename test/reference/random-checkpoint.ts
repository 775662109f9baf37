// A seeded random Llama checkpoint in memory, as the files a repository would hold. Values are drawn so that activations
// stay near 1 and logits spread over several units. No tokenizer: ids are fed.

import type { Dtype } from "../../src/format/tensor.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { f32ToBf16Bits, f32ToF16Bits } from "./half.ts";
import {
  llamaConfigJson,
  llamaTensors,
  safetensorsHeader,
  shardIndex,
  shardName,
  splitIntoShards,
  tensorBytes,
  type TensorPlan,
} from "./safetensors-writer.ts";

/** A small valid configuration to vary: GQA, odd hidden width, odd vocabulary. */
export const smallConfig: ModelConfig = {
  dim: 64,
  hiddenDim: 172,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 97,
  contextLength: 128,
  normEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: { kind: "none" },
  tiedEmbeddings: false,
  bosId: 1,
  eosIds: [2],
};

export interface RandomCheckpointOptions {
  seed?: number; // default 1
  dtype?: Dtype; // default "f32"
  /** Largest file; omitted: one model.safetensors without an index. */
  shardBytes?: number;
}

/** config.json, generation_config.json, model.safetensors or shards and index. The same arguments give the same bytes. */
export function randomCheckpoint(config: ModelConfig, options: RandomCheckpointOptions = {}): Map<string, Uint8Array> {
  const { seed = 1, dtype = "f32", shardBytes = Infinity } = options;
  const random = randomNumbers(seed);
  const files = new Map<string, Uint8Array>();
  const json = (name: string, value: unknown) =>
    files.set(name, new TextEncoder().encode(JSON.stringify(value, null, 2) + "\n"));
  json("config.json", llamaConfigJson(config, dtype));
  json("generation_config.json", { bos_token_id: config.bosId, eos_token_id: config.eosIds, do_sample: false });
  const shards = splitIntoShards(llamaTensors(config, dtype), shardBytes);
  shards.forEach((shard, i) => files.set(shardName(i, shards.length), randomFile(shard, random)));
  if (shards.length > 1) json("model.safetensors.index.json", shardIndex(shards));
  return files;
}

/** Uniform numbers in [-1, 1) of 32 bits (mulberry32), for seeded test values. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

function randomFile(tensors: readonly TensorPlan[], random: () => number): Uint8Array {
  const header = safetensorsHeader(tensors);
  const file = new Uint8Array(tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), header.length));
  const view = new DataView(file.buffer);
  file.set(header);
  let at = header.length;
  for (const tensor of tensors) {
    const next = valuesFor(tensor, random);
    for (const end = at + tensorBytes(tensor); at < end; at += tensor.dtype === "f32" ? 4 : 2) {
      if (tensor.dtype === "f32") view.setFloat32(at, next(), true);
      else view.setUint16(at, tensor.dtype === "f16" ? f32ToF16Bits(next()) : f32ToBf16Bits(next()), true);
    }
  }
  return file;
}

function valuesFor({ name, shape }: TensorPlan, random: () => number): () => number {
  if (name.endsWith(".bias")) return random;
  if (shape.length === 1) return () => 1 + 0.2 * random(); // a norm
  if (name.includes("embed_tokens")) return random;
  // Uniform in +-sqrt(3 / cols) keeps the variance of a unit input; logits get three times that, so that they spread.
  const gain = (name.includes("lm_head") ? 3 : 1) * Math.sqrt(3 / shape[1]);
  return () => gain * random();
}
