// model.safetensors.index.json beside shards: names that are missing, aren't names, or point elsewhere; tensors that are in
// two shards or in none.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import { JsonFile } from "../../src/format/json-file.ts";
import { pick } from "../long/proof.ts";
import {
  safetensorsHeader,
  shardIndex,
  shardName,
  splitIntoShards,
  tensorBytes,
} from "../reference/safetensors-writer.ts";
import type { TensorPlan } from "../reference/safetensors-writer.ts";
import { memorySource } from "../support/memory-source.ts";
import { oddText } from "./extremes.ts";
import { drawnModel, type JsonObject } from "./model-files.ts";
import { type Json, jsonBytes, mutateJson, oddValue } from "./mutate-json.ts";
import { checkOpened } from "./opened-model.ts";
import { chance, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";

const path = "model.safetensors.index.json";

function make(random: Random): FuzzInput {
  const { config, tensors } = drawnModel(random);
  const bytes = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const shards = splitIntoShards(tensors, Math.ceil(bytes / 3));
  const names = shards.map((_, i) => shardName(i, Math.max(2, shards.length)));
  const index = shardIndex(shards) as { metadata: Json; weight_map: Record<string, Json> };
  const files = new Map<string, Uint8Array>([["config.json", utf8(JSON.stringify(config))]]);
  shards.forEach((shard, i) => files.set(names[i], shardBytes(shard)));
  const put = (value: Json) => files.set(path, jsonBytes(value, random));
  if (shards.length > 1 && chance(random, wholeShare)) {
    files.set(path, utf8(JSON.stringify(index)));
    return { files, must: "read" };
  }
  const tensor = pick(random, Object.keys(index.weight_map));
  const way = random();
  if (way < 0.35) put(mutateJson(index as JsonObject, random));
  else if (way < 0.55) {
    const elsewhere = pick(random, [
      "model.safetensors",
      "sub/x.safetensors",
      "config.json",
      path,
      names[0],
      oddText(random),
    ]);
    index.weight_map[tensor] = chance(random, 0.7) ? elsewhere : oddValue(random);
    put(index as JsonObject);
  } else if (way < 0.7) {
    for (const name of Object.keys(index.weight_map)) index.weight_map[name] = pick(random, names);
    put(index as JsonObject);
  } else {
    put(index as JsonObject);
    const name = pick(random, names);
    if (way < 0.8) files.delete(name);
    else if (way < 0.9) files.set(pick(random, ["more.safetensors", "model.safetensors"]), files.get(name)!);
    else files.set(pick(random, names), files.get(name)!);
  }
  return { files };
}

const shardBytes = (shard: readonly TensorPlan[]): Uint8Array => {
  const data = new Uint8Array(shard.reduce((sum, tensor) => sum + tensorBytes(tensor), 0));
  return new Uint8Array(Buffer.concat([safetensorsHeader(shard), data]));
};

async function use({ files }: FuzzInput, _: Random, pass: () => void): Promise<void> {
  const source = memorySource(files);
  JsonFile.parse(path, files.get(path)!);
  pass();
  await checkOpened(source, await readCheckpoint(source));
}

export const indexReader: FuzzReader = { name: "index", make, use };
