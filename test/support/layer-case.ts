// Parts of a decoder layer as a kernel check needs them: weights joined as the engine joins them, a cache filled in one
// batch and then read by a few tokens, the shapes at which attention is tried.

import { cacheRow } from "../../src/gpu/cache-layout.ts";
import { strideOf, type HeadShape, type Norm, type Scratch } from "../../src/gpu/operations.ts";
import { allocateWeight, type Weight } from "../../src/gpu/weight.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { decodeStored } from "../reference/stored.ts";
import type { Case } from "./gpu-case.ts";
import { randomStored } from "./random-stored.ts";

export const eps = 1e-5; // of every norm

export function randomVector(length: number, seed: number, size = 1): Float32Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  return Float32Array.from({ length }, () => random() * size);
}

const rowsOf = (values: Float32Array, cols: number) =>
  Array.from({ length: values.length / cols }, (_, t) => Float64Array.from(values.subarray(t * cols, (t + 1) * cols)));

/** RMSNorm of every row, in float64. */
export const normed = (x: Float32Array, gain: Float32Array, epsilon = eps) =>
  Float64Array.from(rowsOf(x, gain.length).flatMap((row) => [...rmsNorm(row, Float64Array.from(gain), epsilon)]));

/** A gain as the engine keeps it: zero beyond dim up to the stride. */
export const gainBuffer = (gpuCase: Case, gain: Float32Array) => {
  const padded = new Float32Array(strideOf(gain.length));
  padded.set(gain);
  return gpuCase.buffer(padded);
};

export function scratch(gpuCase: Case, tokens: number, dim: number, widest: number, partialFloats = 1): Scratch {
  const zeros = (cols: number) => gpuCase.activation(new Float32Array(tokens * cols), tokens, cols);
  return {
    normed: zeros(dim),
    products: zeros(widest),
    partial: gpuCase.memory.storage("partial", partialFloats * 4),
  };
}

export interface Parts {
  stored: Uint8Array[];
  values: Float64Array[];
  encodings: Encoding[];
}

/** q, k, v (or gate, up) as the engine puts them into one weight. */
export async function joined(
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

export function makeParts(encodings: Encoding[], rows: readonly number[], cols: number): Parts {
  const stored = rows.map((count, i) => randomStored(encodings[i], count, cols, count + 7 * i));
  return { stored, encodings, values: stored.map((bytes, i) => decodeStored(encodings[i], bytes, rows[i], cols)) };
}

/** [tokens, heads, kvHeads, headDim, position, dim]: fills the cache in one batch, then computes the tokens. */
export const attentionCases = [
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

export const alike: Encoding[] = ["f32", "f32", "f32"];

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

export async function attendAfter(gpuCase: Case, attend: Attend) {
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
    const splits = Math.ceil(shape.context / gpuCase.gpu.variants.attentionSplit);
    const room = scratch(gpuCase, count, dim, qkv.rows, heads * splits * (headDim + 2));
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
