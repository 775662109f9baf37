// Sums of what buffers hold, made by the GPU (word_sum.wgsl), and what others begin with or have in some rows: read back
// together.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import { bindGroups } from "./dispatch.ts";
import type { Kernels } from "./kernel.ts";
import { GpuMemory, type Written } from "./memory.ts";
import { createGathering } from "./readback.ts";
import { allOf, wordSum } from "./word-sum.ts";

const placeBytes = 256; // where a binding may begin
// Enough to fill a GPU; more would only take turns adding to one number.
const mostGroups = 256;
const foursPerGroup = 64 * 16;
// A large model's first load reads a few, each taking 100 ms in Firefox (bugzilla 1870699). Not measured.
const mostReadBytes = 4 << 20;

/**
 * In a buffer larger than 64 KiB, one of every so many runs of 16 bytes is looked at. A software adapter would take half a
 * warm start for all of them (SwiftShader, 2026-11-28). What it misses is a change of less than 1 KiB, which no write makes
 * but that of a single short row.
 */
export const summedEvery = ({ software }: Pick<Gpu, "software">): number => (software ? 64 : 1);

export function sumPipeline(gpu: Gpu, kernels: Kernels): Promise<GPUComputePipeline> {
  return kernels.pipeline({ kernel: "word_sum", constants: { every: summedEvery(gpu) } });
}

/** Encodes adding a buffer's sum to the word at `place` of `sums`. What follows its bytes up to a multiple of 16 is zero. */
export function encodeSum(
  gpu: Gpu,
  pass: GPUComputePassEncoder,
  pipeline: GPUComputePipeline,
  { buffer, sizeBytes }: Pick<Written, "buffer" | "sizeBytes">,
  sums: GPUBuffer,
  place = 0,
): void {
  const fours = Math.ceil(sizeBytes / 16);
  const looked = fours > allOf ? fours / summedEvery(gpu) : fours;
  const buffers = {
    words: { buffer, size: 16 * fours },
    sum: { buffer: sums, offset: placeBytes * place, size: 4 },
  };
  pass.setPipeline(pipeline);
  for (const [index, group] of bindGroups(gpu.device, pipeline, { kernel: "word_sum", buffers }).entries())
    pass.setBindGroup(index, group);
  pass.dispatchWorkgroups(Math.min(mostGroups, Math.ceil(looked / foursPerGroup)));
}

/** Whether what was written is there, and the sums of whole buffers, in their order. Errors: as `notArrived`. */
export async function checkWritten(
  gpu: Gpu,
  kernels: Kernels,
  written: readonly Written[],
  whole: readonly GPUBuffer[],
): Promise<number[]> {
  const pipeline = await sumPipeline(gpu, kernels);
  const memory = new GpuMemory(gpu);
  try {
    const sumsBytes = placeBytes * whole.length;
    const rounds = inRounds(written, sumsBytes);
    const mostBytes = Math.max(...rounds.map((one) => one.bytes));
    const { sums, gathering } = await memory.checked("the sums", () => ({
      sums: memory.storage("sums", sumsBytes),
      gathering: createGathering(gpu, memory, "sums read", mostBytes),
    }));
    const { begin, copy, read } = gathering;
    let found: number[] = [];
    for (const [index, round] of rounds.entries()) {
      begin();
      const encoder = gpu.device.createCommandEncoder();
      if (index === 0) {
        const pass = encoder.beginComputePass();
        for (const [place, buffer] of whole.entries())
          encodeSum(gpu, pass, pipeline, { buffer, sizeBytes: buffer.size }, sums, place);
        pass.end();
        copy(encoder, sums, sumsBytes);
      }
      for (const { buffer, sizeBytes, offset } of round.written) copy(encoder, buffer, sizeBytes, offset);
      gpu.device.queue.submit([encoder.finish()]);
      const words = await read();
      if (index === 0) found = whole.map((_, place) => words[(placeBytes / 4) * place]);
      let at = index === 0 ? sumsBytes / 4 : 0;
      for (const one of round.written) checkSum(one, wordSum(words.subarray(at, (at += one.sizeBytes / 4))));
    }
    return found;
  } finally {
    memory.dispose();
  }
}

/** What is read back together; the first round begins with `bytes` of sums. */
function inRounds(written: readonly Written[], bytes: number): { written: Written[]; bytes: number }[] {
  const rounds = [{ written: [] as Written[], bytes }];
  for (const one of written) {
    const last = rounds.at(-1)!;
    if (last.bytes > 0 && last.bytes + one.sizeBytes > mostReadBytes)
      rounds.push({ written: [one], bytes: one.sizeBytes });
    else {
      last.written.push(one);
      last.bytes += one.sizeBytes;
    }
  }
  return rounds;
}

function checkSum({ buffer, what, sum: expected }: Written, found: number): void {
  if (found !== expected) throw notArrived(what ?? buffer.label, { expected, found });
}

/** Errors: `driver-fault` with `facts.arrived` false. */
export function notArrived(what: string, sums: { expected: number; found: number }): PronkError {
  return new PronkError(
    "driver-fault",
    `The GPU has something else than it was sent (${what}): a write was lost, doubled or swapped on the way, or a command ` +
      "carried out wrongly. Load the model again; where it comes again, restart the browser or try another, or update the GPU's driver.",
    { ...sums, field: what, arrived: false },
  );
}
