// Whole checkpoints: which files hold the tensors, what is ignored, and what is missing or wrong, by name.

import { describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import { mainScheme } from "../../../src/format/quantized.ts";
import type { ModelSource } from "../../../src/source/source.ts";
import { folderSource, sharedData } from "../../support/local-folder.ts";
import { madeCheckpoint, madeConfig, madeSafetensors } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const read = (files: Map<string, Uint8Array>) => readCheckpoint(memorySource(files, { label: "made" }));
const oneTensor = (name: string, shape: number[], dtype = "F32", bits = 32) => ({
  name, dtype, shape, bytes: new Uint8Array((shape.reduce((a, b) => a * b, 1) * bits) / 8),
}); // prettier-ignore

test("shards by their index; tensors sorted by file, then offset", async () => {
  const { tensors, config, sideFiles } = await read(madeCheckpoint({ shards: 3 }));
  expect(tensors).toHaveLength(2 * 9 + 3);
  expect(config.layers).toBe(2);
  expect([...sideFiles.keys()]).toEqual(["config.json"]);
  expect(tensors).toEqual(
    tensors.toSorted((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1)),
  );
  expect(new Set(tensors.map((tensor) => tensor.file)).size).toBe(3);
});

test("eos ids of config.json and generation_config.json are joined", async () => {
  const files = madeCheckpoint().set(
    "generation_config.json",
    new TextEncoder().encode('{"eos_token_id":[2,9],"temperature":0.7}'),
  );
  expect(await read(files)).toMatchObject({ config: { eosIds: [2, 9] }, generation: { temperature: 0.7 } });
});

test("decoys and rotary_emb.inv_freq are ignored, and no byte of a decoy's data is read", async () => {
  const files = madeCheckpoint();
  files.set("output.safetensors", files.get("model.safetensors")!);
  files.delete("model.safetensors");
  const decoy = madeSafetensors([
    oneTensor("row.00000", [1, 2048, 64], "F16", 16),
    oneTensor("model.layers.0.self_attn.rotary_emb.inv_freq", [4]),
  ]);
  files.set("hidden_states.safetensors", decoy);
  const source = memorySource(files);
  const reads: [string, number][] = [];
  const watched: ModelSource = {
    ...source,
    read: (path, start, end) => (reads.push([path, end]), source.read(path, start, end)),
  };
  const { tensors } = await readCheckpoint(watched);
  expect(new Set(tensors.map((tensor) => tensor.file))).toEqual(new Set(["output.safetensors"]));
  const dataStart = decoy.length - (2 * 2048 * 64 + 16);
  expect(reads.filter(([path, end]) => path === "hidden_states.safetensors" && end > dataStart)).toEqual([]);
});

test("a stale index is passed over when the tensors are elsewhere", async () => {
  const files = madeCheckpoint();
  files.set(
    "model.safetensors.index.json",
    new TextEncoder().encode('{"weight_map":{"lm_head.weight":"model-00001-of-00002.safetensors"}}'),
  );
  const { tensors } = await read(files);
  expect(tensors[0].file).toBe("model.safetensors");
});

describe("refused", () => {
  test("an index naming a missing shard", async () => {
    const files = madeCheckpoint({ shards: 3 });
    files.delete("model-00002-of-00003.safetensors");
    const error = await rejection(read(files));
    expect(error).toMatchObject({ code: "format", facts: { file: "model-00002-of-00003.safetensors" } });
    expect(error.message).toMatch(/index\.json" names "model-00002-of-00003\.safetensors", which is not there/);
  });

  test("a missing tensor", async () => {
    const files = madeCheckpoint();
    files.set("config.json", new TextEncoder().encode(JSON.stringify(madeConfig({ num_hidden_layers: 3 }))));
    const error = await rejection(read(files));
    expect(error).toMatchObject({
      code: "format",
      facts: { file: "model.safetensors", field: "model.layers.2.input_layernorm.weight", missing: 9 },
    });
  });

  test("a tensor of another shape", async () => {
    const files = madeCheckpoint();
    files.set("config.json", new TextEncoder().encode(JSON.stringify(madeConfig({ intermediate_size: 64 }))));
    const error = await rejection(read(files));
    expect(error.code).toBe("format");
    expect(error.message).toMatch(
      /mlp\.\w+_proj\.weight" in "model\.safetensors" has shape \[.*\]; config\.json asks for \[.*64/,
    );
  });

  test("a tensor of a dtype that is not run", async () => {
    const files = madeCheckpoint();
    const shape = [37, 32];
    files.set(
      "model.safetensors",
      madeSafetensors([oneTensor("model.embed_tokens.weight", shape, "I8", 8), ...otherTensors(files)]),
    );
    const error = await rejection(read(files));
    expect(error).toMatchObject({
      code: "model-unsupported",
      facts: { field: "model.embed_tokens.weight", found: "I8" },
    });
  });

  test("a tensor in two files", async () => {
    const files = madeCheckpoint({ shards: 2 });
    files.delete("model.safetensors.index.json");
    files.set("copy.safetensors", files.get("model-00001-of-00002.safetensors")!);
    const error = await rejection(read(files));
    expect(error.message).toMatch(/is in both "\w+.*safetensors" and "/);
  });

  test("files that would hold the page's thread, by their size alone", async () => {
    for (const path of ["model.safetensors.index.json", "tokenizer_config.json", "generation_config.json"]) {
      const error = await rejection(read(madeCheckpoint().set(path, new Uint8Array(2 ** 23 + 1))));
      expect(error).toMatchObject({ code: "format", facts: { file: path } });
      expect(error.message).toMatch(/at most 8388608/);
    }
  });

  test("no config.json, no safetensors, an index that is no JSON", async () => {
    expect(await rejection(read(new Map([["readme.txt", new Uint8Array(1)]])))).toMatchObject({
      code: "model-unsupported",
    });
    const unconfigured = madeCheckpoint();
    unconfigured.delete("config.json");
    expect(await rejection(read(unconfigured))).toMatchObject({ code: "format", facts: { file: "config.json" } });
    const bare = madeCheckpoint();
    bare.delete("model.safetensors");
    expect(await rejection(read(bare))).toMatchObject({ code: "model-unsupported" });
    const spoiled = madeCheckpoint({ shards: 2 }).set("model.safetensors.index.json", new TextEncoder().encode("{"));
    expect(await rejection(read(spoiled))).toMatchObject({
      code: "format",
      facts: { file: "model.safetensors.index.json" },
    });
  });

  test("a truncated shard", async () => {
    const files = madeCheckpoint({ shards: 2 });
    files.set("model-00001-of-00002.safetensors", files.get("model-00001-of-00002.safetensors")!.slice(0, -100));
    const error = await rejection(read(files));
    expect(error).toMatchObject({ code: "integrity", facts: { file: "model-00001-of-00002.safetensors" } });
    expect(error.message).toMatch(/truncated/);
  });
});

const otherTensors = (files: Map<string, Uint8Array>) => {
  const bytes = files.get("model.safetensors")!;
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { shape: number[] }
  >;
  return Object.entries(header)
    .filter(([name]) => name !== "model.embed_tokens.weight")
    .map(([name, { shape }]) => oneTensor(name, shape));
};

describe("llama2.c's .bin", () => {
  const header = (...fields: number[]) => new Uint8Array(Int32Array.from(fields).buffer);
  const bin = (bytes: Uint8Array) => read(new Map([["stories.bin", bytes]]));
  test.each([
    ["a file of 20 bytes", header(1, 2, 3, 4, 5), "format", "size"],
    ["dim 0", header(0, 172, 5, 8, 4, 512, 512), "format", "dim"],
    ["heads that do not divide", header(64, 172, 5, 7, 4, 512, 512), "format", "n_heads"],
    ["kv heads that do not divide", header(64, 172, 5, 8, 3, 512, 512), "format", "n_kv_heads"],
    ["a truncated file", header(64, 172, 5, 8, 4, 512, 512), "integrity", undefined],
    ["the newer export", header(0x616b3432, 2, 64, 172, 5, 8, 4), "model-unsupported", "magic"],
  ])("%s is refused", async (_, bytes, code, field) => {
    expect(await rejection(bin(bytes))).toMatchObject({
      code,
      facts: { file: "stories.bin", ...(field ? { field } : {}) },
    });
  });

  test("a negative vocabulary means a classifier of its own", async () => {
    // dim 4, hidden 6, 1 layer, 1 head: embed 12, norms 4+4+4, q k v o 16 each, three of 24, freq 2 x 4, classifier 12
    const floats = 12 + 12 + 64 + 72 + 8 + 12;
    const bytes = new Uint8Array(28 + 4 * floats);
    bytes.set(header(4, 6, 1, 1, 1, -3, 2));
    const { config, tensors } = await bin(bytes);
    expect(config).toMatchObject({ tiedEmbeddings: false, vocabSize: 3, headDim: 4 });
    expect(tensors.at(-1)).toMatchObject({ name: "lm_head.weight", start: 28 + 4 * (floats - 12), end: bytes.length });
    expect(tensors.filter((tensor) => tensor.interleavedRopeHeads).map((tensor) => tensor.name.split(".")[4])).toEqual([
      "q_proj",
      "k_proj",
    ]);
  });
});

describe.skipIf(!sharedData("e2e"))("shared checkpoints", () => {
  test.each([
    ["tiny256-exl2-seedlayout", "exl2"],
    ["tiny256-gptq-3bit-128g", "gptq 3 bit"],
    ["tiny256-awq-gemm-128g", "awq"],
    ["tiny256-bnb-int8", "int8"],
    ["tiny256-bnb-nf4-double", "nf4 nested"],
    ["tiny256-gguf", "Q4_K"],
  ])("%s is %s", async (folder, scheme) => {
    const { matrices, tensors } = await readCheckpoint(folderSource(sharedData(`e2e/${folder}`)!));
    expect(mainScheme(matrices)).toBe(scheme);
    expect(tensors.some(({ name }) => name === "model.norm.weight")).toBe(true);
  });

  test("of several weights in a folder the one that was asked for is taken", async () => {
    const source = folderSource(sharedData("e2e/tiny256-gguf")!);
    const { format, offered, matrices } = await readCheckpoint(source, { weights: "q8_0" });
    expect(format.id).toBe("tiny256.Q8_0.gguf");
    expect(offered).toHaveLength(5);
    expect(offered[0]).toBe("tiny256.Q4_K_M.gguf");
    expect(mainScheme(matrices)).toBe("Q8_0");
  });
});
