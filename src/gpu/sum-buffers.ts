// Sums of what buffers hold, made by the GPU (word_sum.wgsl). All in one pass, read back at once.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import { bindGroups } from "./dispatch.ts";
import type { Kernels } from "./kernel.ts";
import { GpuMemory, type SummedBuffer } from "./memory.ts";
import { readMapped } from "./readback.ts";

const placeBytes = 256; // where a binding may begin
// Enough to fill a GPU; what is more only adds to one number one after another.
const mostGroups = 256;
const bytesPerGroup = 64 * 256;

/** Encodes the adding of a buffer's sum to the word at `place` of `sums`. */
export function encodeSum(
  { device }: Gpu,
  pass: GPUComputePassEncoder,
  pipeline: GPUComputePipeline,
  { buffer, sizeBytes }: SummedBuffer,
  sums: GPUBuffer,
  place = 0,
): void {
  const buffers = {
    words: { buffer, size: Math.ceil(sizeBytes / 16) * 16 },
    sum: { buffer: sums, offset: placeBytes * place, size: 4 },
  };
  pass.setPipeline(pipeline);
  for (const [index, group] of bindGroups(device, pipeline, { kernel: "word_sum", buffers }).entries())
    pass.setBindGroup(index, group);
  pass.dispatchWorkgroups(Math.min(mostGroups, Math.ceil(sizeBytes / bytesPerGroup)));
}

const sampled = 64;

/**
 * `every` for a weight: of every so many times 16 bytes the first 16 are looked at. A software adapter would take half a warm start for all of
 * them (SwiftShader, 2026-11-28); what a write puts wrong is longer than a KiB, or in a buffer of which all is looked at.
 */
export const summedEvery = ({ software }: Pick<Gpu, "software">, sizeBytes: number): number =>
  software && sizeBytes > 1 << 16 ? sampled : 1;

/** In the order of the buffers, each in [0, 2^32). */
export async function sumBuffers(
  gpu: Gpu,
  kernels: Kernels,
  buffers: readonly (SummedBuffer & { every?: number })[],
): Promise<number[]> {
  const [whole, sample] = await Promise.all(
    [1, sampled].map((every) => kernels.pipeline({ kernel: "word_sum", constants: { every } })),
  );
  const memory = new GpuMemory(gpu);
  try {
    const sums = memory.storage("sums", placeBytes * buffers.length, GPUBufferUsage.COPY_SRC);
    const result = memory.readback("sums read", placeBytes * buffers.length);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [place, { buffer, sizeBytes, every = 1 }] of buffers.entries()) {
      const pipeline = every > 1 ? sample : whole;
      encodeSum(gpu, pass, pipeline, { buffer, sizeBytes }, sums, place);
    }
    pass.end();
    encoder.copyBufferToBuffer(sums, 0, result, 0, placeBytes * buffers.length);
    gpu.device.queue.submit([encoder.finish()]);
    return await readMapped(gpu, result, placeBytes * buffers.length, (bytes) => {
      const words = new Uint32Array(bytes);
      return buffers.map((_, place) => words[(placeBytes / 4) * place]);
    });
  } finally {
    memory.dispose();
  }
}

/** Errors: `driver-fault` with `facts.arrived` false. */
export function notArrived(what: string, sums: { expected: number; found: number }): PronkError {
  return new PronkError(
    "driver-fault",
    `The GPU has something else than it was sent (${what}): a write was lost, doubled or swapped on the way. Load the model ` +
      "again; where it comes again, restart the browser or try another, or update the GPU's driver.",
    { ...sums, field: what, arrived: false },
  );
}
