// The q8 KV cache: what it holds is within half a step of float64, and attention over what it holds is exact.

import type { HeadShape } from "../../src/gpu/operations.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { attention, quantizeKvRow } from "../reference/attention.ts";
import { f16ToNumber, f32ToF16Bits } from "../reference/half.ts";
import { matmul } from "../reference/linear.ts";
import { relativeError } from "../reference/relative-error.ts";
import { openCase, Worst, type Case } from "../support/gpu-case.ts";
import {
  alike,
  attendAfter,
  attentionCasesFor,
  eps,
  joined,
  makeParts,
  normed,
  placeInCache,
  randomVector,
} from "../support/layer-case.ts";

const limit = 1e-5;

/** A q8 cache's side as [length, kvHeads, headDim] in float64, and the scale of each value. */
async function readCodes(gpuCase: Case, buffer: GPUBuffer, shape: HeadShape, length: number) {
  const { kvHeads, headDim } = shape;
  const bytes = await gpuCase.read(buffer);
  const codes = new Int8Array(bytes);
  const halves = new Uint16Array(bytes);
  const values = new Float64Array(length * kvHeads * headDim);
  const scales = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [position, head, i] = [
      Math.floor(at / (kvHeads * headDim)),
      Math.floor(at / headDim) % kvHeads,
      at % headDim,
    ];
    const place = placeInCache(shape, head, position);
    scales[at] = f16ToNumber(halves[place.scales / 2 + (i >> 5)]);
    values[at] = scales[at] * codes[place.row + i];
  }
  return { values, scales };
}

/**
 * The cache holds what float64 gives within half a step of a scale that is the group's largest / 127 in f16, give or take
 * f32's last bits; attention over what it holds is exact.
 */
const bytesCache = (fused: boolean, kernel: Variants["attention"]) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [, [tokens, heads, kvHeads, headDim, position, dim], most] of attentionCasesFor(context)) {
    using gpuCase = await openCase(context, { fused, attention: kernel });
    const length = position + tokens;
    const shape = { heads, kvHeads, headDim, context: most, kv: "q8" as const };
    const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
    const parts = makeParts(alike, rows, dim);
    const places = rows.map((_, i) => ({ base: rows.slice(0, i).reduce((sum, count) => sum + count, 0), half: 0 }));
    const qkv = await joined(gpuCase, parts, rows, dim, places, false);
    const x = randomVector(length * dim, dim, 3);
    const gain = randomVector(dim, 5, 4);
    const table = gpuCase.buffer(Float32Array.from({ length: shape.context * headDim }, (_, i) => 1 - (i % 2)));
    const { out, cache } = await attendAfter(gpuCase, { x, gain, eps, qkv, table, shape, position, tokens });
    const [queries, ...sides] = parts.values.map((values, j) => matmul(normed(x, gain), values, length, rows[j]));
    const held = [];
    for (const [i, exact] of sides.entries()) {
      const side = await readCodes(gpuCase, i ? cache.v : cache.k, shape, length);
      held.push(side.values);
      for (let at = 0; at < exact.length; at += headDim) {
        const { scales } = quantizeKvRow(exact.subarray(at, at + headDim));
        for (let j = at; j < at + headDim; j++) {
          const scale = scales[(j - at) >> 5];
          if (Math.abs(side.scales[j] / scale - 1) > 1e-3)
            worst.add(Infinity, `a scale of ${side.scales[j]}, not ${scale}`);
          const steps = Math.abs(side.values[j] - exact[j]) / side.scales[j];
          if (!(steps <= 0.501)) worst.add(Infinity, `${side.values[j]} is ${steps} steps from ${exact[j]}`);
        }
      }
    }
    const expected = attention(queries.slice(position * rows[0]), held[0], held[1], {
      heads,
      kvHeads,
      headDim,
      firstPosition: position,
    });
    worst.add(relativeError(out, expected), `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`);
  }
  return { ...worst, limit };
};

/** Values of a key or value [64] that f16 does not hold, and some beside them that it does. */
const beyondHalf = (() => {
  const values = Float32Array.from({ length: 64 }, (_, i) => i - 20.5);
  values.set([70_000, 1.5, -1e6, 65_504, 65_519, -65_519], 0);
  values.set([1e30, -3e38], 10);
  return values;
})();
const spoiledHalf = beyondHalf.slice();
spoiledHalf.set([NaN, 2.5, 7, Infinity, -Infinity, NaN], 20);

/** What an f16 cache holds: the nearest half, the largest for values beyond it, a NaN for what isn't a number. */
const isHalf = (bits: number, value: number) =>
  Number.isFinite(value)
    ? bits === f32ToF16Bits(Math.max(-65_504, Math.min(65_504, value)))
    : Number.isNaN(f16ToNumber(bits));

/**
 * A cache that cannot hold the numbers it is given: they become the largest it can, neighbours stay, and what isn't a number
 * still isn't. The residual stream is a single 1, so that keys and values are the weights themselves.
 */
const beyond = (fused: boolean, kernel: Variants["attention"]) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const kv of ["f16", "q8"] as const)
    for (const tokens of [1, 3]) {
      using gpuCase = await openCase(context, { fused, attention: kernel });
      const headDim = 64;
      const shape = { heads: 1, kvHeads: 1, headDim, context: 4, kv };
      const rows = [headDim, headDim, headDim];
      const values = [new Float32Array(headDim), beyondHalf, spoiledHalf];
      const stored = values.map((matrix) => new Uint8Array(matrix.buffer));
      const parts = { stored, values: values.map((matrix) => Float64Array.from(matrix)), encodings: alike };
      const places = rows.map((_, i) => ({ base: i * headDim, half: 0 }));
      const qkv = await joined(gpuCase, parts, rows, 1, places, false);
      const table = gpuCase.buffer(Float32Array.from({ length: shape.context * headDim }, (_, i) => 1 - (i % 2)));
      const [x, gain] = [new Float32Array(tokens).fill(1), new Float32Array([1])];
      const { cache } = await attendAfter(gpuCase, { x, gain, eps: 0, qkv, table, shape, position: 0, tokens });
      for (const [side, buffer] of [cache.k, cache.v].entries()) {
        const given = values[1 + side];
        const bytes = await gpuCase.read(buffer);
        const what = `${kv}, ${side ? "v" : "k"} of ${tokens}`;
        const { row, scales } = placeInCache(shape, 0, 0); // a head's rows and scales are contiguous
        const halves = new Uint16Array(bytes, kv === "f16" ? row : scales);
        const codes = new Int8Array(bytes, row);
        for (let at = 0; at < tokens * headDim; at++) {
          const value = given[at % headDim];
          if (kv === "f16") {
            if (!isHalf(halves[at], value)) worst.add(Infinity, `${what}: ${f16ToNumber(halves[at])} of ${value}`);
            continue;
          }
          const scale = f16ToNumber(halves[at >> 5]);
          const first = (at % headDim) & 32;
          const wanted = Math.max(-127 * scale, Math.min(127 * scale, value));
          const right = given.subarray(first, first + 32).every(Number.isFinite)
            ? Math.abs(scale * codes[at] - wanted) <= 0.501 * scale
            : Number.isNaN(scale);
          if (!right) worst.add(Infinity, `${what}: ${codes[at]} times ${scale} of ${value}`);
        }
      }
    }
  return { ...worst, limit: 0 };
};

export const checks: Checks = {
  "keys and values beyond f16, fused": beyond(true, "tile"),
  "keys and values beyond f16, apart": beyond(false, "rows"),
  "self-attention with a q8 cache, fused": { run: bytesCache(true, "tile"), variants: [[], ["subgroups"]] },
  "self-attention with a q8 cache, apart": bytesCache(false, "rows"),
};
