// pronk's q8 and q4 rows: the bytes as quant/README.md says, and each weight within what it promises. search.test.ts says
// how good the scales are.

import { describe, expect, test } from "vitest";
import { storedRowBytes } from "../../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows } from "../../../src/quant/rows.ts";
import { decodeStored } from "../../reference/stored.ts";
import { madeWeights } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

/** Every weight within what the README promises of its group. */
function expectClose(encoding: "q8" | "q4", weights: Float32Array, values: ArrayLike<number>, cols: number): void {
  for (let row = 0; row < weights.length; row += cols)
    for (let from = row; from < row + cols; from += 32) {
      const to = Math.min(from + 32, row + cols);
      const largest = Math.max(...weights.subarray(from, to).map(Math.abs));
      // Half a step of the largest scale tried; q4 has one side of 7 codes, which the smallest scale cuts most. An f16 cannot
      // be finer than 2^-24.
      const most = encoding === "q8" ? (0.53 * largest) / 127 + 2 ** -25 : (1.7 * largest) / 8 + 2 ** -24;
      for (let i = from; i < to; i++)
        if (Math.abs(values[i] - weights[i]) > most) expect.fail(`weight ${i}: ${values[i]} for ${weights[i]}`);
    }
}

describe.each(["q8", "q4"] as const)("%s", (encoding) => {
  test.each([1, 31, 32, 33, 50, 64, 96])("%i columns: scales, then codes, as the README says", (cols) => {
    const weights = madeWeights(3 * cols, cols);
    const stored = quantizeRows(encoding, weights, cols);
    expect(stored.length).toBe(3 * storedRowBytes(encoding, cols));
    const values = decodeStored(encoding, stored, 3, cols); // the reference's reading of the bytes
    expect([...dequantizeRows(encoding, stored, 3, cols)]).toEqual([...values]);
    expectClose(encoding, weights, values, cols);
  });

  test.each([1e-9, 1e-6, 3e-6, 1e-5, 1e-3, 1, 1e5])("weights of size %f: the promised error", (size) => {
    const weights = Float32Array.from(madeWeights(96, 7), (weight) => weight * size);
    expectClose(encoding, weights, dequantizeRows(encoding, quantizeRows(encoding, weights, 96), 1, 96), 96);
  });

  test("the short last group is filled with the code that means 0", () => {
    const stored = quantizeRows(encoding, Float32Array.of(1), 1);
    expect([...stored.subarray(3)]).toEqual(encoding === "q8" ? Array(31).fill(0) : Array(15).fill(0x88));
  });

  test("zeros stay zeros", () => {
    const values = dequantizeRows(encoding, quantizeRows(encoding, new Float32Array(40), 40), 1, 40);
    expect([...values].every((value) => Object.is(value, 0))).toBe(true);
  });

  test.each([NaN, Infinity, -Infinity, 1e9])("the weight %f is refused by the tensor's name", async (weight) => {
    const weights = madeWeights(64, 3).fill(weight, 40, 41);
    const error = await rejection(() => quantizeRows(encoding, weights, 64, "model.norm.weight"));
    expect(error).toMatchObject({ code: "format", facts: { field: "model.norm.weight" } });
    expect(error.message).toContain(`${weight}`);
  });
});

test("q4: of two weights of equal size, the negative one gets the code 0", () => {
  const stored = quantizeRows("q4", Float32Array.of(2 ** -13, -(2 ** -13)), 2); // so small that no other scale is tried
  expect([...stored.subarray(0, 3)]).toEqual([0x00, 0x01, 0x0f]); // 2^-16, then codes 15 and 0
});
