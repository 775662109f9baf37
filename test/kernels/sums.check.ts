// Sums of words by the GPU, of odd sizes and of more than one grid takes at once, and the engine's own in JavaScript, against
// the formula of word_mix.wgsl in whole numbers of any size; and the sums of other words than were written.

import type { Gpu } from "../../src/gpu/device.ts";
import { Repacker } from "../../src/gpu/repacker.ts";
import { checkWritten, summedEvery } from "../../src/gpu/sum-buffers.ts";
import { Uploader } from "../../src/gpu/upload.ts";
import { allocateWeight } from "../../src/gpu/weight.ts";
import { sampleSum, wordSum } from "../../src/gpu/word-sum.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { openCase } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";

const whole = (value: bigint) => value & 0xffffffffn;

/** Exact; beyond 4096 fours, of every `every`th and the last. */
function exactSum(words: Uint32Array, every = 1): number {
  const fours = Math.ceil(words.length / 4);
  let sum = 0n;
  for (const [at, word] of words.entries()) {
    const four = at >> 2;
    if (fours > 4096 && four % every > 0 && four < fours - 1) continue;
    const spread = whole(BigInt(at + 1) * 0x9e3779b1n);
    const product = whole(BigInt(word) * ((spread ^ (spread >> 15n)) | 1n));
    sum += product ^ (product >> 16n);
  }
  return Number(whole(sum));
}

const sizes = [1, 2, 3, 5, 63, 64, 65, 1023, 1024, 1025, 4097, 70_001, 1_050_000];

const shapes = [[1, 1], [7, 33], [130, 90], [40, 64]]; // prettier-ignore

/** What dispatches found in pieces that end within a word, and rows that are cut between two. */
async function uploads(context: CheckContext) {
  const wrong: string[] = [];
  for (const encoding of ["f32", "f16", "bf16", "q8", "q4"] as const)
    for (const [rows, cols] of shapes) {
      using gpuCase = await openCase(context);
      const { gpu, memory, kernels } = gpuCase;
      const repacker = new Repacker(gpu, memory, kernels);
      repacker.sumAll();
      const format = plainFormat(encoding, cols);
      const weight = allocateWeight(
        memory,
        { name: "summed", cols, segments: [{ format, rows }] },
        gpu.maxBindingBytes,
      );
      const stored = randomStored(encoding, rows, cols, rows);
      const target = { weight, cols, encoding, place: { base: 0, half: 0 } };
      const uploader = new Uploader(repacker);
      for (let at = 0; at < stored.length; at += 1001) await uploader.write(target, at, stored.slice(at, at + 1001));
      const named = await checkWritten(gpu, kernels, repacker.summed, []).catch((error: Error) => error);
      if (named instanceof Error) wrong.push(`${encoding} ${rows} x ${cols}: ${named.message}`);
    }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

/** By a software adapter's measure and by any other's. */
async function sums(context: CheckContext) {
  using gpuCase = await openCase(context);
  const { kernels } = gpuCase;
  const random = randomNumbers(5);
  const drawn = sizes.map((size) => Uint32Array.from({ length: size }, () => ((random() + 1) * 2 ** 31) >>> 0));
  const buffers = drawn.map((words) => gpuCase.buffer(words));
  const wrong: string[] = [];
  for (const software of [true, false]) {
    const gpu: Gpu = Object.create(gpuCase.gpu, { software: { value: software } });
    const every = summedEvery(gpu);
    const found = await checkWritten(gpu, kernels, [], buffers);
    for (const [i, words] of drawn.entries()) {
      const expected = exactSum(words, every);
      const own = sampleSum(new Uint8Array(words.buffer), every);
      if (found[i] !== expected || own !== expected)
        wrong.push(`${sizes[i]} by ${every}: ${found[i]}, ${own}, not ${expected}`);
      if (wordSum(words) !== exactSum(words)) wrong.push(`${sizes[i]}: ${wordSum(words)}`);
    }
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

/** A word other than was written is named by its buffer's label, and nothing else is. */
async function written(context: CheckContext) {
  using gpuCase = await openCase(context);
  const { gpu, memory, kernels } = gpuCase;
  const records = [1, 5, 12].map((size) => memory.uniform(`record of ${size}`, new Uint32Array(size).fill(7).buffer));
  const check = () => checkWritten(gpu, kernels, memory.written, []);
  const whole = await check().then(() => "", (error: Error) => error.message); // prettier-ignore
  gpu.device.queue.writeBuffer(records[1], 16, Uint32Array.of(8));
  const named = await check().then(() => "", (error: Error) => error.message); // prettier-ignore
  return { error: Number(whole !== "" || !named.includes("record of 5")), limit: 0, note: `${whole}; ${named}` };
}

export const checks: Checks = {
  "sums of what is uploaded": uploads,
  "sums of words": sums,
  "what is not as it was written": written,
};
