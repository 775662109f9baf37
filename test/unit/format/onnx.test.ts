// ONNX files: which initializers are whose, by nodes' and initializers' names; joined matrices; external data; which of several
// files is taken; what is refused. That the numbers are right is for golden.test.ts.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { readOnnxFile } from "../../../src/format/onnx-file.ts";
import { isQuantized } from "../../../src/format/quantized.ts";
import { weightFormats } from "../../../src/format/weight-formats.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeCheckpoint } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import {
  field,
  onnxFile,
  spoilOnnx,
  takeOnnx,
  type WrittenGraph,
  type WrittenTensor,
} from "../../support/onnx-writer.ts";
import { rejection } from "../../support/rejection.ts";
import { type Files, spoilJson } from "../../support/spoiled.ts";

const filesOf = (name: string): Files =>
  new Map([...folderFiles(join(import.meta.dirname, `../../fixtures/quant-onnx-${name}`))].filter(([path]) => !/golden/.test(path))); // prettier-ignore

const qkv = "model.layers.0.attn.qkv_proj.MatMul.weight";
const opened = async (files: Files) => {
  const { config, tensors } = await openWeights(memorySource(files));
  return { config, tensors, of: (name: string) => tensors.find((tensor) => tensor.name === name)! };
};

describe("read", () => {
  test("optimum's names: matrices by their nodes, numbers within the file", async () => {
    const files = filesOf("q4");
    const { format, offered, matrices, tensors } = await readCheckpoint(memorySource(files));
    expect(format).toEqual({ kind: "onnx", id: "model_q4.onnx", files: ["model_q4.onnx"] });
    expect(offered).toEqual(["model_q4.onnx"]);
    expect(matrices).toHaveLength(8);
    expect(tensors.map(({ name, dtype }) => `${name} ${dtype}`).toSorted()).toEqual(
      ["embed_tokens", "layers.0.input_layernorm", "layers.0.post_attention_layernorm", "norm"].map((name) => `model.${name}.weight f32`),
    );
    expect(matrices.find(({ name }) => name.endsWith("down_proj.weight"))).toMatchObject({
      rows: 64, cols: 80, scheme: { kind: "integers", packer: "onnx", bits: 4, groups: { rows: 1, cols: 32 } },
      parts: { codes: { dtype: "U8", shape: [64, 48] }, scales: { dtype: "F32", shape: [64, 3] } },
    });
  }); // prettier-ignore

  test("the builder's names: q, k and v follow each other in one matrix, in external data", async () => {
    const files = filesOf("genai-int4");
    const { tensors } = await takeOnnx(files, "model.onnx");
    const whole = tensors.find(({ name }) => name === `${qkv}_scales`)!;
    const { of } = await opened(files);
    const parts = ["q", "k", "v"].map((role) => {
      const matrix = of(`model.layers.0.self_attn.${role}_proj.weight`);
      if (!isQuantized(matrix)) throw new Error(matrix.name);
      return matrix.parts.scales!;
    });
    expect(parts.map(({ shape, file }) => [file, ...shape])).toEqual([64, 32, 32].map((rows) => ["model.onnx.data", rows, 2])); // prettier-ignore
    expect(parts[0].start).toBe(Number(whole.external!.offset));
    expect(parts.slice(1).map(({ start }) => start)).toEqual(parts.slice(0, -1).map(({ end }) => end));
    expect(parts[2].end - parts[0].start).toBe(Number(whole.external!.length));
  });

  test("a head that is the embedding: once, whatever config.json says", async () => {
    const files = filesOf("genai-int4-tied");
    spoilJson(files, "config.json", (fields) => ({ ...fields, tie_word_embeddings: false }));
    const { config, tensors, of } = await opened(files);
    expect(config.tiedEmbeddings).toBe(true);
    expect(tensors.some(({ name }) => name === "lm_head.weight")).toBe(false);
    expect(of("model.embed_tokens.weight")).toMatchObject({ scheme: { packer: "onnx", bits: 4 } });
  });

  test("a head that is the embedding turned; biases; halves", async () => {
    const { config, tensors, of } = await opened(filesOf("q4f16-data"));
    expect(config).toMatchObject({ tiedEmbeddings: true, biases: ["q", "k", "v"] });
    expect(tensors.some(({ name }) => name === "lm_head.weight")).toBe(false);
    expect(of("model.embed_tokens.weight")).toMatchObject({
      dtype: "f16",
      shape: [67, 64],
      file: "model_q4f16.onnx_data",
    });
    expect(of("model.layers.0.self_attn.k_proj.bias")).toMatchObject({ dtype: "f16", shape: [32], file: "model_q4f16.onnx" }); // prettier-ignore
    expect(of("model.layers.0.mlp.up_proj.weight")).toMatchObject({ parts: { scales: { dtype: "F16" } } });
  });

  test("a head of its own, whatever config.json says", async () => {
    const files = filesOf("q4");
    spoilJson(files, "config.json", (fields) => ({ ...fields, tie_word_embeddings: true }));
    const { config, of } = await opened(files);
    expect(config.tiedEmbeddings).toBe(false);
    expect(of("lm_head.weight")).toMatchObject({ rows: 67, scheme: { packer: "onnx" } });
  });

  test.each([
    [{ dtype: 21 }, { zero: 0 }, "U4"],
    [{ dtype: 22 }, {}, "I4"],
  ])("an embedding of numbers of four bits: %j", async ({ dtype }, zero, type) => {
    const files = filesOf("q4-zeros");
    await spoilOnnx(files, (graph) => {
      const node = graph.nodes.find(({ op }) => op === "GatherBlockQuantized")!;
      node.inputs.length = 3;
      const codes = named(graph, node.inputs[0]);
      Object.assign(codes, { type: dtype, shape: [67, 64] });
      expect(codes.bytes).toHaveLength((67 * 64) / 2);
    });
    const { of } = await opened(files);
    const { scheme, parts } = of("model.embed_tokens.weight") as never as { scheme: object; parts: { codes: object } };
    expect(scheme).toEqual({ kind: "integers", packer: "onnx", bits: 4, groups: { rows: 1, cols: 32 }, ...zero });
    expect(parts.codes).toMatchObject({ dtype: type, shape: [67, 64] });
  });

  test("scales in one list, as older files have them; zero points as numbers of the scales' type", async () => {
    const files = filesOf("q8-zeros");
    await spoilOnnx(files, (graph) => {
      const node = graph.nodes.find(({ name }) => name.startsWith("/lm_head"))!;
      named(graph, node.inputs[2]).shape = [67 * 2];
      Object.assign(named(graph, node.inputs[3]), { type: 1, shape: [67, 2], bytes: new Uint8Array(67 * 2 * 4) });
    });
    expect((await opened(files)).of("lm_head.weight")).toMatchObject({
      parts: { scales: { shape: [67, 2] }, zeros: { dtype: "F32", shape: [67, 2] } },
    });
  });

  test("bytes: a zero point that is a number of protobuf's, of the embedding alone", async () => {
    const { of } = await opened(filesOf("int8"));
    const embedding = of("model.embed_tokens.weight");
    expect(embedding).toMatchObject({ scheme: { kind: "integers", bits: 8, groups: { rows: 67, cols: 64 } }, parts: { codes: { dtype: "U8", shape: [67, 64] } } });
    if (!isQuantized(embedding) || embedding.scheme.kind !== "integers") throw new Error(embedding.name);
    expect(embedding.scheme.zero).toBeGreaterThan(100);
    expect(embedding.scheme.zero).not.toBe(128);
    expect(of("model.layers.0.mlp.down_proj.weight")).toMatchObject({
      rows: 64, cols: 80, scheme: { kind: "turned", bits: 8, zero: 128, groups: { rows: 64, cols: 80 } },
      parts: { codes: { dtype: "I8", shape: [80, 64] }, scales: { dtype: "F32", shape: [] } },
    });
  }); // prettier-ignore

  test("bytes with a scale and a zero point for each output; plain numbers", async () => {
    const { of } = await opened(filesOf("int8-channels"));
    const down = of("model.layers.0.mlp.down_proj.weight");
    expect(down).toMatchObject({ scheme: { kind: "turned", bits: 8, groups: { rows: 1, cols: 96 } }, parts: { zeros: { dtype: "I8", shape: [64] } } }); // prettier-ignore
    expect("scheme" in down && down.scheme).not.toHaveProperty("zero");
    expect((await opened(filesOf("fp16"))).of("lm_head.weight")).toMatchObject({
      rows: 67, scheme: { kind: "turned", bits: 16 }, parts: { codes: { dtype: "F16", shape: [64, 67] } },
    }); // prettier-ignore
  });

  test("layers that are alike are asked for at once", async () => {
    const large = 2 ** 14;
    const tensors = Array.from({ length: 120 }, (_, i) => ({ name: `layer.${i}`, type: 1, shape: [large, 1 + (i % 3)], bytes: new Uint8Array(4 * large * (1 + (i % 3))) })); // prettier-ignore
    const files = new Map([["model.onnx", onnxFile({ nodes: [], tensors })]]);
    const source = memorySource(files);
    let [waits, underWay] = [0, 0];
    const read = async (path: string, start: number, end: number) => {
      if (underWay++ === 0) waits++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return source.read(path, start, end);
    };
    const graph = await readOnnxFile({ ...source, read }, "model.onnx");
    expect([...graph.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
    for (const { place, shape } of graph.tensors.values())
      expect(place!.end - place!.start).toBe(4 * shape[0] * shape[1]);
    expect(waits).toBeLessThan(60); // of 120 places
  });

  test("reads little of a file that has much between its fields", async () => {
    const large = 3 * 2 ** 20;
    const files = filesOf("q4");
    await spoilOnnx(files, ({ tensors }) => {
      for (let i = 0; i < 4; i++) tensors.splice(3 * i, 0, { name: `table${i}`, type: 1, shape: [large], bytes: new Uint8Array(4 * large) }); // prettier-ignore
    });
    let read = 0;
    const source = memorySource(files);
    const watched = { ...source, read: (path: string, start: number, end: number) => ((read += end - start), source.read(path, start, end)) }; // prettier-ignore
    await openWeights(watched);
    expect(read).toBeLessThan(2 ** 20);
  });
});

describe("which of several", () => {
  const formats = (...paths: string[]) => weightFormats(memorySource(new Map(paths.map((path) => [path, new Uint8Array(8)])))).map(({ id }) => id); // prettier-ignore
  const published = ["fp16", "int8", "q4", "q4f16", "uint8", "bnb4", "quantized"].map(
    (end) => `onnx/model_${end}.onnx`,
  );

  test("four bits first, those with the smaller scales before all", () => {
    expect(formats("onnx/model.onnx", ...published).slice(0, 2)).toEqual(["onnx/model_q4f16.onnx", "onnx/model_q4.onnx"]); // prettier-ignore
    expect(weightFormats(memorySource(new Map(["onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1", "onnx/model.onnx.data"].map((path) => [path, new Uint8Array(8)]))))).toEqual([
      { kind: "onnx", id: "onnx/model_q4.onnx", files: ["onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1"] },
    ]); // prettier-ignore
  });

  test("none where there is anything else", () => {
    for (const other of ["model.safetensors", "model.Q4_K_M.gguf", "pytorch_model.bin", "params_shard_0.bin"])
      expect(formats(other, ...published)).not.toContain("onnx/model_q4.onnx");
  });

  test("in the folder onnx/, with the configuration above", async () => {
    const files = filesOf("genai-int4");
    for (const path of ["model.onnx", "model.onnx.data"]) {
      files.set(`onnx/${path}`, files.get(path)!);
      files.delete(path);
    }
    const { format, matrices } = await readCheckpoint(memorySource(files));
    expect(format.files).toEqual(["onnx/model.onnx", "onnx/model.onnx.data"]);
    expect(matrices[0].parts.codes.file).toBe("onnx/model.onnx.data");
  });
});

const named = (graph: WrittenGraph, name: string): WrittenTensor =>
  graph.tensors.find((tensor) => tensor.name === name)!;
const graphed = (change: (graph: WrittenGraph) => unknown) => (files: Files) => spoilOnnx(files, change);
const node = (start: string, change: (node: WrittenGraph["nodes"][number], graph: WrittenGraph) => unknown) =>
  graphed((graph) =>
    change(
      graph.nodes.find(({ name }) => name.startsWith(start))!,
      graph,
    ),
  );
const configured = (fields: object) => (files: Files) => spoilJson(files, "config.json", (own) => ({ ...own, ...fields })); // prettier-ignore
const down = "/model/layers.0/mlp/down_proj";
const downWeight = "model.layers.0.mlp.down_proj.MatMul.weight_Q4";

describe("refused, naming file and node or tensor", () => {
  test.each<[string, string, RegExp, (files: Files) => unknown]>([
    ["no configuration", "format", /no config.json/, (files) => files.delete("config.json")],
    ["no ONNX file", "format", /not a whole, valid ONNX file: .*goes beyond/, (files) => files.set("model.onnx", new TextEncoder().encode("version https://"))],
    ["an empty file", "format", /it has no graph/, (files) => files.set("model.onnx", new Uint8Array(0))],
    ["half a file", "format", /valid ONNX file/, (files) => files.set("model.onnx", files.get("model.onnx")!.slice(0, 5000))],
    ["a pointer", "format", /Git LFS pointer/, (files) => files.set("model.onnx", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"))],
    ["no external data", "format", /numbers of ".*" in "model.onnx.data", which is not there/, (files) => files.delete("model.onnx.data")],
    ["external data cut off", "format", /bytes from byte \d+ of "model.onnx.data", which has 3000/, (files) => files.set("model.onnx.data", files.get("model.onnx.data")!.slice(0, 3000))],
    ["external data elsewhere", "format", /in "\.\.\/model.onnx.data", which is not there/, graphed(({ tensors }) => { tensors[0].external!.location = "../model.onnx.data"; })],
    ["fewer bytes than the shape", "format", /"lm_head.MatMul.weight_Q4" has 2144 bytes from byte .* expected 2145 bytes/, graphed((graph) => { named(graph, "lm_head.MatMul.weight_Q4").shape = [2145]; })],
    ["a name twice", "format", /has "lm_head.MatMul.weight_Q4" twice/, graphed((graph) => graph.tensors.push(named(graph, "lm_head.MatMul.weight_Q4")))],
    ["another activation", "model-unsupported", /a node Gelu at ".*Sigmoid/, graphed(({ nodes }) => { nodes.find(({ op }) => op === "Sigmoid")!.op = "Gelu"; })],
    ["experts", "model-unsupported", /a node QMoE/, node(down, (own) => { own.op = "QMoE"; })],
    ["two graphs in one", "model-unsupported", /a node If/, graphed(({ nodes }) => nodes.push({ name: "optimum::if", op: "If", inputs: [], outputs: ["x"], attributes: new Map() }))],
    ["a product of its own", "model-unsupported", /a product with "other" at "\/adapter"/, node(down, (own, graph) => { own.name = "/adapter"; own.inputs[1] = "other"; graph.tensors.push({ ...named(graph, downWeight), name: "other" }); })],
    ["pairs that RoPE turns", "model-unsupported", /rotary_interleaved 1/, node("/model/layers.0/attn/GroupQueryAttention", (own) => own.attributes.set("rotary_interleaved", 1))],
    ["capped scores", "model-unsupported", /softcap 30/, node("/model/layers.0/attn/GroupQueryAttention", (own) => own.attributes.set("softcap", 30))],
    ["other heads", "format", /has 8 and 2 heads, and config.json 4 and 2 heads/, node("/model/layers.0/attn/GroupQueryAttention", (own) => own.attributes.set("num_heads", 8))],
    ["a window of its own", "format", /a window of 16, and config.json/, node("/model/layers.0/attn/GroupQueryAttention", (own) => own.attributes.set("local_window_size", 16))],
    ["act-order", "model-unsupported", /an order of inputs \(g_idx\)/, node(down, (own) => { own.inputs[3] = ""; own.inputs[4] = own.inputs[2]; })],
    ["scales that are computed", "model-unsupported", /scales that are computed/, node(down, (own) => { own.inputs[2] = "other"; })],
    ["weights that are computed", "model-unsupported", /weights that are computed \("other"\)/, node(down, (own) => { own.inputs[1] = "other"; })],
    ["inputs as rows of another number", "format", /down_proj.qweight" in "model.onnx.data" does not fit.*it is F32 \[64,3\].*\[80,64\]/, node(down, (own) => { own.op = "MatMul"; own.inputs[1] = own.inputs[2]; })],
    ["matrices side by side", "model-unsupported", /qkv_proj.MatMul.weight_scales" in "model.onnx" is 3 matrices side by side/, node("/model/layers.0/attn/qkv_proj", (own) => { own.op = "MatMul"; own.inputs[1] = own.inputs[2]; })],
    ["bytes that nothing scales", "model-unsupported", /bytes \("model.layers.0.mlp.down_proj.MatMul.weight_Q4"\) and no DequantizeLinear/, node(down, (own) => { own.op = "MatMul"; })],
    ["bytes without a scale of their name", "model-unsupported", /and no scale of that name/, node(down, (own) => { own.op = "MatMulInteger"; })],
    ["three bits", "format", /it has 3 bits a weight/, node(down, (own) => own.attributes.set("bits", 3))],
    ["blocks of eight", "format", /its blocks are of 8; expected blocks of a multiple of 16/, node(down, (own) => own.attributes.set("block_size", 8))],
    ["blocks of another size", "format", /its rows have 96 codes; expected 80, or 2 blocks of 64/, node(down, (own) => own.attributes.set("block_size", 64))],
    ["bytes that two share", "model-unsupported", /share bytes of "model.onnx.data"/, graphed((graph) => { const [a, b] = ["gate", "up"].map((role) => named(graph, `model.layers.0.mlp.${role}_proj.MatMul.weight_scales`)); a.external = b.external; })],
    ["a bias that the model does not have", "model-unsupported", /has "model.layers.0.attn.q_proj.Add.bias", and by config.json the model has no/, graphed(({ tensors }) => tensors.push({ name: "model.layers.0.attn.q_proj.Add.bias", type: 1, shape: [64], bytes: new Uint8Array(256) }))],
    ["a matrix missing", "format", /no tensor "lm_head.weight"/, graphed((graph) => { graph.nodes = graph.nodes.filter(({ name }) => !name.startsWith("/lm_head")); })],
    ["another model's sizes", "format", /qkv_proj.MatMul.weight_Q4" in "model.onnx.data" does not fit.*expected 96 rows, those of/, (files) => { configured({ num_attention_heads: 2 })(files); return node("/model/layers.0/attn/GroupQueryAttention", (own) => own.attributes.set("num_heads", 2))(files); }],
    ["another family", "model-unsupported", /"model_type": "gpt_neox"/, configured({ model_type: "gpt_neox" })],
    ["numbers that are no range of bytes", "model-unsupported", /numbers in a way or type/, graphed((graph) => Object.assign(named(graph, "model.layers.0.input_layernorm.weight"), { type: 11, external: undefined, bytes: new Uint8Array(512) }))],
    ["a part of the graph that is large", "model-unsupported", /bytes in a part of its graph at byte/, (files) => files.set("model.onnx", field(7, field(1, new Uint8Array(2 ** 20 + 1))))],
  ])("%s", async (_, code, message, spoil) => {
    const files = filesOf("genai-int4");
    await spoil(files);
    const error = await rejection(openWeights(memorySource(files)));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.message.length).toBeLessThanOrEqual(400);
  });

  test("zero points of 128 and more, which take two bytes of the file each", async () => {
    const files = filesOf("int8-channels");
    await spoilOnnx(files, (graph) => {
      const own = graph.nodes.find(({ op, name }) => op === "MatMulInteger" && name.startsWith(down))!;
      Object.assign(named(graph, own.inputs[1]), { type: 2 });
      Object.assign(named(graph, own.inputs[3]), { type: 2, field: 5, bytes: Uint8Array.from({ length: 128 }, (_, i) => (i % 2 ? 1 : 131)) });
    });
    expect((await rejection(openWeights(memorySource(files)))).message).toMatch(/zero_point" in "model_int8.onnx" has its numbers in a way/);
  });

  test("zero points where inputs fill no chunk", async () => {
    const files = filesOf("q4");
    await spoilOnnx(files, (graph) => {
      const own = graph.nodes.find(({ name }) => name.startsWith(down))!;
      own.inputs[3] = "zeros";
      graph.tensors.push({ name: "zeros", type: 2, shape: [64, 2], bytes: new Uint8Array(128) });
    });
    const error = await rejection(openWeights(memorySource(files)));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { expected: "multiples of 32", found: 80 } });
  });
}); // prettier-ignore

test("a file without a model is told from one that is no ONNX file", async () => {
  const files = madeCheckpoint();
  files.delete("model.safetensors");
  files.set("model.onnx", onnxFile({ nodes: [], tensors: [] }));
  expect((await rejection(openWeights(memorySource(files)))).message).toMatch(/model.onnx has no tensor "model.embed_tokens.weight"/);
}); // prettier-ignore
