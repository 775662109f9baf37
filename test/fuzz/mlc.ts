// MLC's shards: the fixtures, whole, or with a list or a configuration that says something else. What was read is opened as
// a model and planned.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { memorySource } from "../support/memory-source.ts";
import { otherNumber } from "./extremes.ts";
import { quantizedFiles } from "./model-files.ts";
import { type Json, jsonBytes, mutateJson, oddValue } from "./mutate-json.ts";
import { checkOpened } from "./opened-model.ts";
import { chance, type FuzzInput, type FuzzReader, isJson, type Random, wholeShare } from "./reader.ts";

interface Listed {
  [field: string]: Json;
  nbytes: number;
}

function make(random: Random): FuzzInput {
  const files = quantizedFiles(random, ".bin");
  if (chance(random, wholeShare)) return { files, must: "read" };
  const listPath = [...files.keys()].find((path) => path.endsWith("-cache.json"))!;
  const parse = (path: string) => JSON.parse(new TextDecoder().decode(files.get(path)));
  const way = random();
  if (way < 0.2) {
    files.set("mlc-chat-config.json", jsonBytes(mutateJson(parse("mlc-chat-config.json"), random), random));
    return { files };
  }
  if (way < 0.4) {
    files.set(listPath, jsonBytes(mutateJson(parse(listPath), random), random));
    return { files };
  }
  const list = parse(listPath) as { records: Listed[] };
  const shard = pick(random, list.records);
  const record = pick(random, shard.records as Listed[]);
  const must = mutateList(files, list.records, shard, record, random);
  files.set(listPath, jsonBytes(list as unknown as Json, random));
  return { files, ...(must ? { must } : {}) };
}

function mutateList(
  files: Map<string, Uint8Array>,
  shards: Listed[],
  shard: Listed,
  record: Listed,
  random: Random,
): FuzzInput["must"] {
  const path = shard.dataPath as string;
  switch (wholeBelow(random, 8)) {
    case 0: // it lies somewhere else: over others, or beyond the end
      record.byteOffset = (record.byteOffset as number) + pick(random, [1 - record.nbytes, shard.nbytes, 2 ** 31, 2 ** 52]);
      return shard.nbytes === record.nbytes || record.byteOffset < 0 || record.byteOffset > shard.nbytes ? "refuse" : undefined;
    case 1:
      record.nbytes = otherNumber(record.nbytes, random);
      return "refuse";
    case 2:
      record.shape = (record.shape as number[]).map((count) => (chance(random, 0.5) ? otherNumber(count, random) : count));
      return undefined;
    case 3:
      record.dtype = pick(random, ["float16", "bfloat16", "float32", "uint32", "int8", "", "constructor"]);
      return undefined;
    case 4: // a shard that is shorter or longer than the list says
      files.set(path, new Uint8Array(pick(random, [0, shard.nbytes - 1, shard.nbytes + 1])));
      return "refuse";
    case 5:
      files.delete(path);
      return "refuse";
    case 6:
      shards.push(shard); // every tensor twice
      return "refuse";
    default:
      record[pick(random, Object.keys(record))] = oddValue(random);
      return undefined;
  }
} // prettier-ignore

async function use({ files }: FuzzInput, _: Random, pass: () => void): Promise<void> {
  const source = memorySource(files);
  if ([...files].every(([path, bytes]) => !path.endsWith(".json") || isJson(bytes))) pass();
  await checkOpened(source, await readCheckpoint(source));
}

export const mlcReader: FuzzReader = { name: "mlc", make, use };
