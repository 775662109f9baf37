// GGUF: headers to the byte, split files, configuration, tensor names and tokenizer; and every way that a header can lie,
// each a named error before anything is allocated.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readGgufModel } from "../../../src/format/gguf-files.ts";
import { ggufConfig, ggufTensors } from "../../../src/format/gguf-model.ts";
import { ggufModels } from "../../../src/format/gguf-parts.ts";
import { ggufTokenizer } from "../../../src/format/gguf-tokenizer.ts";
import { readGgufHeader } from "../../../src/format/gguf.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { isQuantized } from "../../../src/format/quantized.ts";
import { folderSource, sharedData } from "../../support/local-folder.ts";
import { ByteWriter, madeGguf, type MadeTensor, type MadeValue } from "../../support/made-gguf.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const sourceOf = (bytes: Uint8Array, path = "m.gguf") => memorySource(new Map([[path, bytes]]), { label: "made" });
const read = (bytes: Uint8Array) => readGgufHeader(sourceOf(bytes), "m.gguf");

const llama: Record<string, MadeValue> = {
  "general.architecture": "llama",
  "llama.context_length": { u64: 64 },
  "llama.embedding_length": { u32: 256 },
  "llama.block_count": { u32: 1 },
  "llama.feed_forward_length": { u32: 512 },
  "llama.attention.head_count": { u32: 4 },
  "llama.attention.head_count_kv": { u32: 2 },
  "llama.attention.layer_norm_rms_epsilon": { f32: 1e-5 },
  "tokenizer.ggml.model": "llama",
  "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", "▁a"],
  "tokenizer.ggml.scores": [0, 0, 0, -1.5],
  "tokenizer.ggml.bos_token_id": { u32: 1 },
  "tokenizer.ggml.eos_token_id": { u32: 2 },
  "tokenizer.ggml.seperator_token_id": { u32: 0xffffffff },
  "tokenizer.ggml.unknown_token_id": { u32: 0xffffffff },
};

const tensors: MadeTensor[] = [
  { name: "token_embd.weight", type: "Q4_K", shape: [4, 256] },
  { name: "blk.0.attn_norm.weight", type: "F32", shape: [256] },
  { name: "blk.0.attn_q.weight", type: "Q4_K", shape: [256, 256] },
  { name: "blk.0.attn_k.weight", type: "F16", shape: [128, 256] },
  { name: "blk.0.attn_v.weight", type: "Q6_K", shape: [128, 256] },
  { name: "blk.0.attn_output.weight", type: "Q8_0", shape: [256, 256] },
  { name: "blk.0.ffn_norm.weight", type: "F32", shape: [256] },
  { name: "blk.0.ffn_gate.weight", type: "IQ4_XS", shape: [512, 256] },
  { name: "blk.0.ffn_up.weight", type: "Q5_1", shape: [512, 256] },
  { name: "blk.0.ffn_down.weight", type: "Q3_K", shape: [256, 512] },
  { name: "output_norm.weight", type: "F32", shape: [256] },
];

const factors = (length: number, value: number): MadeTensor => ({
  name: "rope_freqs.weight",
  type: "F32",
  shape: [length],
  bytes: new Uint8Array(new Float32Array(length).fill(value).buffer),
});

describe("a made file", () => {
  test.each([2, 3])("version %i: values, shapes, places", async (version) => {
    const bytes = madeGguf(llama, tensors, { version });
    const header = await read(bytes);
    expect(header.metadata.get("llama.context_length")).toBe(64);
    expect(header.metadata.get("tokenizer.ggml.tokens")).toEqual(["<unk>", "<s>", "</s>", "▁a"]);
    expect(header.tensors.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual(
      tensors.map(({ name, type, shape }) => ({ name, type, shape })),
    );
    expect(header.tensors.at(-1)!.end).toBe(bytes.length);
    for (const tensor of header.tensors) expect(tensor.start % 32).toBe(0);
  });

  test("another alignment", async () => {
    const bytes = madeGguf({ ...llama, "general.alignment": { u32: 128 } }, tensors, { alignment: 128 });
    const header = await read(bytes);
    for (const tensor of header.tensors) expect(tensor.start % 128).toBe(0);
  });

  test("a header longer than one piece is read to its end, and no byte of the data", async () => {
    const pieces = Array.from({ length: 150_000 }, (_, i) => `piece number ${i}`);
    const bytes = madeGguf({ "tokenizer.ggml.tokens": pieces }, [{ name: "a", type: "F32", shape: [2 ** 21] }]);
    const source = sourceOf(bytes);
    let furthest = 0;
    const watched = {
      ...source,
      read(path: string, start: number, end: number) {
        furthest = Math.max(furthest, end);
        return source.read(path, start, end);
      },
    };
    const header = await readGgufHeader(watched, "m.gguf");
    expect(header.metadata.get("tokenizer.ggml.tokens")).toEqual(pieces);
    expect(furthest).toBeLessThan(header.tensors[0].start + 2 ** 20);
  });

  test("a special token's id that is no whole number is none", async () => {
    const header = await read(madeGguf({ ...llama, "tokenizer.ggml.bos_token_id": { f32: 0.5 } }, tensors));
    expect(ggufConfig(header).bosId).toBeUndefined();
    expect(ggufTokenizer(header).bosId).toBeUndefined();
  });

  test("configuration, names, row order, tied embeddings", async () => {
    const header = await read(madeGguf(llama, tensors));
    const config = ggufConfig(header);
    expect(config).toEqual({
      dim: 256, hiddenDim: 512, layers: 1, heads: 4, kvHeads: 2, headDim: 64, vocabSize: 4, contextLength: 64,
      normEps: Math.fround(1e-5), ropeTheta: 10_000, ropeScaling: { kind: "none" }, tiedEmbeddings: true, bosId: 1,
      eosIds: [2],
    }); // prettier-ignore
    const found = ggufTensors(header, config);
    const q = found.find((tensor) => tensor.name === "model.layers.0.self_attn.q_proj.weight")!;
    expect(q).toMatchObject({ rows: 256, cols: 256, scheme: { kind: "ggml", type: "Q4_K" }, interleavedRopeHeads: 4 });
    const k = found.find((tensor) => tensor.name === "model.layers.0.self_attn.k_proj.weight")!;
    expect(k).toMatchObject({ dtype: "f16", shape: [128, 256], interleavedRopeHeads: 2 });
    expect(found.filter(isQuantized)).toHaveLength(7);
    expect(found.filter((tensor) => tensor.interleavedRopeHeads !== undefined)).toHaveLength(2);
  });

  test("a separate head; linear RoPE scaling; a head size of its own", async () => {
    const header = await read(
      madeGguf(
        {
          ...llama,
          "llama.rope.scaling.type": "linear",
          "llama.rope.scaling.factor": { f32: 4 },
          "llama.rope.freq_base": { f32: 500_000 },
          "llama.attention.key_length": { u32: 32 },
        },
        [...tensors, { name: "output.weight", type: "Q6_K", shape: [4, 256] }],
      ),
    );
    expect(ggufConfig(header)).toMatchObject({
      tiedEmbeddings: false, ropeScaling: { kind: "linear", factor: 4 }, ropeTheta: 500_000, headDim: 32,
    }); // prettier-ignore
  });

  test("Llama 3's frequencies are divided by the file's own factors", async () => {
    const { config, tensors: found } = await openWeights(sourceOf(madeGguf(llama, [...tensors, factors(32, 8)])));
    expect(config.ropeScaling).toEqual({ kind: "factors", factors: Array.from({ length: 32 }, () => 8) });
    expect(found).toHaveLength(tensors.length);
  });

  test("a window is attention's reach", async () => {
    const header = await read(madeGguf({ ...llama, "llama.attention.sliding_window": { u32: 16 } }, tensors));
    expect(ggufConfig(header).window).toBe(16);
  });

  const asQwen = (name: string) =>
    Object.fromEntries(
      Object.entries({ ...llama, "general.architecture": name }).map(([key, value]) => [
        key.replace(/^llama\./, `${name}.`),
        value,
      ]),
    );

  test("Qwen2: biases of q, k and v, rows in order", async () => {
    const rows = { q: 256, k: 128, v: 128 };
    const biases = Object.entries(rows).map(([part, length]): MadeTensor => ({
      name: `blk.0.attn_${part}.bias`,
      type: "F32",
      shape: [length],
    }));
    const header = await read(madeGguf(asQwen("qwen2"), [...tensors, ...biases]));
    const config = ggufConfig(header);
    expect(config.biases).toEqual(["q", "k", "v"]);
    const found = ggufTensors(header, config);
    expect(found.find((tensor) => tensor.name === "model.layers.0.self_attn.k_proj.bias")).toMatchObject({
      dtype: "f32",
      shape: [128],
    });
    expect(found.filter((tensor) => tensor.interleavedRopeHeads !== undefined)).toEqual([]);
    const without = await read(madeGguf(asQwen("qwen2"), tensors));
    expect(() => ggufTensors(without, ggufConfig(without))).toThrow(/self_attn\.q_proj\.bias/);
  });

  test("Llama with biases: those that the file has, in the order of their matrices' rows", async () => {
    const bias = (part: string, length: number): MadeTensor => ({
      name: `blk.0.${part}.bias`,
      type: "F32",
      shape: [length],
    });
    const biases = [bias("attn_q", 256), bias("attn_output", 256), bias("ffn_down", 256)];
    const header = await read(madeGguf(llama, [...tensors, ...biases]));
    const config = ggufConfig(header);
    expect(config.biases).toEqual(["q", "output", "down"]);
    const found = ggufTensors(header, config).filter(({ name }) => name.endsWith(".bias"));
    expect(found).toMatchObject([
      { name: "model.layers.0.self_attn.q_proj.bias", interleavedRopeHeads: 4 },
      { name: "model.layers.0.self_attn.o_proj.bias" },
      { name: "model.layers.0.mlp.down_proj.bias" },
    ]);
    const short = await read(madeGguf(llama, [...tensors, bias("attn_q", 255)]));
    expect(() => ggufTensors(short, ggufConfig(short))).toThrow(/attn_q\.bias.*\[255\]/);
  });

  test("Qwen3: heads of q and k are normed", async () => {
    const norms = ["q", "k"].map((part): MadeTensor => ({
      name: `blk.0.attn_${part}_norm.weight`,
      type: "F32",
      shape: [64],
    }));
    const header = await read(madeGguf(asQwen("qwen3"), [...tensors, ...norms]));
    const config = ggufConfig(header);
    expect(config).toMatchObject({ headNorm: true, headDim: 64 });
    expect(ggufTensors(header, config).map((tensor) => tensor.name)).toContain(
      "model.layers.0.self_attn.q_norm.weight",
    );
  });

  test("tokenizer and chat template", async () => {
    const header = await read(madeGguf({ ...llama, "tokenizer.chat_template": "{{ bos_token }}" }, tensors));
    expect(ggufTokenizer(header)).toMatchObject({
      model: "llama", pieces: ["<unk>", "<s>", "</s>", "▁a"], scores: [0, 0, 0, -1.5], bosId: 1, eosId: 2, unkId: undefined,
      addBos: true, addEos: false, spacePrefix: true, chatTemplate: "{{ bos_token }}",
    }); // prettier-ignore
  });

  test("split files are one model", async () => {
    const part = (n: number, some: MadeTensor[]) =>
      madeGguf(n === 0 ? { ...llama, "split.count": { u32: 2 } } : { "split.no": { u32: n } }, some);
    const files = new Map([
      ["llama-00001-of-00002.gguf", part(0, tensors.slice(0, 5))],
      ["llama-00002-of-00002.gguf", part(1, tensors.slice(5))],
      ["other.gguf", part(0, [])],
    ]);
    const source = memorySource(files);
    const models = ggufModels([...files.keys()]);
    expect(models).toEqual([["llama-00001-of-00002.gguf", "llama-00002-of-00002.gguf"], ["other.gguf"]]);
    const header = await readGgufModel(source, models[0]);
    expect(header.tensors.map((tensor) => tensor.name)).toEqual(tensors.map((tensor) => tensor.name));
    expect(ggufTensors(header, ggufConfig(header))).toHaveLength(tensors.length);
    const error = await rejection(readGgufModel(source, models[0].slice(0, 1)));
    expect(error).toMatchObject({ code: "format", facts: { file: "llama-00002-of-00002.gguf" } });
    files.set("llama-00002-of-00002.gguf", files.get("llama-00001-of-00002.gguf")!);
    expect((await rejection(readGgufModel(memorySource(files), models[0]))).message).toMatch(/another part/);
  });
});

describe("NVFP4 with a factor", () => {
  const matrices = tensors.map((tensor) => (tensor.name === "blk.0.attn_q.weight" ? { ...tensor, type: "NVFP4" as const } : tensor)); // prettier-ignore
  const factor = (name: string, shape = [1]) => ({ name, type: "F32", shape }) as const;
  const found = async (...more: MadeTensor[]) => {
    const header = await read(madeGguf(llama, [...matrices, ...more]));
    return ggufTensors(header, ggufConfig(header)).find(({ name }) => name.includes("q_proj"));
  };
  test.each(["blk.0.attn_q.scale", "blk.0.attn_q.weight.scale"])("%s is a part, and what is for inputs is not", async (name) => {
    const input = factor("blk.0.attn_q.input_scale");
    expect(await found(factor(name), input)).toMatchObject({ scheme: { kind: "ggml", type: "NVFP4" }, parts: { factor: { name } } });
    expect(await found(input)).toMatchObject({ parts: { codes: {} } });
    expect(await found(input)).not.toHaveProperty("parts.factor");
  });
  test("more than one number is refused", async () => {
    const error = await rejection(found(factor("blk.0.attn_q.scale", [2])));
    expect(error).toMatchObject({ code: "format", facts: { field: "blk.0.attn_q.scale" } });
  });
}); // prettier-ignore

test("i-quants are grids", async () => {
  const types: Record<string, "IQ3_S" | "IQ1_M"> = { "blk.0.ffn_up.weight": "IQ3_S", "blk.0.ffn_down.weight": "IQ1_M" };
  const header = await read(madeGguf(llama, tensors.map((tensor) => ({ ...tensor, type: types[tensor.name] ?? tensor.type })))); // prettier-ignore
  const schemes = ggufTensors(header, ggufConfig(header)).flatMap((tensor) =>
    isQuantized(tensor) ? tensor.scheme : [],
  );
  expect(schemes).toContainEqual({ kind: "grid", type: "IQ3_S" });
  expect(schemes).toContainEqual({ kind: "grid", type: "IQ1_M" });
});

describe("refused", () => {
  const head = (version: number, tensorCount: number, pairs: number) =>
    new ByteWriter().u32(0x46554747).u32(version).u64(tensorCount).u64(pairs);
  const one = (tensor: Partial<MadeTensor>) => madeGguf({}, [{ name: "t", type: "F32", shape: [8], ...tensor }]);
  const cases: [string, Uint8Array, string, RegExp][] = [
    ["an empty file", new Uint8Array(0), "integrity", /header would end at byte 24/],
    ["another magic", new Uint8Array(64), "format", /begin with "GGUF"/],
    ["version 1", head(1, 0, 0).done(), "model-unsupported", /version 1/],
    ["big-endian", head(0x03000000, 0, 0).done(), "model-unsupported", /big-endian/],
    ["version 4", head(4, 0, 0).done(), "model-unsupported", /version 4/],
    ["a count of tensors that would take gigabytes", head(3, 2 ** 40, 0).pad(4096).done(), "format", /number of tensors/],
    ["more tensors than any model has", head(3, 70_000, 0).pad(2 ** 21).done(), "format", /is 70000; no model has more/],
    ["a count of metadata likewise", head(3, 0, 2 ** 50).pad(4096).done(), "format", /number of metadata/],
    ["a key longer than the file", head(3, 0, 1).u64(2 ** 40).pad(4096).done(), "format", /length of a metadata key/],
    ["a text longer than the file", head(3, 0, 1).text("k").u32(8).u64(2 ** 33).pad(4096).done(), "format", /length of a k/],
    ["an array likewise", head(3, 0, 1).text("k").u32(9).u32(4).u64(2 ** 60).pad(64).done(), "format", /length of "k"/],
    ["an array of arrays", head(3, 0, 1).text("k").u32(9).u32(9).u64(1).pad(64).done(), "format", /array of the type 9/],
    ["an unknown value type", head(3, 0, 1).text("k").u32(13).pad(64).done(), "format", /unknown type 13/],
    ["a key twice", head(3, 0, 2).text("k").u32(4).u32(1).text("k").u32(4).u32(1).done(), "format", /there twice/],
    ["a header cut short", madeGguf(llama, tensors).slice(0, 300), "integrity", /would end at byte/],
    ["an alignment of 0", madeGguf({ "general.alignment": { u32: 0 } }, []), "format", /alignment is 0/],
    ["a type that is not read", one({ type: 15 }), "model-unsupported", /Q8_K.*Take a Q4_K_M/],
    ["the last type that was given out, of another's block", one({ type: 42 }), "format", /number of Q2_0 blocks/],
    ["a fork's type", one({ type: 142 }), "model-unsupported", /PQ2_0 of Prism's fork/],
    ["a withdrawn type", one({ type: 31 }), "model-unsupported", /Q4_0_4_4 \(withdrawn\)/],
    ["a type that nobody knows", one({ type: 99 }), "model-unsupported", /number 99/],
    ["five dimensions", one({ shape: [1, 1, 1, 1, 8] }), "format", /5 dimensions/],
    ["no dimension", one({ shape: [] }), "format", /0 dimensions/],
    ["a dimension of 0", one({ shape: [0, 8] }), "format", /no whole number/],
    ["dimensions whose product is over 2^53", one({ shape: [2 ** 30, 2 ** 30], bytes: new Uint8Array(8) }), "format", /no whole number/],
    ["a row of half a block", one({ type: "Q4_K", shape: [2, 128], bytes: new Uint8Array(144) }), "format", /Q4_K blocks/],
    ["data beyond the file", one({ offset: 2 ** 20 }), "integrity", /ends at byte/],
    ["a tensor twice", madeGguf({}, [0, 1].map(() => ({ name: "t", type: "F32" as const, shape: [8] }))), "format", /"t" is there twice/],
    ["overlapping tensors", madeGguf({}, [0, 1].map((i) => ({ name: `t${i}`, type: "F32" as const, shape: [8], offset: 0 }))), "format", /overlaps/],
  ]; // prettier-ignore
  test.each(cases)("%s", async (_, bytes, code, message) => {
    const error = await rejection(read(bytes));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code, facts: { file: "m.gguf" } });
  });

  const model = async (metadata: Record<string, MadeValue>, some = tensors) => {
    const header = await read(madeGguf({ ...llama, ...metadata }, some));
    return ggufTensors(header, ggufConfig(header));
  };
  const open = (metadata: Record<string, MadeValue>, some: MadeTensor[]) =>
    openWeights(sourceOf(madeGguf({ ...llama, ...metadata }, some)));
  const models: [string, () => Promise<unknown>, string, RegExp][] = [
    ["another architecture", () => model({ "general.architecture": "falcon" }), "model-unsupported", /falcon/],
    ["an adapter", () => model({ "general.type": "adapter" }), "model-unsupported", /"general.type": "adapter"/],
    ["experts", () => model({ "llama.expert_count": { u32: 8 } }), "model-unsupported", /experts/],
    ["yarn", () => model({ "llama.rope.scaling.type": "yarn" }), "model-unsupported", /yarn/],
    ["half-turned heads", () => model({ "llama.rope.dimension_count": { u32: 32 } }), "model-unsupported", /rope.dimension/],
    ["a table of frequencies that is not Llama 3's", () => model({}, [...tensors, { name: "rope_factors_long.weight", type: "F32", shape: [32] }]), "model-unsupported", /rope_factors_long/],
    ["Llama 3's of another size", () => open({}, [...tensors, factors(16, 1)]), "format", /expected 32 factors/],
    ["Llama 3's in halves", () => open({}, [...tensors, { name: "rope_freqs.weight", type: "F16", shape: [32] }]), "format", /F16 \[32\]; expected a vector of F32/],
    ["Llama 3's of nothing", () => open({}, [...tensors, factors(32, 0)]), "format", /not over 0/],
    ["Llama 3's with another scaling", () => open({ "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": { f32: 2 } }, [...tensors, factors(32, 1)]), "model-unsupported", /rope_freqs alone/],
    ["a tensor of another graph", () => model({}, [...tensors, { name: "blk.0.attn_sinks.weight", type: "F32", shape: [4] }]), "model-unsupported", /attn_sinks/],
    ["a missing tensor", () => model({}, tensors.slice(0, -1)), "format", /model\.norm\.weight/],
    ["more layers than tensors", () => model({ "llama.block_count": { u32: 1000 } }), "format", /block_count": 1000; expected at most 11/],
    ["a million layers", () => model({ "llama.block_count": { u32: 2 ** 20 } }), "format", /block_count": 1048576; expected .* to 1024/],
    ["a width that no model has", () => model({ "llama.embedding_length": { u32: 2 ** 24 } }), "format", /embedding_length/],
    ["a table of frequencies longer than any head", () => open({}, [...tensors, { name: "rope_freqs.weight", type: "F32", shape: [2 ** 20] }]), "format", /at most 512/],
    ["another shape", () => model({ "llama.feed_forward_length": { u32: 256 } }), "format", /has shape \[512,256\]/],
    ["a quantized norm", () => model({}, [...tensors.slice(0, -1), { name: "output_norm.weight", type: "Q8_0", shape: [256] }]), "model-unsupported", /vector/],
    ["scores of another length", async () => ggufTokenizer(await read(madeGguf({ ...llama, "tokenizer.ggml.scores": [1] }, []))), "format", /scores/],
    ["another tokenizer", async () => ggufTokenizer(await read(madeGguf({ ...llama, "tokenizer.ggml.model": "t5" }, []))), "model-unsupported", /t5/],
  ]; // prettier-ignore
  test.each(models)("%s", async (_, make, code, message) => {
    const error = await rejection(make());
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });
});

const folder = sharedData("e2e/tiny256-gguf");
describe.skipIf(!folder)("real files", () => {
  test.each(["Q2_K", "Q4_0", "Q4_K_M", "Q5_K_M", "Q8_0"])("tiny256.%s", async (kind) => {
    const header = await readGgufModel(folderSource(folder!), [`tiny256.${kind}.gguf`]);
    const config = ggufConfig(header);
    expect(config).toMatchObject({ dim: 256, layers: 5, heads: 32, kvHeads: 16, headDim: 8, vocabSize: 512 });
    expect(ggufTensors(header, config)).toHaveLength(5 * 9 + 3);
    const tokenizer = ggufTokenizer(header);
    expect(tokenizer.pieces).toHaveLength(512);
    expect(tokenizer).toMatchObject({ model: "llama", bosId: 1, eosId: 2, unkId: 0, addBos: true });
  });

  test("a published file, and a vocabulary alone", async () => {
    const path = sharedData("models/stories260K/stories260Ktok512.gguf")!;
    const header = await read(new Uint8Array(readFileSync(path)));
    expect(ggufTensors(header, ggufConfig(header)).length).toBeGreaterThan(40);
    const vocabulary = await read(
      new Uint8Array(readFileSync(sharedData("tokenizer/llama_cpp_vectors/ggml-vocab-llama-spm.gguf")!)),
    );
    expect(ggufTokenizer(vocabulary).pieces).toHaveLength(32_000);
    expect(vocabulary.tensors).toHaveLength(0);
  });
});
