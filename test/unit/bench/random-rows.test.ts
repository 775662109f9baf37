// Random weights: one definite matrix per name, the same values in every encoding that can hold them, spread as intended.

import { describe, expect, test } from "vitest";
import { benchShapes } from "../../../src/bench/shapes.ts";
import { pcg, randomCodes, randomRows, randomScale, randomTensors, seedOf } from "../../../src/bench/random-rows.ts";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { storedRowBytes, type Encoding, type StoredTensor } from "../../../src/quant/layout.ts";
import { dequantizeRows } from "../../../src/quant/rows.ts";
import { readFileSync } from "node:fs";

function tensor(name: string, encoding: Encoding, rows: number, cols: number): StoredTensor {
  return { name, encoding, rows, cols, file: "random", start: 0, end: rows * storedRowBytes(encoding, cols) };
}

const weightsOf = (encoding: Encoding, rows: number, cols: number, name = "w", firstRow = 0) =>
  dequantizeRows(encoding, randomRows(tensor(name, encoding, rows, cols), firstRow, rows), rows, cols);

describe.each([
  [5, 64],
  [3, 77], // a row that ends inside a block and inside a group
])("%i x %i", (rows, cols) => {
  test("q4, q8, f16 and f32 hold the same values", () => {
    const plain = weightsOf("f32", rows, cols);
    expect(new Set(plain).size).toBeGreaterThan(rows * 10);
    for (const encoding of ["q4", "q8", "f16"] as const) expect(weightsOf(encoding, rows, cols)).toEqual(plain);
  });

  test("padding of a quantized row means 0", () => {
    const padded = 32 * Math.ceil(cols / 32);
    for (const encoding of ["q4", "q8"] as const) {
      const values = dequantizeRows(encoding, randomRows(tensor("w", encoding, rows, cols), 0, rows), rows, padded);
      for (let r = 0; r < rows; r++)
        expect([...values.subarray(r * padded + cols, (r + 1) * padded)].every((value) => value === 0)).toBe(true);
    }
  });
});

test("rows are the same wherever a piece begins, and differ between rows and names", () => {
  const whole = weightsOf("q4", 6, 64);
  expect(weightsOf("q4", 2, 64, "w", 4)).toEqual(whole.slice(4 * 64));
  expect(whole.slice(0, 64)).not.toEqual(whole.slice(64, 128));
  expect(weightsOf("q4", 1, 64, "v")).not.toEqual(whole.slice(0, 64));
});

test("codes are 0..14 with mean 7, scales fit bf16, and y is about as large as x", () => {
  const counts = Array.from({ length: 16 }, () => 0);
  for (let block = 0; block < 20_000; block++) {
    const word = randomCodes(seedOf("w"), 0, block, 20_000);
    for (let i = 0; i < 8; i++) counts[(word >>> (4 * i)) & 15]++;
  }
  expect(counts[15]).toBe(0);
  expect(Math.min(...counts.slice(0, 15))).toBeGreaterThan(9_000);
  expect(Math.abs(counts.reduce((sum, count, code) => sum + count * (code - 7), 0) / 160_000)).toBeLessThan(0.05);
  const scale = randomScale(seedOf("w"), 3, 1, 4096);
  expect(new Uint32Array(Float32Array.of(scale).buffer)[0] & 0xffff).toBe(0);
  const row = weightsOf("q4", 1, 4096);
  const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  expect(size).toBeGreaterThan(0.8);
  expect(size).toBeLessThan(1.3);
});

test("a gain is ones", () => {
  for (const encoding of ["f32", "f16", "bf16"] as const)
    expect([...weightsOf(encoding, 1, 5, "model.norm.weight")]).toEqual([1, 1, 1, 1, 1]);
});

test("the hash is PCG's RXS-M-XS, 32 bits", () => {
  const exact = (value: bigint) => {
    const state = BigInt.asUintN(32, value * 747796405n + 2891336453n);
    const word = BigInt.asUintN(32, ((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n);
    return Number((word >> 22n) ^ word);
  };
  for (const value of [0, 1, 2, 77, 2 ** 31, 2 ** 32 - 1]) expect(pcg(value)).toBe(exact(BigInt(value)));
});

test("a model has all its tensors, in the encoding that was asked for", () => {
  const tensors = randomTensors(benchShapes["tinyllama-1.1b"], "q4");
  expect(tensors).toHaveLength(22 * 9 + 3);
  expect(new Set(tensors.map(({ encoding }) => encoding))).toEqual(new Set(["q4", "q8", "f16"]));
  for (const { start, end, rows, cols, encoding } of tensors)
    expect(end - start).toBe(rows * storedRowBytes(encoding, cols));
});

test("the tiny shape is that of the model that ships", () => {
  const path = "public/models/tiny/config.json";
  expect(benchShapes.tiny).toEqual(readConfig(JsonFile.parse(path, readFileSync(path))));
});
