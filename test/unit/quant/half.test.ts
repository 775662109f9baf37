// f16 and bf16 conversions against another way to the same numbers: DataView's arithmetic done in float64.

import { expect, test } from "vitest";
import { bfloatsToFloats, floatToHalf, halfToFloat, halvesToFloats } from "../../../src/quant/half.ts";

test("all 65,536 halves go to f32 and back to themselves", () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = halfToFloat(bits);
    if (Number.isNaN(value)) {
      expect((bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0).toBe(true);
      expect(floatToHalf(value) & 0x7c00).toBe(0x7c00);
      expect(floatToHalf(value) & 0x3ff).not.toBe(0);
    } else if (floatToHalf(value) !== bits) expect.fail(`${bits} -> ${value} -> ${floatToHalf(value)}`);
  }
});

test("rounding is to the nearest, ties to even, on and around every border between halves", () => {
  const float = new Float32Array(1);
  const word = new Uint32Array(float.buffer);
  for (let bits = 0; bits < 0x7c00; bits++) {
    const low = halfToFloat(bits);
    const high = bits === 0x7bff ? 65_536 : halfToFloat(bits + 1);
    const middle = (low + high) / 2; // exact in f32
    const even = bits % 2 === 0 ? bits : bits + 1;
    float[0] = middle;
    const [below, above] = [word[0] - 1, word[0] + 1];
    if (floatToHalf(middle) !== even) expect.fail(`tie at ${middle}`);
    word[0] = below;
    if (floatToHalf(float[0]) !== bits) expect.fail(`below ${middle}`);
    word[0] = above;
    if (floatToHalf(float[0]) !== bits + 1) expect.fail(`above ${middle}`);
    if (floatToHalf(-float[0]) !== (0x8000 | (bits + 1))) expect.fail(`negative above ${middle}`);
  }
});

test("beyond the largest half lies infinity", () => {
  expect([65_519, 65_520, 1e38, Infinity, -Infinity].map(floatToHalf)).toEqual([
    0x7bff, 0x7c00, 0x7c00, 0x7c00, 0xfc00,
  ]);
  expect(floatToHalf(-0)).toBe(0x8000);
});

test("rows of halves and of bfloats", () => {
  const floats = new Float32Array(5);
  halvesToFloats(Uint16Array.of(0x3c00, 0x0001, 0x8001, 0xfc00, 0x7bff), floats, 5);
  expect([...floats]).toEqual([1, 2 ** -24, -(2 ** -24), -Infinity, 65_504]);
  bfloatsToFloats(Uint16Array.of(0x3f80, 0x0001, 0x8000, 0xff80, 0x4049), floats, 5);
  expect([...floats]).toEqual([1, 2 ** -133, -0, -Infinity, 3.140625]);
});
