// Sums of words by the GPU, of odd sizes and of more than one grid takes at once, and the engine's own in JavaScript, against
// the formula of word_mix.wgsl in whole numbers of any size.

import { Repacker } from "../../src/gpu/repacker.ts";
import { sumBuffers, summedEvery } from "../../src/gpu/sum-buffers.ts";
import { Uploader } from "../../src/gpu/upload.ts";
import { allocateWeight } from "../../src/gpu/weight.ts";
import { wordSum } from "../../src/gpu/word-sum.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { openCase } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";

const whole = (value: bigint) => value & 0xffffffffn;

/** Exact. */
function exactSum(words: Uint32Array, every = 1): number {
  let sum = 0n;
  for (const [at, word] of words.entries()) {
    if ((at >> 2) % every > 0) continue;
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
      const { found, expected } = (await repacker.sums())!;
      if (found !== expected) wrong.push(`${encoding} ${rows} x ${cols}: ${found}, not ${expected}`);
    }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

export const checks: Checks = {
  "sums of what is uploaded": uploads,
  "sums of words": async (context: CheckContext) => {
    using gpuCase = await openCase(context);
    const random = randomNumbers(5);
    const drawn = sizes.map((size) => Uint32Array.from({ length: size }, () => ((random() + 1) * 2 ** 31) >>> 0));
    const buffers = drawn.map((words) => ({
      buffer: gpuCase.buffer(words),
      sizeBytes: words.byteLength,
      every: summedEvery(gpuCase.gpu, words.byteLength),
    }));
    const found = await sumBuffers(gpuCase.gpu, gpuCase.kernels, buffers);
    const wrong = drawn.flatMap((words, i) => {
      const expected = exactSum(words, summedEvery(gpuCase.gpu, words.byteLength));
      const own = wordSum(words) === exactSum(words);
      return found[i] === expected && own ? [] : [`${sizes[i]}: ${found[i]}, ${own}, not ${expected}`];
    });
    return { error: wrong.length, limit: 0, note: wrong.join("; ") };
  },
};
