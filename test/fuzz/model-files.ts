// Whole small models to mutate: random Llamas in floats, drawn anew, and the fixtures of every quantized format.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Dtype } from "../../src/format/tensor.ts";
import { pick } from "../long/proof.ts";
import { type TensorPlan, llamaConfigJson, llamaTensors } from "../reference/safetensors-writer.ts";
import { smallConfig } from "../reference/random-checkpoint.ts";
import { folderFiles } from "../support/local-folder.ts";
import { between, chance, type Random } from "./reader.ts";
import type { Json } from "./mutate-json.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const packed = readdirSync(fixtures).filter((name) => name.startsWith("quant-"));
const folders = {
  ".gguf": packed.filter((name) => name.startsWith("quant-gguf-")),
  ".bin": packed.filter((name) => name.startsWith("quant-mlc-")),
  ".onnx": packed.filter((name) => name.startsWith("quant-onnx-")),
  ".pt": packed.filter((name) => name.startsWith("quant-hqq-")),
  ".safetensors": packed.filter((name) => !/^quant-(gguf|mlc|onnx|hqq)-/.test(name)),
};
const loaded = new Map<string, Map<string, Uint8Array>>();

/** The files of a random fixture whose weights end so; read once. */
export function quantizedFiles(random: Random, end: keyof typeof folders): Map<string, Uint8Array> {
  const name = pick(random, folders[end]);
  const files = loaded.get(name) ?? folderFiles(fixtures + name);
  loaded.set(name, files);
  return new Map([...files].filter(([path]) => !/golden/.test(path)));
}

export type JsonObject = Record<string, Json>;

export interface DrawnModel {
  config: JsonObject;
  tensors: TensorPlan[];
}

/** A Llama of a few thousand weights, of any family's form. */
export function drawnModel(random: Random): DrawnModel {
  const heads = pick(random, [1, 2, 4]);
  const headDim = pick(random, [2, 4, 8]);
  const form = pick(random, ["plain", "plain", "normed", "biased"]);
  const config = {
    ...smallConfig,
    heads,
    headDim,
    kvHeads: pick(random, [1, heads]),
    dim: heads * headDim,
    hiddenDim: between(random, 1, 24),
    layers: between(random, 1, 2),
    vocabSize: between(random, 3, 40),
    tiedEmbeddings: chance(random, 0.3),
    headNorm: form === "normed",
    biases: form === "biased" ? (["q", "k", "v"] as const) : undefined,
    ropeScaling: pick(random, [
      { kind: "none" },
      { kind: "linear", factor: 2 },
      { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 64 },
    ] as const),
  };
  const dtype = pick<Dtype>(random, ["f32", "f16", "bf16"]);
  return { config: llamaConfigJson(config, dtype) as JsonObject, tensors: llamaTensors(config, dtype) };
}
