// Parts of a decoder layer as a kernel check needs them: weights joined as the engine joins them, a cache filled in one
// batch and then read by a few tokens, the shapes at which attention is tried.

import { cacheRow, mostPages, pagePositions } from "../../src/gpu/cache-layout.ts";
import type { Scratch } from "../../src/gpu/fusion.ts";
import * as op from "../../src/gpu/operations.ts";
import { strideOf, type HeadShape } from "../../src/gpu/operations.ts";
import type { RowPlace } from "../../src/gpu/row-place.ts";
import { allocateWeight, type Weight } from "../../src/gpu/weight.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext } from "../harness/check.ts";
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

/** Room for norms of [tokens, dim] and for products. */
export function scratch(gpuCase: Case, tokens: number, dim: number, widest: number) {
  const zeros = (cols: number) => gpuCase.activation(new Float32Array(tokens * cols), tokens, cols);
  return { normed: zeros(dim), products: zeros(widest) };
}

export interface Parts {
  stored: Uint8Array[];
  values: Float64Array[];
  encodings: Encoding[];
}

/** q, k, v (or gate, up) as the engine puts them into one weight. `split`: into parts of few rows. */
export async function joined(
  gpuCase: Case,
  { stored, encodings }: Parts,
  rows: readonly number[],
  cols: number,
  places: readonly RowPlace[],
  split: boolean,
): Promise<Weight> {
  const segments = rows.map((count, i) => ({ format: plainFormat(encodings[i], cols), rows: count }));
  const bytes = split ? 4 * 128 * Math.ceil(cols / 32) : gpuCase.gpu.maxBindingBytes; // four f32 rows, or all
  const names = rows.length === 2 ? ["gate", "up"] : ["q", "k", "v"];
  const roles = new Map(names.map((name, i) => [name, { rows: rows[i], place: places[i] }]));
  const weight = allocateWeight(gpuCase.memory, { name: "joined", cols, segments, roles }, bytes);
  for (const [i, place] of places.entries()) await gpuCase.upload(weight, encodings[i], stored[i], place);
  return weight;
}

export function makeParts(encodings: Encoding[], rows: readonly number[], cols: number): Parts {
  const stored = rows.map((count, i) => randomStored(encodings[i], count, cols, count + 7 * i));
  return { stored, encodings, values: stored.map((bytes, i) => decodeStored(encodings[i], bytes, rows[i], cols)) };
}

/** All of a check's sizes, or those at `few` if compiling is slow (each is compiled anew); test/long tries the others there. */
export const sizesFor = <T>({ fewSizes }: Pick<CheckContext, "fewSizes">, few: readonly number[], all: readonly T[]) =>
  fewSizes ? few.map((place) => all[place]) : all;

/** [tokens, heads, kvHeads, headDim, position, dim]: a check fills the cache in one batch, then computes the tokens. */
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

/** Those left for a browser that compiles slowly: one token and many, heads of few and of many dims. */
const fewCases = [2, 5, 7, 9];

/** With each one's place in the list, and its cache's context: that of the longest with such heads, whose shaders it shares. */
export const attentionCasesFor = ({ fewSizes }: Pick<CheckContext, "fewSizes">) =>
  attentionCases.flatMap((sizes, i) => {
    const heads = ([, ...shape]: readonly number[]) => shape.slice(0, 3).join();
    const lengths = attentionCases.map((other) => (heads(other) === heads(sizes) ? other[0] + other[4] : 0));
    return fewSizes && !fewCases.includes(i) ? [] : [[i, sizes, Math.max(...lengths) + 3] as const];
  });

export const alike: Encoding[] = ["f32", "f32", "f32"];

interface Attend {
  x: Float32Array; // [position + tokens, dim]
  gain: Float32Array;
  eps: number;
  qkv: Weight;
  table: GPUBuffer;
  shape: HeadShape;
  headNorm?: Parameters<typeof op.headNorm>[1];
  /** Nothing is normed before the product. */
  plain?: boolean;
  position: number;
  tokens: number;
}

/** Pages stand in reverse order, behind an unused one. */
const pageOf = (context: number, position: number) =>
  Math.ceil(context / pagePositions) - Math.floor(position / pagePositions);

/** Where the row of a kv head's position, and its scales, begin in the cache that `attendAfter` gives; bytes. */
export function placeInCache({ kvHeads, headDim, context, kv }: HeadShape, head: number, position: number) {
  const { sizeBytes, scaleWords } = cacheRow(headDim, kv);
  const rowBytes = sizeBytes - 4 * scaleWords;
  const block = (pageOf(context, position) * kvHeads + head) * pagePositions * sizeBytes;
  const row = position % pagePositions;
  return { row: block + row * rowBytes, scales: block + pagePositions * rowBytes + row * 4 * scaleWords };
}

export async function attendAfter(gpuCase: Case, given: Attend) {
  const { x, gain, qkv, table, shape, position, tokens } = given;
  const { heads, kvHeads, headDim } = shape;
  const dim = gain.length;
  const { memory } = gpuCase;
  const row = cacheRow(headDim, shape.kv);
  const pageBytes = pagePositions * kvHeads * row.sizeBytes;
  const sizeBytes = (1 + pageOf(shape.context, 0)) * pageBytes;
  const side = (name: string, bytes: number) => ({ buffer: memory.storage(name, bytes, GPUBufferUsage.COPY_SRC) });
  const pages = memory.storage("pages", 4 * mostPages, GPUBufferUsage.UNIFORM);
  const order = Uint32Array.from({ length: pageOf(shape.context, 0) }, (_, i) =>
    pageOf(shape.context, i * pagePositions),
  );
  gpuCase.gpu.device.queue.writeBuffer(pages, 0, order);
  const cache = { k: side("k", sizeBytes), v: side("v", sizeBytes), pages };
  const gains = { gain: gainBuffer(gpuCase, gain), eps: given.eps };
  const out = gpuCase.activation(new Float32Array(tokens * heads * headDim), tokens, heads * headDim);
  for (const [first, count] of [
    [0, position],
    [position, tokens],
  ]) {
    if (count === 0) continue;
    const splits = Math.ceil(shape.context / gpuCase.gpu.variants.attentionSplit);
    const freshBytes = kvHeads * count * row.dims * 4;
    const zeroHeads = () => gpuCase.activation(new Float32Array(count * heads * headDim), count, heads * headDim);
    const room: Partial<Scratch> = {
      ...scratch(gpuCase, count, dim, qkv.rows),
      q: zeroHeads(),
      partial: memory.storage("partial", heads * splits * (headDim + 2) * 4),
      fresh: { k: side("fresh k", freshBytes), v: side("fresh v", freshBytes), rows: count },
    };
    const input = gpuCase.activation(x.subarray(first * dim, (first + count) * dim), count, dim);
    gpuCase.setStep(first, count);
    const rows = op.product(qkv, given.plain ? input : op.norm(input, gains));
    const turned = (role: string) => {
      const part = op.ofRole(rows, role);
      return op.rope(given.headNorm ? op.headNorm(part, given.headNorm) : part, table);
    };
    const value = op.attend(turned("q"), op.keep(cache, turned("k"), op.ofRole(rows, "v")), shape);
    await gpuCase.run(count, [op.write(first === position ? out : zeroHeads(), value)], {
      position: first,
      scratch: room,
    });
  }
  return { out: await gpuCase.readActivation(out, tokens), cache: { k: cache.k.buffer, v: cache.v.buffer } };
}
