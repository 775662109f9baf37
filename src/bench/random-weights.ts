// Fills a model's weights. `fillRandom` makes them on the GPU in the layout's own words, at the speed of its memory;
// `writeRandomRows` sends the definite matrices of random-rows.ts through the engine's own sink, whatever its layout.

import type { Model } from "../model/model.ts";
import { storedRowBytes, type StoredTensor } from "../quant/layout.ts";
import { packRecord } from "../gpu/record.ts";
import { makeProbe, uniformBuffer, type Probe } from "./compute.ts";
import { weightBuffers, type WeightBuffer } from "./engine-hooks.ts";
import { probeRecords } from "./probe-interfaces.ts";
import { randomRows, seedOf } from "./random-rows.ts";

/** fill_random.wgsl's kinds, and its size for rows of `cols` such that x of size 1 gives y of size 1. */
const kinds: Record<WeightBuffer["content"], number> = { codes: 0, scales: 1, f32: 2, f16: 3, bf16: 4, gain: 5 };
const codeSize = { q4: 4.6, q8: 74 }; // standard deviation of 0..15 - 8 and of -128..127

function sizeFor({ content, encoding, cols }: WeightBuffer): number {
  if (content !== "scales") return Math.sqrt(3 / cols); // uniform in -size..size has a deviation of size / sqrt(3)
  return 1 / ((encoding === "q8" ? codeSize.q8 : codeSize.q4) * Math.sqrt(cols));
}

export async function fillRandom(model: Model): Promise<void> {
  const { gpu } = model;
  const probes = new Map<number, Probe<"fill_random">>();
  const records: GPUBuffer[] = [];
  for (const weight of weightBuffers(model)) {
    const { buffer, content, name } = weight;
    const kind = kinds[content];
    let probe = probes.get(kind);
    if (!probe) probes.set(kind, (probe = await makeProbe(gpu, "fill_random", { kind })));
    const words = buffer.size / 4;
    const fields = { seed: seedOf(name), count: words, size: sizeFor(weight) };
    const record = uniformBuffer(gpu, packRecord(probeRecords.Fill, fields));
    records.push(record);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(probe.pipeline);
    pass.setBindGroup(0, probe.bind({ words: buffer, fill: record }));
    const groups = Math.ceil(words / 64);
    const wide = Math.min(groups, 16384);
    pass.dispatchWorkgroups(wide, Math.ceil(groups / wide));
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
  }
  await gpu.device.queue.onSubmittedWorkDone();
  for (const record of records) record.destroy();
  gpu.check();
}

/** Writes a whole model of them, a few MiB at a time. */
export async function writeRandomRows(model: Model, tensors: readonly StoredTensor[]): Promise<void> {
  for (const tensor of tensors) {
    const rowBytes = storedRowBytes(tensor.encoding, tensor.cols);
    const rowsAtOnce = Math.max(1, Math.floor((4 << 20) / rowBytes));
    for (let row = 0; row < tensor.rows; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, tensor.rows - row);
      await model.sink.write(tensor, row * rowBytes, randomRows(tensor, row, rows));
    }
  }
  await model.gpu.device.queue.onSubmittedWorkDone();
  model.gpu.check();
}
