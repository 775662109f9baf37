// MLC's shards: what stands where by the list, which rows of a joined matrix are whose, what mlc-chat-config.json says, and
// what is refused. That the numbers are right is for golden.test.ts.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { isQuantized } from "../../../src/format/quantized.ts";
import { weightFormats } from "../../../src/format/weight-formats.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { type Files, spoilJson } from "../../support/spoiled.ts";

const filesOf = (name: string) => folderFiles(join(import.meta.dirname, `../../fixtures/quant-mlc-${name}`));
const config = "mlc-chat-config.json";

type Fields = Record<string, unknown>;
interface Record1 extends Fields {
  name: string;
  nbytes: number;
  byteOffset: number;
}
interface Shard extends Fields {
  dataPath: string;
  nbytes: number;
  records: Record1[];
}

const shardsOf = (files: Files): Shard[] =>
  JSON.parse(new TextDecoder().decode(files.get("tensor-cache.json"))).records;

/** Changes the list's shards. */
const relisted = (change: (shards: Shard[]) => unknown) => (files: Files) =>
  spoilJson(files, "tensor-cache.json", (fields) => {
    change(fields.records as Shard[]);
    return fields;
  });

/** Changes one tensor's record. */
const record = (name: string, change: (own: Record1) => Fields) =>
  relisted((shards) => {
    const own = shards.flatMap(({ records }) => records).find((one) => one.name === name)!;
    Object.assign(own, change(own));
  });

const configured = (fields: Fields) => (files: Files) => spoilJson(files, config, (own) => ({ ...own, ...fields }));
const sized = (fields: Fields) => (files: Files) =>
  spoilJson(files, config, (own) => ({ ...own, model_config: { ...(own.model_config as Fields), ...fields } }));

describe("read", () => {
  test("q4f16_1: shards, configuration, conversation's ends, sampling", async () => {
    const files = filesOf("q4f16_1");
    const shards = shardsOf(files).map(({ dataPath }) => dataPath);
    expect(shards.length).toBeGreaterThan(2);
    const { config: read, generation, format, offered, sideFiles } = await readCheckpoint(memorySource(files));
    expect(format).toEqual({ kind: "mlc", id: "mlc", files: shards.toSorted() });
    expect(offered).toEqual(["mlc"]);
    expect(read).toMatchObject({ dim: 70, hiddenDim: 90, heads: 7, kvHeads: 1, headDim: 10, vocabSize: 67, layers: 2 });
    expect(read).toMatchObject({ ropeTheta: 20_000, contextLength: 64, tiedEmbeddings: false, bosId: 1, eosIds: [2, 5] });
    expect(generation).toEqual({ temperature: 0.6, topP: 0.9, repetitionPenalty: 1 });
    expect([...sideFiles.keys()]).toEqual([config]);
  }); // prettier-ignore

  test("joined matrices: rows follow each other", async () => {
    const files = filesOf("q4f16_1");
    const joined = shardsOf(files)
      .flatMap(({ records }) => records)
      .find(({ name }) => name === "model.layers.1.self_attn.qkv_proj.q_scale")!;
    const { tensors } = await openWeights(memorySource(files));
    const parts = ["q", "k", "v"].map((role) => {
      const matrix = tensors.find(({ name }) => name === `model.layers.1.self_attn.${role}_proj.weight`)!;
      if (!isQuantized(matrix)) throw new Error(matrix.name);
      expect(matrix.scheme).toMatchObject({ kind: "integers", packer: "mlc", bits: 4, groups: { rows: 1, cols: 32 } });
      return matrix.parts.scales!;
    });
    expect(parts.map(({ shape }) => shape)).toEqual([[70, 3], [10, 3], [10, 3]]); // prettier-ignore
    expect(parts[0].start).toBe(joined.byteOffset);
    expect(parts.slice(1).map(({ start }) => start)).toEqual(parts.slice(0, -1).map(({ end }) => end));
    expect(parts[2].end).toBe(joined.byteOffset + joined.nbytes);
  });

  test("a tensor begins at an odd half, which the shader must bear", async () => {
    const { tensors } = await openWeights(memorySource(filesOf("q4f16_1")));
    const starts = tensors.filter(isQuantized).map(({ parts }) => parts.codes.start % 4);
    expect(new Set(starts)).toEqual(new Set([0, 2]));
  });

  test("q4f32_1 with the list's older name: scales and norms are bfloat16", async () => {
    const files = filesOf("q4f32_1");
    expect(files.has("ndarray-cache.json")).toBe(true);
    const { tensors, config: read } = await openWeights(memorySource(files));
    expect(read).toMatchObject({ tiedEmbeddings: true, eosIds: [2] });
    const types = tensors.map((tensor) => (isQuantized(tensor) ? tensor.parts.scales!.dtype : tensor.dtype));
    expect(new Set(types)).toEqual(new Set(["BF16", "bf16"]));
  });

  test("q3f16_1 of Qwen3: ten codes in a word, groups of 40, norms of heads", async () => {
    const { tensors, config: read } = await openWeights(memorySource(filesOf("q3f16_1-qwen3")));
    expect(read).toMatchObject({ headNorm: true, tiedEmbeddings: true, ropeTheta: 20_000 });
    const matrices = tensors.filter(isQuantized);
    expect(matrices).toHaveLength(15);
    for (const { scheme, cols, parts } of matrices) {
      expect(scheme).toMatchObject({ kind: "integers", packer: "mlc", bits: 3, perWord: 10, groups: { rows: 1, cols: 40 } });
      expect(parts.codes.shape[1]).toBe(4 * Math.ceil(cols / 40));
    }
    expect(tensors.filter(({ name }) => /[qk]_norm/.test(name))).toHaveLength(4);
  }); // prettier-ignore

  test("f32 as it is, where the record says so", async () => {
    const files = filesOf("q0f32");
    const shards = shardsOf(files);
    const last = shards.at(-1)!;
    const name = last.records.at(-1)!.name;
    const bytes = files.get(last.dataPath)!;
    const { shape, byteOffset, nbytes } = last.records.at(-1)!;
    const whole = new Uint8Array(bytes.length + nbytes);
    whole.set(bytes);
    files.set(last.dataPath, whole);
    relisted((all) => {
      all.at(-1)!.nbytes = whole.length;
      Object.assign(all.at(-1)!.records.at(-1)!, { format: "raw", nbytes: 2 * nbytes });
    })(files);
    const { tensors } = await openWeights(memorySource(files));
    const found = tensors.find((tensor) => tensor.name === name);
    expect(found).toMatchObject({ dtype: "f32", shape, start: byteOffset, end: byteOffset + 2 * nbytes });
  });

  test("Mistral: a window, and no end of the context", async () => {
    const files = filesOf("q4f16_1");
    configured({ model_type: "mistral" })(files);
    sized({ sliding_window_size: 32, context_window_size: -1 })(files);
    const { config: read } = await openWeights(memorySource(files));
    expect(read).toMatchObject({ window: 32, contextLength: 32 });
    sized({ sliding_window_size: -1, context_window_size: 64 })(files);
    const { config: wide } = await openWeights(memorySource(files));
    expect(wide).toMatchObject({ contextLength: 64 });
    expect(wide.window).toBeUndefined();
  });

  test("beside other weights they are one of those offered, and never llama2.c's", () => {
    const beside = (...paths: string[]) => weightFormats(memorySource(new Map(paths.map((path) => [path, new Uint8Array(8)])))); // prettier-ignore
    expect(beside("params_shard_0.bin").map(({ kind }) => kind)).toEqual(["mlc"]);
    expect(beside("params_shard_0.bin", "model.safetensors").map(({ kind }) => kind)).toEqual(["safetensors", "mlc"]);
    expect(beside("params_shard_0.bin", "stories.bin").map(({ kind }) => kind)).toEqual(["mlc", "llama2c"]);
  });
});

const norm = "model.norm.weight";
const scale = "model.layers.0.mlp.down_proj.q_scale";
const words = "model.layers.0.mlp.down_proj.q_weight";

describe("refused, naming file and field", () => {
  test.each<[string, string, string, RegExp, (files: Files) => unknown]>([
    ["no configuration", "format", config, /MLC's files and no mlc-chat-config.json/, (files) => files.delete(config)],
    ["no list", "format", "tensor-cache.json", /no tensor-cache.json or ndarray-cache.json/, (files) => files.delete("tensor-cache.json")],
    ["half a list", "format", "tensor-cache.json", /"tensor-cache.json".*JSON/, (files) => files.set("tensor-cache.json", files.get("tensor-cache.json")!.slice(0, 500))],
    ["a list without a tensor", "format", "tensor-cache.json", /no tensor "model.norm.weight"/, relisted((shards) => shards.forEach((shard) => { shard.records = shard.records.filter(({ name }) => name !== norm); }))],
    ["no records", "format", "tensor-cache.json", /"records": nothing; expected a list of objects/, (files) => spoilJson(files, "tensor-cache.json", () => ({}))],
    ["a missing shard", "format", "params_shard_1.bin", /names "params_shard_1.bin", which is not there/, (files) => files.delete("params_shard_1.bin")],
    ["a shard cut off", "format", "params_shard_1.bin", /has 100 bytes, and "tensor-cache.json" says \d+/, (files) => files.set("params_shard_1.bin", files.get("params_shard_1.bin")!.slice(0, 100))],
    ["a record outside its shard", "format", "tensor-cache.json", /byteOffset": \d+; expected at most \d+, so that "model.norm.weight" ends within "params_shard_\d+.bin"/, record(norm, ({ byteOffset }) => ({ byteOffset: byteOffset + 1e6 }))],
    ["records over each other", "format", "tensor-cache.json", /share bytes of "params_shard_\d+.bin"/, record(scale, ({ byteOffset }) => ({ byteOffset: byteOffset - 2 }))],
    ["bytes that the shape does not take", "format", "tensor-cache.json", /nbytes": 138; expected 140, as F16 \[70\] of "model.norm.weight" takes/, record(norm, () => ({ nbytes: 138 }))],
    ["no shape", "format", "tensor-cache.json", /records\[\d+\]\.records\[\d+\]\.shape": "70"; expected a list of lengths/, record(norm, () => ({ shape: "70" }))],
    ["a type that is not read", "model-unsupported", "tensor-cache.json", /dtype": "float8_e4m3fn".*uint32, float32, float16, bfloat16/, record(norm, () => ({ dtype: "float8_e4m3fn" }))],
    ["codes of another type", "format", "params_shard_", /down_proj.q_weight".*F32 \[\d+,12\].*U32 \[70,12\]/, record(words, () => ({ dtype: "float32", format: "raw" }))],
    ["another way of writing", "model-unsupported", "tensor-cache.json", /format": "zip"/, record(norm, () => ({ format: "zip" }))],
    ["another kind of shard", "model-unsupported", "tensor-cache.json", /records\[0\]\.format": "lz4"/, relisted(([shard]) => { shard.format = "lz4"; })],
    ["a matrix of another width", "format", "params_shard_", /down_proj.q_weight" in "params_shard_\d+.bin" does not fit/, record(words, () => ({ shape: [140, 6] }))],
    ["scales of another shape", "format", "params_shard_", /down_proj.q_scale" in "params_shard_\d+.bin" does not fit/, record(scale, () => ({ shape: [3, 70] }))],
    ["joined rows of another model", "format", "params_shard_", /qkv_proj.q_weight".*it has 90 rows; expected 80, those of q, k, v/, sized({ num_attention_heads: 6 })],
    ["sizes that don't agree", "format", config, /"model_config.num_key_value_heads": 2; expected a divisor/, sized({ num_key_value_heads: 2 })],
    ["no sizes", "format", config, /no field "model_config.hidden_size"/, sized({ hidden_size: null })],
    ["no model_config", "format", config, /no field "model_config"/, configured({ model_config: null })],
    ["no quantization", "format", config, /no field "quantization"; a name like q4f16_1/, configured({ quantization: null })],
    ["another family", "model-unsupported", config, /"model_type": "phi3".*Llama, Mistral, Qwen2 and Qwen3 run/, configured({ model_type: "phi3" })],
    ["ends that are no ids", "format", config, /"conv_template.stop_token_ids": \["x"\]/, configured({ conv_template: { stop_token_ids: ["x"] } })],
    ...["q4f16_0", "q3f16_0", "q4f16_ft", "q4f16_autoawq", "e4m3_e4m3_f16", "fp8_e4m3fn_bf16_block_scale"].map((name): [string, string, string, RegExp, (files: Files) => unknown] =>
      [name, "model-unsupported", config, new RegExp(`"quantization": "${name}".*Of MLC's quantizations .*q4f16_1.* work`), configured({ quantization: name })]),
  ])("%s", async (_, code, file, message, spoil) => {
    const files = filesOf("q4f16_1");
    await spoil(files);
    const error = await rejection(openWeights(memorySource(files)));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code, facts: { file: expect.stringContaining(file) } });
  });
}); // prettier-ignore
