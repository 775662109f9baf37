// A large f16 Llama checkpoint on disk, for tests of memory and streaming: right shapes, one random block written over and
// over, so that a gigabyte takes seconds and a few MiB of memory. Its text means nothing, and it has no tokenizer.

import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { randomNumbers } from "./random-checkpoint.ts";
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

export interface SyntheticCheckpointOptions {
  /** Bytes of weights wanted; met to within one layer (about 26 MB), at least one layer. */
  totalBytes: number;
  shardBytes: number;
  seed?: number; // default 1
}

export interface SyntheticCheckpoint {
  config: ModelConfig;
  /** Paths relative to the folder, with sizes. */
  files: { path: string; sizeBytes: number }[];
  weightBytes: number;
}

const blockBytes = 4 * 1024 * 1024;

/**
 * Writes config.json, generation_config.json, shards and index into `dir` (made when missing). Only the number of layers
 * depends on totalBytes: the largest tensor (dim 1024 x 2816, 5.8 MB) is the same in every size.
 */
export function writeSyntheticCheckpoint(
  dir: string,
  { totalBytes, ...options }: SyntheticCheckpointOptions,
): Promise<SyntheticCheckpoint> {
  return writeCheckpointOf(configOfSize(totalBytes), dir, options);
}

/** The same in a shape of the caller's. */
export async function writeCheckpointOf(
  config: ModelConfig,
  dir: string,
  { shardBytes, seed = 1 }: Omit<SyntheticCheckpointOptions, "totalBytes">,
): Promise<SyntheticCheckpoint> {
  const shards = splitIntoShards(llamaTensors(config, "f16"), shardBytes);
  const block = randomHalves(seed);
  const files: SyntheticCheckpoint["files"] = [];
  await mkdir(dir, { recursive: true });
  const json = async (path: string, value: unknown) => {
    const text = JSON.stringify(value, null, 2) + "\n";
    await writeFile(join(dir, path), text);
    files.push({ path, sizeBytes: Buffer.byteLength(text) });
  };
  await json("config.json", llamaConfigJson(config, "f16"));
  await json("generation_config.json", { bos_token_id: config.bosId, eos_token_id: config.eosIds, do_sample: false });
  for (const [i, shard] of shards.entries()) {
    const path = shardName(i, shards.length);
    files.push({ path, sizeBytes: await writeShard(join(dir, path), shard, block) });
  }
  if (shards.length > 1) await json("model.safetensors.index.json", shardIndex(shards));
  return { config, files, weightBytes: bytesOf(shards.flat()) };
}

function configOfSize(totalBytes: number): ModelConfig {
  const withLayers = (layers: number): ModelConfig => ({
    dim: 1024,
    hiddenDim: 2816,
    layers,
    heads: 16,
    kvHeads: 16,
    headDim: 64,
    vocabSize: 512,
    contextLength: 512,
    normEps: 1e-5,
    ropeTheta: 10000,
    ropeScaling: { kind: "none" },
    tiedEmbeddings: false,
    bosId: 1,
    eosIds: [2],
  });
  const [one, two] = [1, 2].map((layers) => bytesOf(llamaTensors(withLayers(layers), "f16")));
  return withLayers(Math.max(1, 1 + Math.round((totalBytes - one) / (two - one))));
}

async function writeShard(path: string, tensors: TensorPlan[], block: Uint8Array): Promise<number> {
  const file = await open(path, "w");
  try {
    let written = (await file.write(safetensorsHeader(tensors))).bytesWritten;
    for (const tensor of tensors) {
      // A norm of random signs would make every layer's output noise of noise; ones keep the model finite and plain.
      const source = tensor.shape.length === 1 ? onesLike(tensor) : block;
      for (let left = tensorBytes(tensor); left > 0;) {
        const part = source.subarray(0, Math.min(left, source.length));
        const { bytesWritten } = await file.write(part);
        left -= bytesWritten;
        written += bytesWritten;
        if (bytesWritten < part.length)
          throw new Error(`${path}: the disk took ${bytesWritten} of ${part.length} bytes`);
      }
    }
    return written;
  } finally {
    await file.close();
  }
}

/** Halves of random sign and fraction between 2^-7 and 2^-5: about the spread that keeps 1024 terms near 1. */
function randomHalves(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const halves = Uint16Array.from({ length: blockBytes / 2 }, () => {
    const bits = Math.floor((random() + 1) * 2 ** 31);
    return (bits & 0x83ff) | ((8 + ((bits >>> 10) & 1)) << 10);
  });
  return new Uint8Array(halves.buffer);
}

function onesLike(tensor: TensorPlan): Uint8Array {
  return new Uint8Array(new Uint16Array(tensorBytes(tensor) / 2).fill(0x3c00).buffer);
}

function bytesOf(tensors: readonly TensorPlan[]): number {
  return tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}
