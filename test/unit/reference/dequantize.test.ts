// The reference dequantizers against every matrix of the shared data: bit for bit, after the rounding that the format's own
// decoder does, if any.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors, type ReferenceTensor } from "../../reference/checkpoint.ts";
import { dequantizeGgml, ggmlTypes, gridPoints } from "../../reference/dequantize-ggml.ts";
import {
  dequantizeAwq,
  dequantizeBnb4,
  dequantizeExl2,
  dequantizeGptq,
  dequantizeInt8,
  type Dequantized,
} from "../../reference/dequantize-packed.ts";
import { f16ToNumber } from "../../reference/half.ts";
import { sharedData } from "../../support/local-folder.ts";
import { declare, packedMatrix, referenceWeightsOf } from "../../support/packed-matrix.ts";

/** Blocks that `gguf` read, and hashes of its grids. */
const more = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/ggml-blocks.json"), "utf8")) as {
  types: Record<string, { blocks: string; weights: string }>;
  grids: Record<string, string>;
};
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("ggml blocks of a fixture, bit for bit", () => {
  test.each(Object.entries(more.types))("%s", (type, { blocks, weights }) => {
    const found = dequantizeGgml(type, fromBase64(blocks));
    expect(differences(found, floatsOf(fromBase64(weights)))).toEqual([]);
  });
  test.each(Object.entries(more.grids))("the grid of %s", (type, hash) => {
    const values = Int8Array.from(gridPoints((type === "IQ1_S" ? "IQ1" : type) as Parameters<typeof gridPoints>[0]));
    expect(createHash("sha256").update(values).digest("hex")).toBe(hash);
  });
  test("Q1_0 and Q2_0, which gguf does not read: a bit is -d or d, two are -d, 0, d, 2 d", () => {
    const one = dequantizeGgml("Q1_0", Uint8Array.of(0, 0x3c, 0b101, ...new Uint8Array(15)));
    expect([...one.subarray(0, 4)]).toEqual([1, -1, 1, -1]);
    const two = dequantizeGgml("Q2_0", Uint8Array.of(0, 0x3c, 0b11100100, ...new Uint8Array(15)));
    expect([...two.subarray(0, 5)]).toEqual([-1, 0, 1, 2, -1]);
  });
});

/** Rows of codes by compressed-tensors, MLX, HQQ, quanto, AutoAWQ, AutoGPTQ and EETQ, and their own weights. */
type Rows = Record<
  string,
  { shape: number[]; tensors: Record<string, { dtype: string; shape: number[]; base64: string }>; weights: string }
>;
const rowsOf = (file: string): Rows =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures", file), "utf8"));
const rows = {
  ...rowsOf("packed-rows.json"),
  ...rowsOf("library-rows.json"),
  ...rowsOf("tiled-rows.json"),
  ...rowsOf("hqq-rows.json"),
};

/** Its scheme is what the reader finds in the tensors, given only the bits. */
test.each(Object.entries(rows))("%s by its own packer", (name, { shape, tensors, weights }) => {
  const named = Object.entries(tensors).map(([end, { base64, ...tensor }]) => ({
    end,
    ...tensor,
    bytes: fromBase64(base64),
  }));
  const bits = Number(/(\d) bit/.exec(name)?.[1] ?? (/gemv|Marlin/.test(name) ? 4 : 8));
  const made = packedMatrix(shape, named, declare({ bits: [bits] }));
  const expected = floatsOf(fromBase64(weights));
  const { weights: found } = referenceWeightsOf(made);
  const largest = expected.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  expect(largest).toBeGreaterThan(0);
  const wrong = differences(found, expected).filter((i) => Math.abs(found[i] - expected[i]) > largest * 2 ** -22);
  expect(wrong).toEqual([]);
});

const quant = sharedData("quant");
const filesOf = (folder: string) => (quant ? readdirSync(join(quant, folder)) : []);
const bytesOf = (path: string) => new Uint8Array(readFileSync(join(quant!, path)));

/** Indices at which the two differ in more than the sign of a zero. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  expect(actual.length).toBe(expected.length);
  return Array.from({ length: expected.length }, (_, i) => i).filter((i) => actual[i] !== expected[i]);
}

const floatsOf = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

describe.skipIf(!quant)("ggml blocks, bit for bit", () => {
  for (const file of filesOf("gguf").filter((name) => name.endsWith(".bin"))) {
    const type = file.split(".")[1];
    test(type, () => {
      const name = Object.keys(ggmlTypes).find((known) => known.toLowerCase() === type.toLowerCase())!;
      const expected = floatsOf(bytesOf(`gguf/q.${type}.f32`));
      expect(differences(dequantizeGgml(name, bytesOf(`gguf/${file}`)), expected)).toEqual([]);
    });
  }
  test("every type has its matrix", () => {
    const types = filesOf("gguf")
      .filter((name) => name.endsWith(".bin"))
      .map((name) => name.split(".")[1].toUpperCase());
    expect(types.toSorted()).toEqual(
      Object.keys(ggmlTypes)
        .filter((type) => type !== "F32" && !(type in more.types) && type !== "Q1_0" && type !== "Q2_0")
        .toSorted(),
    );
  });
});

function layerOf(tensors: Map<string, ReferenceTensor>) {
  return (end: string) => tensors.get(`l.${end}`);
}

function dequantize(folder: string, file: string, tensors: Map<string, ReferenceTensor>): Dequantized {
  const layer = layerOf(tensors);
  if (folder === "gptq") {
    const bits = Number(/b(\d)_/.exec(file)![1]);
    return dequantizeGptq(layer, { bits, version: file.startsWith("v2") ? 2 : 1 });
  }
  if (folder === "awq") return dequantizeAwq(layer);
  if (folder === "exl2") return dequantizeExl2(layer);
  return file === "int8.safetensors" ? dequantizeInt8(layer) : dequantizeBnb4(layer, file.slice(0, 3) as "nf4" | "fp4");
}

for (const folder of ["gptq", "awq", "bnb", "exl2"])
  describe.skipIf(!quant)(`${folder}, bit for bit`, () => {
    test("has matrices", () => expect(filesOf(folder).length).toBeGreaterThan(1));
    for (const file of filesOf(folder))
      test(file, () => {
        const tensors = readSafetensors(bytesOf(`${folder}/${file}`));
        const { rows, cols, weights, rounded } = dequantize(folder, file, tensors);
        const expected = tensors.get("expected_f32_out_in") ?? tensors.get("expected_f16_in_out")!;
        const values = new Float32Array(rows * cols);
        if (expected.dtype === "f32") values.set(floatsOf(expected.bytes));
        else {
          const halves = new Uint16Array(expected.bytes.slice().buffer);
          for (let k = 0; k < cols; k++)
            for (let n = 0; n < rows; n++) values[n * cols + k] = f16ToNumber(halves[k * rows + n]);
        }
        expect(differences(weights.map(rounded), values)).toEqual([]);
      });
  });
