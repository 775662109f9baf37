// Meta's own checkpoints: a model that torch has written in two files gives transformers' ids; models cut for one, two and
// four GPUs give Hugging Face's matrices, number by number; params.json gives the published configurations.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { JsonFile } from "../../../src/format/json-file.ts";
import { metaConfig } from "../../../src/format/meta-model.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import type { TensorInfo } from "../../../src/format/tensor.ts";
import { weightFormats } from "../../../src/format/weight-formats.ts";
import { memorySource } from "../../support/memory-source.ts";
import { referenceModel } from "../../reference/checkpoint.ts";
import { referenceGenerate } from "../../reference/forward.ts";
import { referenceWeights } from "../../reference/named-weights.ts";
import { requireClose } from "../../reference/relative-error.ts";
import { decodeStored } from "../../reference/stored.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { joinedValues, metaCheckpoint, metaParts, type MetaOptions } from "../../support/meta-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson, type Files } from "../../support/spoiled.ts";
import { torchFile, type TorchTensor } from "../../support/torch-writer.ts";

const small = madeCheckpoint({
  config: madeConfig({ hidden_size: 256, num_attention_heads: 8, num_key_value_heads: 4, intermediate_size: 512, num_hidden_layers: 1, vocab_size: 40 }),
}); // prettier-ignore

async function opened(files: Files) {
  const { config, tensors } = await openWeights(memorySource(files, { label: "owner/name" }));
  const bytesOf = ({ file, start, end }: TensorInfo) => files.get(file)!.slice(start, end);
  return { config, tensors, values: joinedValues(config, tensors as TensorInfo[], bytesOf) };
}
const refusal = (files: Files) => rejection(openWeights(memorySource(files, { label: "owner/name" })));

test("two files of torch's: transformers' ids and logits", async () => {
  const files = folderFiles(join(import.meta.dirname, "../../fixtures/meta-two-shards"));
  const { config, values } = await opened(files);
  const weights = referenceWeights(config, (name) => values.get(name)!);
  for (const golden of JSON.parse(new TextDecoder().decode(files.get("golden.json"))).cases) {
    const { ids, logits } = referenceGenerate(weights, config, golden.promptIds, golden.greedyIds.length);
    expect(ids).toEqual(golden.greedyIds);
    requireClose("meta", logits, new Float32Array(files.get(golden.logitsFile)!.slice().buffer), 1e-5);
  }
});

describe("cut for", () => {
  test.each<[string, MetaOptions]>([
    ["one GPU", {}],
    ["two, as Llama 1 and 2 are", { parts: 2 }],
    ["four", { parts: 4 }],
    ["two, as Llama 3 is", { parts: 2, embedding: "rows" }],
  ])("%s", async (_, options) => {
    const { config, tensors, values } = await opened(metaCheckpoint(small, options));
    const wanted = referenceModel(small);
    const { contextLength: _context, ...shape } = wanted.config;
    expect(config).toMatchObject({ ...shape, contextLength: 4096 });
    for (const [name, { dtype, shape: own, bytes }] of wanted.tensors) {
      const [rows, cols] = own.length === 1 ? [1, own[0]] : own;
      const [found, expected] = [values.get(name)!, decodeStored(dtype, bytes, rows, cols)];
      expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(expected.buffer)), name).toBe(0);
    }
    expect(tensors.some((tensor) => "panel" in tensor)).toBe((options.parts ?? 1) > 1);
  });

  test("GPUs that some of the files are missing of", async () => {
    const files = metaCheckpoint(small, { parts: 4 });
    files.delete("consolidated.03.pth");
    files.delete("consolidated.02.pth");
    const error = await refusal(files);
    expect(error.message).toMatch(/"consolidated.00.pth" is one of 4 files .* 2 are there. Add "consolidated.02.pth"/);
  });
});

test.each<[string, RegExp, (files: Files) => void]>([
  ["no params.json", /has no params.json.*tokenizer.model/, (files) => files.delete("params.json")],
  ["a field that is not known", /"moe": \{"num_experts":8\}, which/, (files) => spoilJson(files, "params.json", (fields) => ({ ...fields, moe: { num_experts: 8 } }))],
  ["Llama 3.2's scaling", /"use_scaled_rope": true, which/, (files) => spoilJson(files, "params.json", (fields) => ({ ...fields, use_scaled_rope: true }))],
  ["another width", /feed_forward|asks for \[\d+,256\]/, (files) => spoilJson(files, "params.json", (fields) => ({ ...fields, multiple_of: 768 }))],
  ["heads that do not split the width", /"n_heads": 7; expected an even split/, (files) => spoilJson(files, "params.json", (fields) => ({ ...fields, n_heads: 7 }))],
  ["more layers than there can be", /"n_layers": 999; expected at most/, (files) => spoilJson(files, "params.json", (fields) => ({ ...fields, n_layers: 999 }))],
  ["no embedding", /no tensor "tok_embeddings.weight"/, (files) => without(files, "tok_embeddings")],
  ["a matrix that one file lacks", /consolidated.01.pth has no tensor "layers.0.attention.wo.weight"/, (files) => without(files, "layers.0.attention.wo", 1)],
  ["panels of two types", /is f32 in "consolidated.00.pth" and f16 in "consolidated.01.pth"/, (files) => change(files, 1, (tensor) => (tensor.name === "output.weight" ? { ...tensor, type: "HalfStorage", storage: tensor.storage.slice(0, tensor.storage.length / 2) } : tensor))],
])("refused: %s", async (_, message, spoil) => {
  const files = metaCheckpoint(small, { parts: 2 });
  spoil(files);
  const error = await refusal(files);
  expect(error.message).toMatch(message);
  expect(error.facts.file).toBeTypeOf("string");
  expect(error.message.length).toBeLessThanOrEqual(300);
}); // prettier-ignore

test("columns that the GPU's words cannot be joined from are refused by name", async () => {
  const narrow = madeCheckpoint({ config: madeConfig({ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 1, vocab_size: 40 }) }); // prettier-ignore
  const error = await refusal(metaCheckpoint(narrow, { parts: 2 }));
  expect(error.code).toBe("model-unsupported");
  expect(error.message).toMatch(/tok_embeddings.weight" has 32 columns.*multiples of 64.*-hf/);
});

test("offered behind what Hugging Face's folders have, in the files' order", () => {
  const files = metaCheckpoint(small, { parts: 2 });
  files.set("model.safetensors", new Uint8Array(8)).set("pytorch_model.bin", new Uint8Array(8));
  const formats = weightFormats(memorySource([...files].toReversed()));
  expect(formats.map(({ id }) => id)).toEqual(["safetensors", "torch", "meta"]);
  expect(formats[2].files).toEqual(["consolidated.00.pth", "consolidated.01.pth"]);
});

// params.json as published, and what transformers' converter makes of it.
describe("params.json", () => {
  const entry = (name: string, ...shape: number[]) => ({ name, dtype: "BF16", shape, file: "consolidated.00.pth", start: 0, end: 0 }); // prettier-ignore
  const filler = Array.from({ length: 999 }, (_, i) => entry(`filler.${i}`));
  test.each<[string, Record<string, number | boolean>, number[], number, Record<string, unknown>]>([
    ["Llama 1 7B", { dim: 4096, multiple_of: 256, n_heads: 32, n_layers: 32, norm_eps: 1e-6, vocab_size: -1 }, [32_000, 4096], 1, { hiddenDim: 11_008, kvHeads: 32, contextLength: 2048, bosId: 1, eosIds: [2] }],
    ["Llama 1 65B", { dim: 8192, multiple_of: 256, n_heads: 64, n_layers: 80, norm_eps: 1e-5, vocab_size: -1 }, [32_000, 1024], 8, { hiddenDim: 22_016, kvHeads: 64, contextLength: 2048 }],
    ["Llama 2 7B", { dim: 4096, multiple_of: 256, n_heads: 32, n_layers: 32, norm_eps: 1e-5, vocab_size: -1 }, [32_000, 4096], 1, { hiddenDim: 11_008, contextLength: 4096, vocabSize: 32_000, ropeTheta: 10_000 }],
    ["Llama 2 13B", { dim: 5120, multiple_of: 256, n_heads: 40, n_layers: 40, norm_eps: 1e-5, vocab_size: -1 }, [32_000, 2560], 2, { hiddenDim: 13_824, contextLength: 4096, vocabSize: 32_000 }],
    ["Llama 2 70B", { dim: 8192, multiple_of: 4096, ffn_dim_multiplier: 1.3, n_heads: 64, n_kv_heads: 8, n_layers: 80, norm_eps: 1e-5, vocab_size: -1 }, [32_000, 1024], 8, { hiddenDim: 28_672, kvHeads: 8, contextLength: 4096 }],
    ["Code Llama 7B", { dim: 4096, n_layers: 32, n_heads: 32, multiple_of: 256, ffn_dim_multiplier: 1, norm_eps: 1e-5, rope_theta: 1_000_000, vocab_size: -1 }, [32_016, 4096], 1, { hiddenDim: 11_008, vocabSize: 32_016, ropeTheta: 1_000_000, contextLength: 16_384 }],
    ["Llama 3 8B", { dim: 4096, n_layers: 32, n_heads: 32, n_kv_heads: 8, vocab_size: 128_256, multiple_of: 1024, ffn_dim_multiplier: 1.3, norm_eps: 1e-5, rope_theta: 500_000 }, [128_256, 4096], 1, { hiddenDim: 14_336, contextLength: 8192, bosId: 128_000, ropeScaling: { kind: "none" } }],
    ["Llama 3.1 70B", { dim: 8192, n_layers: 80, n_heads: 64, n_kv_heads: 8, vocab_size: 128_256, multiple_of: 4096, ffn_dim_multiplier: 1.3, norm_eps: 1e-5, rope_theta: 500_000, use_scaled_rope: true }, [16_032, 8192], 8, { hiddenDim: 28_672, vocabSize: 128_256, contextLength: 131_072, ropeScaling: { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 8192 } }],
  ])("%s", (_, params, embedding, parts, wanted) => {
    const entries = new Map([entry("tok_embeddings.weight", ...embedding), entry("output.weight"), ...filler].map((one) => [one.name, one]));
    const all = Array.from({ length: parts }, () => ({ file: "consolidated.00.pth", entries }));
    expect(metaConfig(new JsonFile("params.json", params), all)).toMatchObject({ ...wanted, tiedEmbeddings: false });
  });
}); // prettier-ignore

function change(files: Files, part: number, spoil: (tensor: TorchTensor) => TorchTensor | undefined): void {
  const tensors = metaParts(small, { parts: 2 })[part];
  const spoilt = tensors.map(spoil).filter((tensor) => tensor !== undefined);
  files.set(`consolidated.0${part}.pth`, torchFile(spoilt));
}

const without = (files: Files, start: string, part = 0) =>
  change(files, part, (tensor) => (tensor.name.startsWith(start) ? undefined : tensor));
