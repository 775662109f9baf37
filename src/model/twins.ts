// Are the chosen kernels right on this adapter? A few fixed tokens go through layer 0, at once and alone, by the chosen
// kernels and by their plain twins: one dispatch for each operation, no optional feature. A choice that gives other numbers
// is dropped. The tests compare all kernels with each other; this finds drivers that no test has met.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Kernels } from "../gpu/kernel.ts";
import { GpuMemory } from "../gpu/memory.ts";
import { makePlan, type Batch } from "../gpu/plan.ts";
import { createGathering } from "../gpu/readback.ts";
import { Recorder } from "../gpu/recorder.ts";
import { stepBytes, stepRecord } from "../gpu/step-record.ts";
import { allowedError, type Variants } from "../gpu/variants.ts";
import type { KvFormat } from "../quant/layout.ts";
import { allocateActivations } from "./activations.ts";
import { allocateCache } from "./cache.ts";
import { layersForward } from "./forward.ts";
import type { ModelWeights } from "./weights.ts";

/** What an adapter is to run, and which of its choices were dropped. */
export interface Verdict {
  variants: Variants;
  features: string[];
  dropped: string[];
}

type Choice = Omit<Verdict, "dropped">;

export interface TwinsRequest {
  gpu: Gpu;
  kernels: Kernels;
  config: ModelConfig;
  weights: ModelWeights;
  ropeTable: GPUBuffer;
  otherTable?: GPUBuffer;
  kv: KvFormat;
}

const together = 5; // tokens at once, then one alone
const context = 32;

const plainVariants = {
  fused: false,
  matvec: "plain",
  matmul: "rows",
  attention: "rows",
  reducers: 64,
  int8: false,
} as const satisfies Partial<Variants>;

/** Errors: PronkError `driver-fault` where the plain twins give no numbers either. */
export async function withoutDisagreeing(request: TwinsRequest): Promise<Verdict> {
  const { gpu, kv } = request;
  const chosen: Choice = { variants: gpu.variants, features: [...gpu.features] };
  const plain: Choice = { variants: { ...gpu.variants, ...plainVariants }, features: [] };
  const right = await throughLayer(request, plain);
  const size = Math.sqrt(right.reduce((sum, value) => sum + value * value, 0) / right.length);
  if (!Number.isFinite(size)) throw withoutNumbers();
  const agrees = async (choice: Choice) => {
    const { int8, matvec } = choice.variants;
    const share = Math.max(allowedError[kv], int8 || matvec === "bytes" ? allowedError.q8 : 0);
    const values = await throughLayer(request, choice);
    // False for NaN.
    return values.every((value, i) => Math.abs(value - right[i]) <= share * Math.max(size, Math.abs(right[i])));
  };
  if (await agrees(chosen)) return { ...chosen, dropped: [] };
  const names = Object.keys(plainVariants) as (keyof typeof plainVariants)[];
  const drops: Verdict[] = [
    ...names
      .filter((name) => plainVariants[name] !== gpu.variants[name])
      .map((name) => ({ ...chosen, variants: { ...gpu.variants, [name]: plainVariants[name] }, dropped: [name] })),
    ...chosen.features.map((name) => {
      return { ...chosen, features: chosen.features.filter((one) => one !== name), dropped: [name] };
    }),
  ];
  for (const drop of drops) if (await agrees(drop)) return drop;
  return { ...plain, dropped: drops.flatMap(({ dropped }) => dropped) };
}

function withoutNumbers(): PronkError {
  return new PronkError(
    "driver-fault",
    "Layer 0 gives numbers that are NaN or infinite, with the plainest kernels too. Its weights hold such numbers, or this " +
      "GPU computes wrongly. Try another browser; where that changes nothing, take another file of the model.",
    { expected: "finite numbers", found: "NaN or infinite", layer: 0 },
  );
}

/** The residual stream after layer 0, of all tokens. [together + 1, stride of dim] */
async function throughLayer(
  { gpu, kernels, config, weights, ropeTable, otherTable, kv }: TwinsRequest,
  { variants, features }: Choice,
): Promise<Float32Array> {
  const memory = new GpuMemory(gpu);
  try {
    const { device } = gpu;
    const own: Gpu = Object.create(gpu, { variants: { value: variants }, features: { value: new Set(features) } });
    const small = { ...config, layers: 1 };
    const { attentionSplit } = variants;
    const { cache, scratch, tokens, step, rows, rowBytes } = await memory.checked(
      "what kernels are compared with",
      () => {
        const room = { batchTokens: 8, contextLength: context, kv, attentionSplit, gateUpApart: true };
        const activations = allocateActivations(memory, { ...small, vocabSize: 1 }, room);
        const bytes = 4 * activations.x.stride;
        return {
          cache: allocateCache(memory, small, context, kv, gpu.maxBindingBytes),
          scratch: activations,
          tokens: memory.storage("twins' tokens", 4 * together),
          step: memory.storage("twins' step", stepBytes, GPUBufferUsage.UNIFORM),
          rows: createGathering(gpu, memory, "twins' rows", (together + 1) * bytes),
          rowBytes: bytes,
        };
      },
    );
    const { x } = scratch;
    const layer = { ...weights, layers: weights.layers.slice(0, 1) };
    const operations = layersForward(small, { weights: layer, cache, ropeTable, otherTable, tokens, x });
    const pass = async (batch: Batch) => {
      const recorder = new Recorder(own, memory, { step, many: batch.tokens > 1, scratch });
      await memory.checked("records of kernels that are compared", () => recorder.record(...operations));
      const plan = await makePlan(gpu, kernels, recorder.requests);
      const { position, tokens: count } = batch;
      const ids = Uint32Array.from({ length: count }, (_, i) => (7 * (position + i) + 1) % config.vocabSize);
      device.queue.writeBuffer(tokens, 0, ids);
      device.queue.writeBuffer(step, 0, stepRecord({ position, firstPage: 0 }, count));
      const encoder = device.createCommandEncoder();
      const computing = encoder.beginComputePass();
      plan.encode(computing, batch);
      computing.end();
      rows.copy(encoder, x.buffer, count * rowBytes);
      device.queue.submit([encoder.finish()]);
    };
    await pass({ position: 0, tokens: together });
    await pass({ position: together, tokens: 1 });
    return new Float32Array((await rows.read()).buffer);
  } finally {
    memory.dispose();
  }
}
