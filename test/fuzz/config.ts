// config.json, and what it or a file beside it says about quantization: of every family, old and new spellings, whole or
// wrong. For what was read, tensors and memory are counted.

import { readConfig } from "../../src/format/config.ts";
import { JsonFile } from "../../src/format/json-file.ts";
import { readDeclaredQuantization } from "../../src/format/quantization-config.ts";
import { pick } from "../long/proof.ts";
import { drawnModel, type JsonObject } from "./model-files.ts";
import { type Json, jsonBytes, mutateJson, oddValue } from "./mutate-json.ts";
import { checkConfig, checkMemory } from "./opened-model.ts";
import { between, chance, demand, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";

const path = "config.json";

function make(random: Random): FuzzInput {
  const config = drawnConfig(random);
  if (chance(random, wholeShare)) return { files: new Map([[path, utf8(JSON.stringify(config))]]), must: "read" };
  const change = pick(random, [mutateJson, withOneOdd, withOtherShape]);
  const other: Json = change(config, random);
  return { files: new Map([[path, jsonBytes(other, random)]]) };
}

function drawnConfig(random: Random): JsonObject {
  const { config } = drawnModel(random);
  if (chance(random, 0.3)) Object.assign(config, realSizes(random));
  if (chance(random, 0.2)) {
    const { rope_scaling: scaling, rope_theta: theta } = config; // as transformers 5 writes it
    config.rope_parameters = { ...(scaling as JsonObject | null), rope_theta: theta };
    delete config.rope_scaling;
  }
  if (chance(random, 0.4)) config.quantization_config = quantization(random);
  return config;
}

/** Sizes of published models, where sums grow large. */
const realSizes = (random: Random): JsonObject => ({
  hidden_size: pick(random, [2048, 4096, 8192]), num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128,
  intermediate_size: between(random, 5000, 29_000), num_hidden_layers: between(random, 1, 4), vocab_size: 128_256,
}); // prettier-ignore

const quantization = (random: Random): JsonObject =>
  pick<JsonObject>(random, [
    { quant_method: "gptq", bits: 4, group_size: 128, desc_act: true, checkpoint_format: "gptq_v2" },
    { quant_method: "gptq", bits: 8, group_size: -1, dynamic: { "-:head": {}, "+:.*q_proj": { bits: 4, group_size: 32 } } },
    { quant_method: "awq", bits: 4, group_size: 64, version: "GEMM", zero_point: true },
    { quant_method: "bitsandbytes", load_in_4bit: true },
    { quant_method: "intel/auto-round", bits: 4, group_size: 128, packing_format: "auto_round:gptq", extra_config: { a: { bits: 8 } } },
    { quant_method: "exl2", bits: 3.5, head_bits: 6, version: "0.2.0" },
  ]); // prettier-ignore

const shape = [
  "hidden_size",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "num_hidden_layers",
  "vocab_size",
];

/** Small numbers that do not divide each other. */
function withOtherShape(config: JsonObject, random: Random): JsonObject {
  const key = pick(random, shape);
  return { ...config, [key]: between(random, 1, 12), ...(chance(random, 0.3) ? { [pick(random, shape)]: null } : {}) };
}

/** Exactly one field is changed. */
function withOneOdd(config: JsonObject, random: Random): JsonObject {
  const key = pick(random, Object.keys(config));
  return { ...config, [key]: oddValue(random) };
}

function use({ files }: FuzzInput, _: Random, pass: () => void): void {
  const json = JsonFile.parse(path, files.get(path)!);
  pass();
  const config = readConfig(json);
  checkConfig(config);
  const declared = readDeclaredQuantization(json);
  for (const number of [...(declared?.bits ?? []), ...(declared?.groupSizes ?? [])])
    demand(typeof number === "number", `a quantization by ${String(number)}`);
  checkMemory(config);
}

export const configReader: FuzzReader = { name: "config", make, use };
