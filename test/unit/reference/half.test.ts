// The exactness of the reference's half and bfloat numbers: every f16 value survives, and rounding goes to the nearest.
import { expect, test } from "vitest";
import { bf16ToNumber, f16ToNumber, f32ToBf16Bits, f32ToF16Bits, roundToF16 } from "../../reference/half.ts";

test("every finite half decodes and encodes to the same bits", () => {
  for (let bits = 0; bits < 65536; bits++) {
    if (((bits >> 10) & 31) === 31) continue;
    // expect() sixty thousand times would take seconds.
    if (f32ToF16Bits(f16ToNumber(bits)) !== bits) expect(f32ToF16Bits(f16ToNumber(bits))).toBe(bits);
  }
});

test("known halves", () => {
  expect(f16ToNumber(0x3c00)).toBe(1);
  expect(f16ToNumber(0xc000)).toBe(-2);
  expect(f16ToNumber(0x0001)).toBe(2 ** -24);
  expect(f16ToNumber(0x03ff)).toBe(2 ** -14 - 2 ** -24);
  expect(f16ToNumber(0x7bff)).toBe(65504);
  expect(f16ToNumber(0xfc00)).toBe(-Infinity);
  expect(f16ToNumber(0x7e00)).toBeNaN();
});

test("between two neighbouring halves the nearer wins, and the even one on a tie", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [f16ToNumber(bits), f16ToNumber(bits + 1)];
    const middle = (low + high) / 2;
    const [below, above] = [middle - (high - low) / 8, middle + (high - low) / 8].map(Math.fround);
    const found = [middle, below, above, -above].map(f32ToF16Bits);
    const wanted = [bits & 1 ? bits + 1 : bits, bits, bits + 1, 0x8000 | (bits + 1)];
    if (found.some((value, i) => value !== wanted[i])) expect(found).toEqual(wanted);
  }
});

test("the ends of the range", () => {
  expect(roundToF16(65519.99)).toBe(65504);
  expect(roundToF16(65520)).toBe(Infinity);
  expect(roundToF16(-1e9)).toBe(-Infinity);
  expect(roundToF16(2 ** -25)).toBe(0); // a tie with zero, which is even
  expect(roundToF16(2 ** -25 * 1.001)).toBe(2 ** -24);
  expect(roundToF16(1e-44)).toBe(0); // an f32 subnormal
  expect(f32ToF16Bits(-0)).toBe(0x8000);
  expect(roundToF16(NaN)).toBeNaN();
});

test("bfloat16", () => {
  expect(bf16ToNumber(0x3f80)).toBe(1);
  expect(bf16ToNumber(0xc049)).toBe(-3.140625);
  for (const bits of [0, 1, 0x7f, 0x80, 0x3f80, 0x3f81, 0xc2f7, 0x7f7f, 0xff7f])
    expect(f32ToBf16Bits(bf16ToNumber(bits))).toBe(bits);
  expect(f32ToBf16Bits(1 + 2 ** -8)).toBe(0x3f80); // tie, to even
  expect(f32ToBf16Bits(1 + 3 * 2 ** -8)).toBe(0x3f82); // tie, to even
  expect(f32ToBf16Bits(1 + 2 ** -8 + 2 ** -20)).toBe(0x3f81);
});
