// The operations of a decoder layer around its matrices, at odd shapes, for one token and for many, each fused into the
// matrix product and apart: norm, rope, cache write, attention, SwiGLU.

import { ropeRows } from "../../src/model/rope-table.ts";
import { allocateWeight, type Weight } from "../../src/gpu/weight.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import { cacheRow } from "../../src/gpu/cache-layout.ts";
import { strideOf, type HeadShape, type Norm, type Scratch } from "../../src/gpu/operations.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { attention, quantizeKvRow, writeKv } from "../reference/attention.ts";
import { f16ToNumber } from "../reference/half.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { applyRope, ropeTable } from "../reference/rope.ts";
import { decodeStored } from "../reference/stored.ts";
import { swiglu } from "../reference/swiglu.ts";
import { giveBiases, plusBias } from "../support/biased-weight.ts";
import { openCase, Worst, type Case } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";

const limit = 1e-5;
const eps = 1e-5;

export function randomVector(length: number, seed: number, size = 1): Float32Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => random() * size);
}

const rowsOf = (values: Float32Array, cols: number) =>
  Array.from({ length: values.length / cols }, (_, t) => Float64Array.from(values.subarray(t * cols, (t + 1) * cols)));

/** RMSNorm of every row, in float64. */
const normed = (x: Float32Array, gain: Float32Array, epsilon = eps) =>
  Float64Array.from(rowsOf(x, gain.length).flatMap((row) => [...rmsNorm(row, Float64Array.from(gain), epsilon)]));

/** A gain as the engine keeps it: zero beyond dim up to the stride. */
const gainBuffer = (gpuCase: Case, gain: Float32Array) => {
  const padded = new Float32Array(strideOf(gain.length));
  padded.set(gain);
  return gpuCase.buffer(padded);
};

function scratch(gpuCase: Case, tokens: number, dim: number, widest: number, partialFloats = 1): Scratch {
  const zeros = (cols: number) => gpuCase.activation(new Float32Array(tokens * cols), tokens, cols);
  return {
    normed: zeros(dim),
    products: zeros(widest),
    partial: gpuCase.memory.storage("partial", partialFloats * 4),
  };
}

async function norm(context: CheckContext) {
  const worst = new Worst();
  for (const [tokens, dim] of [
    [1, 1],
    [1, 64],
    [5, 90],
    [3, 1000],
    [40, 33],
  ]) {
    for (const lastOnly of [false, true]) {
      using gpuCase = await openCase(context);
      const x = randomVector(tokens * dim, dim, 3);
      const gain = randomVector(dim, tokens);
      const out = gpuCase.activation(new Float32Array(tokens * dim), tokens, dim);
      gpuCase.setStep(7, tokens);
      await gpuCase.run(tokens, (record) =>
        record.norm(out, gpuCase.activation(x, tokens, dim), { gain: gainBuffer(gpuCase, gain), eps }, { lastOnly }),
      );
      const expected = normed(x, gain);
      const wanted = lastOnly ? expected.subarray(-dim) : expected;
      worst.add(
        relativeError(await gpuCase.readActivation(out, lastOnly ? 1 : tokens), wanted),
        `${tokens}x${dim} ${lastOnly}`,
      );
    }
  }
  return { ...worst, limit };
}

/** y = W norm(x) of the last token. */
const normedLast = (fused: boolean) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [tokens, dim, rows] of [
    [1, 1, 1],
    [1, 90, 7],
    [1, 1000, 33],
    [5, 33, 130],
  ]) {
    using gpuCase = await openCase(context, { fused });
    const x = randomVector(tokens * dim, dim, 3);
    const gain = randomVector(dim, tokens);
    const stored = randomStored("q8", rows, dim, rows);
    const weight = await gpuCase.weight("q8", stored, rows, dim);
    const out = gpuCase.activation(new Float32Array(rows), 1, rows);
    gpuCase.setStep(3, tokens);
    await gpuCase.run(tokens, (record) =>
      record.normedLast(
        out,
        weight,
        gpuCase.activation(x, tokens, dim),
        { gain: gainBuffer(gpuCase, gain), eps },
        scratch(gpuCase, tokens, dim, 1),
      ),
    );
    const expected = matmul(normed(x, gain).slice(-dim), decodeStored("q8", stored, rows, dim), 1, rows);
    worst.add(relativeError(await gpuCase.readActivation(out, 1), expected), `${tokens} tokens, ${rows}x${dim}`);
  }
  return { ...worst, limit };
};

interface Parts {
  stored: Uint8Array[];
  values: Float64Array[];
  encodings: Encoding[];
}

/** q, k, v (or gate, up) as the engine puts them into one weight. */
async function joined(
  gpuCase: Case,
  { stored, encodings }: Parts,
  rows: readonly number[],
  cols: number,
  halves: readonly { base: number; half: number }[],
  paired: boolean,
  split: boolean,
): Promise<Weight> {
  const segments = rows.map((count, i) => ({ format: plainFormat(encodings[i], cols), rows: count }));
  const bytes = split ? 4 * 128 * Math.ceil(cols / 32) : gpuCase.gpu.maxBindingBytes; // four f32 rows, or all
  const weight = allocateWeight(gpuCase.memory, { name: "joined", cols, segments, paired }, bytes);
  for (const [i, place] of halves.entries()) await gpuCase.upload(weight, encodings[i], stored[i], place);
  return weight;
}

function makeParts(encodings: Encoding[], rows: readonly number[], cols: number): Parts {
  const stored = rows.map((count, i) => randomStored(encodings[i], count, cols, count + 7 * i));
  return { stored, encodings, values: stored.map((bytes, i) => decodeStored(encodings[i], bytes, rows[i], cols)) };
}

/** [tokens, heads, kvHeads, headDim, position, dim]: fills the cache in one batch, then computes the tokens. */
const attentionCases = [
  [1, 1, 1, 2, 0, 5],
  [1, 4, 2, 8, 63, 40],
  [1, 8, 1, 64, 130, 33],
  [1, 2, 2, 256, 65, 16],
  [1, 3, 1, 6, 255, 33],
  [1, 3, 1, 6, 256, 33],
  [1, 2, 1, 32, 777, 64],
  [5, 6, 3, 10, 60, 24],
  [40, 4, 4, 32, 0, 32],
  [70, 2, 1, 128, 64, 32],
  [3, 3, 1, 6, 300, 12],
];

const mixed: Encoding[] = ["f32", "bf16", "f16"];
const alike: Encoding[] = ["f32", "f32", "f32"];

/** What a sibling of Llama adds. */
export interface Sibling {
  biases?: boolean;
  headNorm?: boolean;
  /** The share of the positions that attention sees. */
  window?: number;
}

export const selfAttention =
  (fused: boolean, kernel: Variants["attention"], sibling: Sibling = {}) =>
  async (context: CheckContext) => {
    const worst = new Worst();
    for (const [i, [tokens, heads, kvHeads, headDim, position, dim]] of attentionCases.entries()) {
      using gpuCase = await openCase(context, { fused, attention: kernel });
      const length = position + tokens;
      const window = sibling.window && Math.ceil(length * sibling.window);
      const shape = { heads, kvHeads, headDim, context: length + 3, kv: "f32" as const, window };
      const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
      const parts = makeParts(i % 2 ? mixed : alike, rows, dim);
      const half = headDim / 2;
      const places = [
        { base: 0, half },
        { base: rows[0], half },
        { base: rows[0] + rows[1], half: 0 },
      ];
      const qkv = await joined(gpuCase, parts, rows, dim, places, true, i % 3 === 0);
      const biases = sibling.biases ? giveBiases(gpuCase, qkv, rows, places) : [];
      const headGains = randomVector(2 * headDim, 6, 3); // of q, then of k
      const headNorm = sibling.headNorm ? { gain: gpuCase.buffer(headGains), eps } : undefined;
      const x = randomVector(length * dim, dim, 3);
      const gain = randomVector(dim, 5, 4);
      const rope = { headDim, ropeTheta: 10_000, ropeScaling: { kind: "none" } as const };
      const angleRows = ropeRows(rope as never, 0, shape.context, (p) => p + 1);
      const table = gpuCase.buffer(angleRows as Float32Array<ArrayBuffer>);
      const { out } = await attendAfter(gpuCase, { x, gain, eps, qkv, table, shape, position, tokens, headNorm });
      const [q, k, v] = parts.values.map((values, j) => {
        const product = plusBias(matmul(normed(x, gain), values, length, rows[j]), biases[j]);
        const headGain = Float64Array.from(headGains.subarray(j * headDim, (j + 1) * headDim));
        return headNorm && j < 2 ? rmsNorm(product, headGain, eps) : product;
      });
      const angles = ropeTable(rope, 0, length, length);
      const queries = applyRope(q, angles, heads, headDim).slice(position * rows[0]);
      const keys = applyRope(k, angles, kvHeads, headDim);
      const expected = attention(queries, keys, v, { heads, kvHeads, headDim, firstPosition: position, window });
      const what = `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`;
      worst.add(relativeError(out, expected), what);
    }
    return { ...worst, limit };
  };

/**
 * With an f16 cache rounding must be the same in both worlds, so what is rounded is made exact: x is one or minus one
 * (its norm is itself), weights are small multiples of 1/64, no angle.
 */
const halfCache = (fused: boolean, kernel: Variants["attention"]) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [tokens, heads, kvHeads, headDim, position] of attentionCases) {
    using gpuCase = await openCase(context, { fused, attention: kernel });
    const dim = 32;
    const length = position + tokens;
    const shape = { heads, kvHeads, headDim, context: length + 3, kv: "f16" as const };
    const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
    const values = rows.map((count, i) =>
      Float64Array.from(randomVector(count * dim, i + 3), (value) => Math.round(value * 20) / 64),
    );
    const stored = values.map((matrix) => new Uint8Array(Float32Array.from(matrix).buffer));
    const half = headDim / 2;
    const places = [
      { base: 0, half },
      { base: rows[0], half },
      { base: rows[0] + rows[1], half: 0 },
    ];
    const qkv = await joined(gpuCase, { stored, values, encodings: alike }, rows, dim, places, true, false);
    const x = randomVector(length * dim, 3).map((value) => (value < 0 ? -1 : 1));
    const gain = new Float32Array(dim).fill(1);
    const table = gpuCase.buffer(Float32Array.from({ length: shape.context * headDim }, (_, i) => 1 - (i % 2)));
    const { out } = await attendAfter(gpuCase, { x, gain, eps: 0, qkv, table, shape, position, tokens });
    const [queries, keys, kept] = values.map((matrix, j) => {
      const product = matmul(Float64Array.from(x), matrix, length, rows[j]);
      if (j === 0) return product.slice(position * rows[0]);
      const cache = new Float64Array(product.length);
      writeKv(cache, product, rows[j], 0, "f16");
      return cache;
    });
    const expected = attention(queries, keys, kept, { heads, kvHeads, headDim, firstPosition: position });
    worst.add(relativeError(out, expected), `${tokens} tokens at ${position}, ${heads}/${kvHeads} heads of ${headDim}`);
  }
  return { ...worst, limit };
};

interface Attend {
  x: Float32Array; // [position + tokens, dim]
  gain: Float32Array;
  eps: number;
  qkv: Weight;
  table: GPUBuffer;
  shape: HeadShape;
  headNorm?: Norm;
  position: number;
  tokens: number;
}

async function attendAfter(gpuCase: Case, attend: Attend) {
  const { x, gain, qkv, table, shape, position, tokens } = attend;
  const { heads, kvHeads, headDim } = shape;
  const dim = gain.length;
  const { memory } = gpuCase;
  const row = cacheRow(headDim, shape.kv);
  const sizeBytes = shape.context * kvHeads * row.sizeBytes;
  const side = (name: string, bytes: number) => memory.storage(name, bytes, GPUBufferUsage.COPY_SRC);
  const cache = { k: side("k", sizeBytes), v: side("v", sizeBytes) };
  const norm = { gain: gainBuffer(gpuCase, gain), eps: attend.eps };
  const out = gpuCase.activation(new Float32Array(tokens * heads * headDim), tokens, heads * headDim);
  for (const [first, count] of [
    [0, position],
    [position, tokens],
  ]) {
    if (count === 0) continue;
    const room = scratch(gpuCase, count, dim, qkv.rows, heads * (Math.ceil(shape.context / 256) + 1) * (headDim + 2));
    const freshBytes = kvHeads * count * row.dims * 4;
    room.fresh = { k: side("fresh k", freshBytes), v: side("fresh v", freshBytes), rows: count };
    const q = gpuCase.activation(new Float32Array(count * heads * headDim), count, heads * headDim);
    const input = gpuCase.activation(x.subarray(first * dim, (first + count) * dim), count, dim);
    gpuCase.setStep(first, count);
    await gpuCase.run(
      count,
      (record) => {
        record.queriesKeysValues(q, cache, qkv, input, norm, table, shape, room, attend.headNorm);
        if (first === position) record.attend(out, q, cache, shape, room);
      },
      { position: first },
    );
  }
  return { out: await gpuCase.readActivation(out, tokens), cache };
}

/** A q8 cache's side as [length, kvHeads, headDim] in float64, and the scale of each value. */
async function readCodes(gpuCase: Case, buffer: GPUBuffer, { kvHeads, headDim, context }: HeadShape, length: number) {
  const bytes = await gpuCase.read(buffer);
  const { dims, scaleWords } = cacheRow(headDim, "q8");
  const codes = new Int8Array(bytes);
  const halves = new Uint16Array(bytes, kvHeads * context * dims);
  const values = new Float64Array(length * kvHeads * headDim);
  const scales = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [position, head, i] = [
      Math.floor(at / (kvHeads * headDim)),
      Math.floor(at / headDim) % kvHeads,
      at % headDim,
    ];
    const row = head * context + position;
    scales[at] = f16ToNumber(halves[row * 2 * scaleWords + (i >> 5)]);
    values[at] = scales[at] * codes[row * dims + i];
  }
  return { values, scales };
}

/**
 * The cache holds what float64 gives within half a step of a scale that is the group's largest / 127 in f16, give or take
 * f32's last bits; attention over what it holds is exact.
 */
const bytesCache = (fused: boolean, kernel: Variants["attention"]) => async (context: CheckContext) => {
  const worst = new Worst();
  for (const [tokens, heads, kvHeads, headDim, position, dim] of attentionCases) {
    using gpuCase = await openCase(context, { fused, attention: kernel });
    const length = position + tokens;
    const shape = { heads, kvHeads, headDim, context: length + 3, kv: "q8" as const };
    const rows = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
    const parts = makeParts(alike, rows, dim);
    const places = rows.map((_, i) => ({ base: rows.slice(0, i).reduce((sum, count) => sum + count, 0), half: 0 }));
    const qkv = await joined(gpuCase, parts, rows, dim, places, true, false);
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

export const gated =
  (fused: boolean, encodings: Encoding[], biases = false) =>
  async (context: CheckContext) => {
    const worst = new Worst();
    for (const [tokens, hiddenDim, dim] of [
      [1, 1, 1],
      [1, 172, 64],
      [1, 90, 33],
      [7, 90, 33],
      [33, 257, 40],
    ]) {
      using gpuCase = await openCase(context, { fused });
      const rows = [hiddenDim, hiddenDim];
      const parts = makeParts(encodings, rows, dim);
      const paired = encodings[0] === encodings[1];
      const places = paired
        ? [
            { base: 0, half: hiddenDim },
            { base: 1, half: hiddenDim },
          ]
        : [
            { base: 0, half: 0 },
            { base: hiddenDim, half: 0 },
          ];
      const gateUp = await joined(gpuCase, parts, rows, dim, places, paired, dim === 33);
      const added = biases ? giveBiases(gpuCase, gateUp, rows, places) : [];
      const x = randomVector(tokens * dim, dim, 3);
      const gain = randomVector(dim, 5, 20);
      const out = gpuCase.activation(new Float32Array(tokens * hiddenDim), tokens, hiddenDim);
      gpuCase.setStep(0, tokens);
      await gpuCase.run(tokens, (record) =>
        record.gated(
          out,
          gateUp,
          gpuCase.activation(x, tokens, dim),
          { gain: gainBuffer(gpuCase, gain), eps },
          scratch(gpuCase, tokens, dim, 2 * hiddenDim),
        ),
      );
      const [gate, up] = parts.values.map((values, j) =>
        plusBias(matmul(normed(x, gain), values, tokens, hiddenDim), added[j]),
      );
      worst.add(
        relativeError(await gpuCase.readActivation(out, tokens), swiglu(gate, up)),
        `${tokens}x${hiddenDim}x${dim}`,
      );
    }
    return { ...worst, limit };
  };

const withoutSubgroups = [[], ["subgroups"]];

export const checks: Checks = {
  "RMSNorm, every token and the last only": norm,
  "norm and head, fused": { run: normedLast(true), variants: withoutSubgroups },
  "norm and head, apart": normedLast(false),
  "self-attention, fused": { run: selfAttention(true, "tile"), variants: withoutSubgroups },
  "self-attention, apart": selfAttention(false, "rows"),
  "self-attention with an f16 cache, fused": halfCache(true, "tile"),
  "self-attention with an f16 cache, apart": halfCache(false, "rows"),
  "self-attention with a q8 cache, fused": { run: bytesCache(true, "tile"), variants: withoutSubgroups },
  "self-attention with a q8 cache, apart": bytesCache(false, "rows"),
  "norm, gate, up and SwiGLU, fused": { run: gated(true, ["q4", "q4"]), variants: withoutSubgroups },
  "norm, gate, up and SwiGLU, apart": gated(false, ["q4", "q4"]),
  "gate and up in different encodings, fused": gated(true, ["q8", "q4"]),
  "gate and up in different encodings, apart": gated(false, ["q8", "q4"]),
};
