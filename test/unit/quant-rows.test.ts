// pronk's q8 and q4 rows: the bytes as quant/README.md says, and the rounding at storage within what it promises.

import { describe, expect, test } from "vitest";
import { floatToHalf, halfToFloat } from "../../src/quant/half.ts";
import { storedRowBytes } from "../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows } from "../../src/quant/rows.ts";
import { madeWeights } from "../support/made-checkpoint.ts";
import { rejection } from "../support/rejection.ts";

/** README.md once more, in float64 and without tricks. */
function plainly(encoding: "q8" | "q4", weights: readonly number[]): number[] {
  const groups = Math.ceil(weights.length / 32);
  const scales: number[] = [];
  const codes: number[] = [];
  for (let group = 0; group < groups; group++) {
    const part = weights.slice(32 * group, 32 * group + 32);
    const largest = part.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const reach = encoding === "q8" ? 127 : -8;
    let bits = largest === 0 ? 0 : floatToHalf(Math.fround((encoding === "q8" ? Math.abs(largest) : largest) / reach));
    if (Math.abs(largest) > (Math.abs(reach) + 0.5) * Math.abs(halfToFloat(bits))) bits++;
    scales.push(bits & 255, bits >> 8);
    const inverse = halfToFloat(bits) === 0 ? 0 : 1 / halfToFloat(bits);
    for (let i = 0; i < 32; i++) {
      const x = i < part.length ? part[i] * inverse : 0;
      codes.push(
        encoding === "q8"
          ? Math.min(127, Math.max(-127, Math.floor(x + 128.5) - 128)) & 255
          : Math.min(15, Math.max(0, Math.floor(x + 8.5))),
      );
    }
  }
  if (encoding === "q8") return [...scales, ...codes];
  return [...scales, ...Array.from({ length: codes.length / 2 }, (_, i) => codes[2 * i] | (codes[2 * i + 1] << 4))];
}

const sized = (size: number) => Float32Array.from(madeWeights(96, 7), (weight) => weight * size);

describe.each(["q8", "q4"] as const)("%s", (encoding) => {
  test.each([1, 31, 32, 33, 50, 64, 96])("%i columns: bytes as written in the README", (cols) => {
    const weights = madeWeights(3 * cols, cols);
    const rowBytes = storedRowBytes(encoding, cols);
    const stored = quantizeRows(encoding, weights, cols);
    expect(stored.length).toBe(3 * rowBytes);
    for (let row = 0; row < 3; row++)
      expect([...stored.subarray(row * rowBytes, (row + 1) * rowBytes)]).toEqual(
        plainly(encoding, [...weights.subarray(row * cols, (row + 1) * cols)]),
      );
  });

  test.each([1e-9, 1e-6, 3e-6, 1e-5, 1e-3, 1, 1e5])(
    "weights of size %f: the README's bytes and the promised error",
    (size) => {
      const weights = sized(size);
      const stored = quantizeRows(encoding, weights, 96);
      expect([...stored]).toEqual(plainly(encoding, [...weights]));
      const values = dequantizeRows(encoding, stored, 1, 96);
      for (let group = 0; group < 96; group += 32) {
        const largest = Math.max(...weights.subarray(group, group + 32).map(Math.abs));
        // An f16 scale cannot be finer than 2^-24; then half a step (q8) or one (q4) is half a unit of that more.
        const step = encoding === "q8" ? largest / 254 + 2 ** -25 : largest / 8 + 2 ** -24;
        for (let i = group; i < group + 32; i++)
          if (Math.abs(values[i] - weights[i]) > 1.001 * step)
            expect.fail(`weight ${i}: ${values[i]} for ${weights[i]}`);
      }
    },
  );

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

test("q4 keeps the largest weight of a group to f16's precision, with its sign", () => {
  const weights = madeWeights(32, 5);
  weights[9] = -0.25;
  expect(dequantizeRows("q4", quantizeRows("q4", weights, 32), 1, 32)[9]).toBe(-0.25);
});

test("q4: of two weights of equal size, the negative one gets the code 0", () => {
  const stored = quantizeRows("q4", Float32Array.of(0.5, -0.5), 2);
  expect([...stored.subarray(0, 3)]).toEqual([0x00, 0x2c, 0x0f]); // 2^-4, then codes 15 and 0
});
