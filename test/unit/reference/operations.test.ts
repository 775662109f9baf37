// The reference's single operations against values worked out by hand or by another formula.
import { describe, expect, test } from "vitest";
import { attention, writeKv } from "../../reference/attention.ts";
import { embeddingRow, matmul, matvec, residual } from "../../reference/linear.ts";
import { relativeError, requireClose } from "../../reference/relative-error.ts";
import { rmsNorm } from "../../reference/rms-norm.ts";
import { applyRope, ropeFrequencies, ropeTable } from "../../reference/rope.ts";
import { decodeStored } from "../../reference/stored.ts";
import { swiglu } from "../../reference/swiglu.ts";

const f64 = (...values: number[]) => Float64Array.from(values);

describe("linear", () => {
  const w = f64(1, 2, 3, 4, 5, 6); // [2, 3]
  test("matvec and matmul sum over the columns", () => {
    expect(matvec(f64(1, 0, -1), w, 2)).toEqual(f64(-2, -2));
    expect(matmul(f64(1, 0, -1, 0, 1, 0), w, 2, 2)).toEqual(f64(-2, -2, 2, 5));
    expect(() => matmul(f64(1, 2), w, 1, 2)).toThrow("matmul");
  });
  test("embedding row and residual", () => {
    expect(embeddingRow(w, 3, 1)).toEqual(f64(4, 5, 6));
    expect(residual(f64(1, 2), f64(10, 20))).toEqual(f64(11, 22));
  });
});

test("RMSNorm divides each row by its root mean square", () => {
  const y = rmsNorm(f64(3, 4, 0, 0, 1, 1, 1, 1), f64(1, 2, 1, 1), 0);
  expect(relativeError(y, f64(1.2, 3.2, 0, 0, 1, 2, 1, 1))).toBeLessThan(1e-15);
  expect(rmsNorm(f64(1, 1), f64(1, 1), 3)[0]).toBe(0.5); // epsilon inside the root
});

test("SwiGLU", () => {
  const y = swiglu(f64(0, Math.log(3), -800), f64(5, 2, 1));
  expect(relativeError(y, f64(0, 1.5 * Math.log(3), 0))).toBeLessThan(1e-15);
});

describe("RoPE", () => {
  const config = { headDim: 4, ropeTheta: 100, ropeScaling: { kind: "none" } as const };
  test("turns value i with value i + headDim / 2 of every head, as complex numbers would", () => {
    const x = f64(1, 2, 3, 4, -1, 0.5, 2, 1); // [1, 2 heads, 4]
    const y = applyRope(x, ropeTable(config, 7, 1, 8), 2, 4);
    for (let head = 0; head < 2; head++) {
      for (let i = 0; i < 2; i++) {
        const [re, im] = [x[head * 4 + i], x[head * 4 + 2 + i]];
        const angle = Math.atan2(im, re) + 7 * [1, 0.1][i];
        expect(y[head * 4 + i]).toBeCloseTo(Math.hypot(re, im) * Math.cos(angle), 12);
        expect(y[head * 4 + 2 + i]).toBeCloseTo(Math.hypot(re, im) * Math.sin(angle), 12);
      }
    }
  });
  test("dynamic scaling starts only beyond the original context", () => {
    const dynamic = { ...config, ropeScaling: { kind: "dynamic", factor: 2, originalContextLength: 10 } as const };
    expect(ropeFrequencies(dynamic, 10)).toEqual(ropeFrequencies(config, 10));
    expect(ropeFrequencies(dynamic, 11)[1]).toBeLessThan(ropeFrequencies(config, 11)[1]);
    // At length L the base is theta ((factor L / original) - (factor - 1))^(d / (d - 2)): 3^2 for L = 20.
    expect(ropeFrequencies(dynamic, 20)[1]).toBeCloseTo(1 / Math.sqrt(100 * 9), 15);
  });
});

describe("attention", () => {
  const shape = { heads: 4, kvHeads: 2, headDim: 2, firstPosition: 0 };
  const random = seededValues(11);
  const [q, k, v] = [24, 12, 12].map((n) => Float64Array.from({ length: n }, random)); // 3 positions
  test("the first position sees itself only; heads 0, 1 read kv head 0 and heads 2, 3 kv head 1", () => {
    expect(attention(q, k, v, shape).slice(0, 8)).toEqual(f64(v[0], v[1], v[0], v[1], v[2], v[3], v[2], v[3]));
  });
  test("many queries equal one query at a time", () => {
    const many = attention(q, k, v, shape);
    for (let t = 0; t < 3; t++)
      expect(attention(q.slice(8 * t, 8 * t + 8), k, v, { ...shape, firstPosition: t })).toEqual(
        many.slice(8 * t, 8 * t + 8),
      );
  });
  test("the softmax of two scores by hand, with scale 1 / sqrt(headDim)", () => {
    const out = attention(f64(Math.SQRT2, 0), f64(0, 5, Math.log(3), 5), f64(1, 0, 0, 1), {
      heads: 1,
      kvHeads: 1,
      headDim: 2,
      firstPosition: 1,
    });
    expect(relativeError(out, f64(0.25, 0.75))).toBeLessThan(1e-15);
  });
  test("KV write places rows and rounds to f16 where asked", () => {
    const cache = new Float64Array(8);
    writeKv(cache, f64(0.1, 0.2), 2, 3, "f16");
    expect(cache).toEqual(f64(0, 0, 0, 0, 0, 0, 0.0999755859375, 0.199951171875));
    writeKv(cache, f64(0.1, 0.2), 2, 0);
    expect(cache.slice(0, 2)).toEqual(f64(0.1, 0.2));
    expect(() => writeKv(cache, f64(1, 2), 2, 4)).toThrow("writeKv");
  });
});

describe("stored rows", () => {
  test("q8: f16 scales, then signed codes, per row", () => {
    const bytes = new Uint8Array(2 * 2 * 34); // [2 rows, 33 cols], two groups each
    const view = new DataView(bytes.buffer);
    view.setUint16(68, 0x3800, true); // row 1: scale 0.5 for group 0
    view.setUint16(70, 0x0001, true); // and the smallest subnormal for group 1
    view.setInt8(72, -127);
    view.setInt8(72 + 31, 3);
    view.setInt8(72 + 32, -128);
    const w = decodeStored("q8", bytes, 2, 33);
    expect(w.slice(0, 33)).toEqual(new Float64Array(33));
    expect([w[33], w[33 + 31], w[33 + 32]]).toEqual([-63.5, 1.5, -128 * 2 ** -24]);
  });
  test("q4: low nibble first, zero at 8", () => {
    const bytes = new Uint8Array(18).fill(0x88);
    new DataView(bytes.buffer).setUint16(0, 0x4000, true); // scale 2
    bytes[2] = 0xf0;
    bytes[17] = 0x8a;
    const w = decodeStored("q4", bytes, 1, 32);
    expect([w[0], w[1], w[2], w[30], w[31]]).toEqual([-16, 14, 0, 4, 0]);
    expect(() => decodeStored("q4", bytes, 1, 33)).toThrow("wanted 36");
  });
});

describe("relative error", () => {
  test("is the largest difference over the largest expected size", () => {
    expect(relativeError([1, -4.5, 0], [1.25, -5, 0])).toBe(0.1);
    expect(relativeError([0, 0], [0, 0])).toBe(0);
  });
  test("never passes what cannot be compared", () => {
    expect(relativeError([NaN], [1])).toBe(Infinity);
    expect(relativeError([Infinity], [Infinity])).toBe(Infinity);
    expect(relativeError([1], [1, 2])).toBe(Infinity);
    expect(relativeError([], [])).toBe(Infinity);
    expect(relativeError([1e-30], [0])).toBe(Infinity);
  });
  test("requireClose names the worst place", () => {
    expect(requireClose("x", [1, 2], [1, 2], 0)).toBe(0);
    expect(() => requireClose("x", [1, 2.5], [1, 2], 0.1)).toThrow("worst at 1 of 2: 2.5, wanted 2");
    expect(() => requireClose("x", [1, NaN], [1, 2], 0.1)).toThrow("worst at 1 of 2: NaN");
  });
});

function seededValues(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
