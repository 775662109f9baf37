// The folder made up for WebLLM: complete by the library's own list, and the same matrices that pronk is given.

import { describe, expect, test } from "vitest";
import { randomRows } from "../../../src/bench/random-rows.ts";
import { benchShapes } from "../../../src/bench/shapes.ts";
import { storedRowBytes } from "../../../src/quant/layout.ts";
import { dequantizeRows } from "../../../src/quant/rows.ts";
import { mlcModel } from "../../../tools/peers/mlc-model.ts";

const config = { ...benchShapes.tiny, layers: 1 };
const { dim, hiddenDim, heads, kvHeads, headDim } = config;
const qkvRows = (heads + 2 * kvHeads) * headDim;

/** What a compiled library says about itself, among bytes that mean nothing here. */
function library(quantization: string, qkv = qkvRows): Uint8Array {
  const matrix = (name: string, rows: number | string, cols: number) => [
    { name: `${name}.q_weight`, shape: [rows, cols / 8], dtype: "uint32" },
    { name: `${name}.q_scale`, shape: [rows, cols / 32], dtype: "float32" },
  ];
  const layer = "model.layers.0";
  const params = [
    ...matrix("model.embed_tokens", "vocab_size", dim),
    ...matrix(`${layer}.self_attn.qkv_proj`, qkv, dim),
    ...matrix(`${layer}.mlp.gate_up_proj`, 2 * hiddenDim, dim),
    ...matrix(`${layer}.mlp.down_proj`, dim, hiddenDim),
    { name: "model.norm.weight", shape: [dim], dtype: "float32" },
  ];
  const about = {
    model_type: "llama",
    quantization,
    context_window_size: 64,
    prefill_chunk_size: 64,
    note: "a } in text",
  };
  return new TextEncoder().encode(`\0asm...${JSON.stringify({ ...about, params })}...`);
}

interface ShardRecord {
  name: string;
  shape: number[];
  dtype: string;
  nbytes: number;
  byteOffset: number;
}

function readParameter(model: ReturnType<typeof mlcModel>, name: string): { bytes: DataView; record: ShardRecord } {
  const manifest = JSON.parse(new TextDecoder().decode(model.file("ndarray-cache.json"))) as {
    records: { dataPath: string; nbytes: number; records: ShardRecord[] }[];
  };
  for (const { dataPath, nbytes, records } of manifest.records) {
    const record = records.find((one) => one.name === name);
    if (!record) continue;
    const shard = model.file(dataPath)!;
    expect(shard.length).toBe(nbytes);
    return { bytes: new DataView(shard.buffer, record.byteOffset, record.nbytes), record };
  }
  throw new Error(`no ${name}`);
}

/** As WebLLM reads it: w = (nibble - 7) * scale, scales being the upper half of an f32. */
function weightsOf(model: ReturnType<typeof mlcModel>, name: string): { rows: number; values: Float32Array } {
  const codes = readParameter(model, `${name}.q_weight`);
  const scales = readParameter(model, `${name}.q_scale`);
  const [rows, words] = codes.record.shape;
  const cols = words * 8;
  const scale = new DataView(new ArrayBuffer(4));
  const values = new Float32Array(rows * cols);
  for (let i = 0; i < values.length; i++) {
    scale.setUint16(2, scales.bytes.getUint16(2 * Math.floor(i / 32), true), true);
    const nibble = (codes.bytes.getUint32(4 * (i >> 3), true) >>> (4 * (i & 7))) & 15;
    values[i] = (nibble - 7) * scale.getFloat32(0, true);
  }
  return { rows, values };
}

function pronkWeights(name: string, rows: number, cols: number): Float32Array {
  const bytes = randomRows(
    { name, encoding: "q4", rows, cols, file: "", start: 0, end: rows * storedRowBytes("q4", cols) },
    0,
    rows,
  );
  return dequantizeRows("q4", bytes, rows, cols);
}

describe("a model for WebLLM", () => {
  const model = mlcModel(library("q4f32_1"), config, new Uint8Array([1]));

  test("fused matrices are pronk's, one below the other", () => {
    const { rows, values } = weightsOf(model, "model.layers.0.self_attn.qkv_proj");
    expect(rows).toBe(qkvRows);
    const parts = [
      pronkWeights("model.layers.0.self_attn.q_proj.weight", heads * headDim, dim),
      pronkWeights("model.layers.0.self_attn.k_proj.weight", kvHeads * headDim, dim),
      pronkWeights("model.layers.0.self_attn.v_proj.weight", kvHeads * headDim, dim),
    ];
    expect(values).toEqual(Float32Array.from(parts.flatMap((part) => [...part])));
    expect(values.some((value) => value < 0) && values.some((value) => value > 0)).toBe(true);
  });

  test("a whole one too, and gains are ones", () => {
    expect(weightsOf(model, "model.layers.0.mlp.down_proj").values).toEqual(
      pronkWeights("model.layers.0.mlp.down_proj.weight", dim, hiddenDim),
    );
    const { bytes, record } = readParameter(model, "model.norm.weight");
    expect(record.nbytes).toBe(2 * dim);
    for (let i = 0; i < dim; i++) expect(bytes.getUint16(2 * i, true)).toBe(0x3f80); // bf16 of 1
  });

  test("the tokenizer is handed on; what is not there is not made up", () => {
    expect(model.file("tokenizer.model")).toEqual(new Uint8Array([1]));
    expect(model.file("params_shard_99.bin")).toBeUndefined();
    expect(model.file("tokenizer.json")).toBeUndefined();
  });
});

test.each([
  ["q0f32", library("q0f32"), /q4f32_1/],
  ["another shape", library("q4f32_1", 7), /Another model/],
  ["no library", new Uint8Array(100), /no description/],
])("%s is refused", (_, bytes, message) => {
  expect(() => mlcModel(bytes, config, new Uint8Array())).toThrow(message);
});
