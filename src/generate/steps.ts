// The GPU's side of a generation: encode, submit, read an id back. Nothing is created here per token but the encoder;
// position, count and token live in GPU buffers and the sampler moves them on.

import type { Batch, Plan } from "../gpu/plan.ts";
import type { Model } from "../model/model.ts";
import type { Ring } from "../gpu/readback.ts";
import type { GenerateRequest, SamplingSettings } from "./request.ts";
import { countsOf, settingsRecord } from "./sampler-record.ts";

type OnLogits = GenerateRequest["onLogits"];

export interface PrefillOptions {
  signal?: AbortSignal;
  onLogits?: OnLogits;
  /** Ids of a batch whose keys and values are now (being) written. */
  onBatch: (ids: readonly number[]) => void;
}

export async function createSteps(model: Model, ring: Ring) {
  const { gpu, config } = model;
  const { device } = gpu;
  const { queue } = device;
  const [one, many, head, sample] = await Promise.all([
    model.tokenPlan(),
    model.batchPlan(),
    model.headPlan(),
    model.samplePlan(),
  ]);
  let debug: Awaited<ReturnType<Model["debugPlan"]>> | undefined;

  function run(encoder: GPUCommandEncoder, plans: Plan[], batch: Batch) {
    const pass = encoder.beginComputePass();
    for (const plan of plans) plan.encode(pass, batch);
    pass.end();
  }

  async function readRows(
    source: GPUBuffer,
    stride: number,
    firstPosition: number,
    rows: number,
    onLogits: NonNullable<OnLogits>,
  ) {
    const sizeBytes = rows * stride * 4;
    const copy = device.createBuffer({ size: sizeBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, copy, 0, sizeBytes);
    queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    const floats = new Float32Array(copy.getMappedRange());
    for (let row = 0; row < rows; row++) {
      onLogits(firstPosition + row, floats.slice(row * stride, row * stride + config.vocabSize));
    }
    copy.destroy();
  }

  function sampleAndCopy(): Promise<number> {
    const encoder = device.createCommandEncoder();
    run(encoder, [sample], { position: 0, tokens: 1 });
    const read = ring.copy(encoder, model.tokens, 4);
    queue.submit([encoder.finish()]);
    return idFrom(read());
  }

  return {
    /** Uploads what the sampler needs for this generation. */
    prepare(sampling: SamplingSettings, promptIds: readonly number[]): void {
      const { record, shaped } = settingsRecord(sampling);
      queue.writeBuffer(model.sampler.settings, 0, record);
      if (!shaped) return;
      const bias = new Float32Array(config.vocabSize);
      for (const [id, value] of Object.entries(sampling.logitBias ?? {})) bias[Number(id)] = value;
      queue.writeBuffer(model.sampler.bias, 0, bias);
      queue.writeBuffer(model.sampler.counts, 0, countsOf(promptIds, config.vocabSize));
    },

    /** Computes the prompt from position `from` on and samples; the promise inside the result is the first id. */
    async prefill(promptIds: readonly number[], from: number, { signal, onLogits, onBatch }: PrefillOptions) {
      model.setPromptLength(promptIds.length);
      if (onLogits) debug ??= await model.debugPlan();
      let previous: Promise<unknown> = Promise.resolve();
      for (let position = from; position < promptIds.length; position += model.batchTokens) {
        const ids = promptIds.slice(position, position + model.batchTokens);
        queue.writeBuffer(model.tokens, 0, new Uint32Array(ids));
        queue.writeBuffer(model.step, 0, new Uint32Array([position, ids.length]));
        const encoder = device.createCommandEncoder();
        const last = position + ids.length === promptIds.length;
        const plans = onLogits ? [debug!.plan] : ids.length === 1 ? [one] : last ? [many, head] : [many];
        run(encoder, plans, { position, tokens: ids.length });
        queue.submit([encoder.finish()]);
        onBatch(ids);
        if (onLogits) await readRows(debug!.logits.buffer, debug!.logits.stride, position, ids.length, onLogits);
        // One batch runs while the next is encoded; more would make an abort wait.
        await previous;
        gpu.check();
        signal?.throwIfAborted();
        if (!last) previous = queue.onSubmittedWorkDone();
      }
      return { firstId: sampleAndCopy() };
    },

    /** Computes `position` from the id sampled last and samples the next. */
    next(position: number, onLogits: OnLogits): Promise<number> {
      if (onLogits) return stepWithLogits(position, onLogits);
      const encoder = device.createCommandEncoder();
      run(encoder, [one, sample], { position, tokens: 1 });
      const read = ring.copy(encoder, model.tokens, 4);
      queue.submit([encoder.finish()]);
      return idFrom(read());
    },
  };

  async function stepWithLogits(position: number, onLogits: NonNullable<OnLogits>): Promise<number> {
    const encoder = device.createCommandEncoder();
    run(encoder, [one], { position, tokens: 1 });
    queue.submit([encoder.finish()]);
    const { buffer, stride } = model.activations.logits;
    const rows = readRows(buffer, stride, position, 1, onLogits);
    const id = sampleAndCopy(); // submitted at once, after the copy: both come back in one wait
    await rows;
    return id;
  }
}

async function idFrom(bytes: Promise<ArrayBuffer>): Promise<number> {
  return new Uint32Array(await bytes)[0];
}
