// MLX's archives of arrays: what numpy.savez and mlx.savez write is found where it stands; the same model under either set of
// names gives the tensors, matrices and rows of its safetensors; what is broken is refused by name.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { readNpzFile } from "../../../src/format/npz-file.ts";
import { isQuantized } from "../../../src/format/quantized.ts";
import type { TensorInfo } from "../../../src/format/tensor.ts";
import { referenceModel } from "../../reference/checkpoint.ts";
import { decodeStored } from "../../reference/stored.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { joinedValues } from "../../support/meta-checkpoint.ts";
import {
  metaNpzCheckpoint,
  npzArraysOf,
  npzBytes,
  npzCheckpoint,
  type NpzArray,
} from "../../support/npz-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson, type Files } from "../../support/spoiled.ts";
import type { ZipOptions } from "../../support/torch-writer.ts";

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

const files = madeCheckpoint({
  config: madeConfig({ hidden_size: 64, num_attention_heads: 8, num_key_value_heads: 4, intermediate_size: 96, num_hidden_layers: 2, vocab_size: 40 }),
}); // prettier-ignore

/** Archives written by the packages themselves, and what is in them. */
const archives = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/arrays.json"), "utf8")) as Record<
  string,
  { base64: string; arrays: Record<string, { dtype: string; shape: number[]; base64: string }> }
>;

test.each(Object.entries(archives))("written by %s", async (_, { base64, arrays }) => {
  const archive = fromBase64(base64);
  const entries = await readNpzFile(memorySource(new Map([["weights.npz", archive]])), "weights.npz");
  const found = entries.map(({ name, dtype, shape, start, end }) => [name, { dtype, shape, base64: Buffer.from(archive.subarray(start, end)).toString("base64") }]); // prettier-ignore
  expect(Object.fromEntries(found)).toEqual(arrays);
});

describe("a model", () => {
  const shapes: [string, Files][] = [
    ["Hugging Face's names", npzCheckpoint(files)],
    ["Meta's names and order", metaNpzCheckpoint(files)],
    ["Meta's names, rows in halves", metaNpzCheckpoint(files, { halves: true })],
  ];
  test.each(shapes)("%s", async (_, made) => {
    const { format, config, tensors } = await openWeights(memorySource(made));
    expect(format).toEqual({ kind: "npz", id: "npz", files: ["weights.npz"] });
    const wanted = referenceModel(files);
    const { contextLength: _context, ...shape } = wanted.config;
    expect(config).toMatchObject(shape);
    const bytesOf = ({ file, start, end }: TensorInfo) => made.get(file)!.slice(start, end);
    const values = joinedValues(config, tensors as TensorInfo[], bytesOf);
    expect(values.size).toBe(wanted.tensors.size);
    for (const [name, { dtype, shape: own, bytes }] of wanted.tensors) {
      const [rows, cols] = own.length === 1 ? [1, own[0]] : own;
      expect(values.get(name), name).toEqual(decodeStored(dtype, bytes, rows, cols));
    }
  });

  test("in two archives, with Mistral's window", async () => {
    const made = metaNpzCheckpoint(files);
    spoilJson(made, "config.json", (fields) => ({ ...fields, model_type: "mistral", sliding_window: 32 }));
    const arrays = npzArraysOf(files);
    const hub = npzCheckpoint(files);
    hub.delete("weights.npz");
    hub.set("weights.00.npz", npzBytes(arrays.slice(0, 5)));
    hub.set("weights.01.npz", npzBytes(arrays.slice(5)));
    expect((await openWeights(memorySource(hub))).tensors).toHaveLength(arrays.length);
    expect((await openWeights(memorySource(made))).config.window).toBe(32);
  });

  test("quantized: the head's rows as they are, q's in pairs", async () => {
    const words = (name: string, rows: number, cols: number): NpzArray[] => [
      { name: `${name}.weight`, descr: "<u4", shape: [rows, cols / 8], bytes: new Uint8Array((rows * cols) / 2) },
      { name: `${name}.scales`, descr: "<f2", shape: [rows, cols / 64], bytes: new Uint8Array((rows * cols) / 32) },
      { name: `${name}.biases`, descr: "<f2", shape: [rows, cols / 64], bytes: new Uint8Array((rows * cols) / 32) },
    ];
    const made = metaNpzCheckpoint(files);
    const { tensors: before } = await openWeights(memorySource(made));
    expect(before.some(isQuantized)).toBe(false);
    const kept = npzArraysOf(files).filter(({ name }) => !/layers\.0\.self_attn\.q_proj|lm_head/.test(name));
    const config = npzCheckpoint(files);
    config.set(
      "weights.npz",
      npzBytes([...kept, ...words("layers.0.attention.wq", 64, 64), ...words("output", 40, 64)]),
    );
    config.set("config.json", made.get("config.json")!);
    spoilJson(config, "config.json", (fields) => ({ ...fields, vocab_size: 40, hidden_dim: 96 }));
    const { tensors } = await openWeights(memorySource(config));
    const matrices = tensors.filter(isQuantized);
    expect(matrices.map(({ name, interleavedRopeHeads }) => [name, interleavedRopeHeads])).toEqual([
      ["model.layers.0.self_attn.q_proj.weight", 8],
      ["lm_head.weight", undefined],
    ]);
  });
});

const changed = (change: (array: NpzArray) => Partial<NpzArray>, options?: ZipOptions) => (made: Files) =>
  made.set("weights.npz", npzBytes(npzArraysOf(files).map((array) => ({ ...array, ...(/q_proj/.test(array.name) ? change(array) : {}) })), options)); // prettier-ignore

test.each<[string, string, RegExp, (made: Files) => unknown]>([
  ["numbers by columns", "model-unsupported", /q_proj.*fortran_order.*ascontiguousarray/, changed(() => ({ order: "True" }))],
  ["another shape than bytes", "format", /q_proj.*takes 33024 bytes and it has 16384/, changed(() => ({ shape: [129, 64] }))],
  ["a shape beyond all files", "format", /q_proj.*shape is none/, changed(() => ({ tuple: "(9999999999, 9999999999)" }))],
  ["a header that says no shape", "format", /q_proj.*does not say order and shape/, changed(() => ({ tuple: "x" }))],
  ["doubles", "format", /no tensor "model.layers.0.self_attn.q_proj.weight"/, changed(() => ({ descr: "<f8" }))],
  ["numbers in the other byte order", "format", /no tensor "model.layers.0.self_attn.q_proj.weight"/, changed(() => ({ descr: ">f4" }))],
  ["half an archive", "format", /no directory at its end/, (made) => made.set("weights.npz", made.get("weights.npz")!.slice(0, 5000))],
])("refused: %s", async (_, code, message, spoil) => {
  const made = npzCheckpoint(files);
  spoil(made);
  const error = await rejection(openWeights(memorySource(made)));
  expect(error).toMatchObject({ code, facts: { file: expect.any(String) } });
  expect(error.message).toMatch(message);
}); // prettier-ignore

test.each<[string, RegExp, Record<string, unknown>]>([
  ["another family", /"model_type": "phi"/, { model_type: "phi" }],
  ["a field that is not known", /"moe"/, { moe: {} }],
  ["heads of another width", /"head_dim": 16; expected dim/, { head_dim: 16 }],
])("refused in config.json: %s", async (_, message, fields) => {
  const made = metaNpzCheckpoint(files);
  spoilJson(made, "config.json", (own) => ({ ...own, ...fields }));
  expect((await rejection(openWeights(memorySource(made)))).message).toMatch(message);
});
