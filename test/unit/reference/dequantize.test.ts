// The reference dequantizers against every matrix of the shared data: bit for bit, after the rounding that the format's
// own decoder does where it does one.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors, type ReferenceTensor } from "../../reference/checkpoint.ts";
import { dequantizeGgml, ggmlTypes } from "../../reference/dequantize-ggml.ts";
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
        .filter((type) => type !== "F32")
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
