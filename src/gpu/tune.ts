// Which variant of a kernel is fastest on this adapter, by the GPU's own clock over the model's own weights (their values do
// not matter, so it can run before they arrive). Nothing is guessed where there is no clock: the defaults stay. Loaded
// on demand: what was measured is remembered.

import type { Gpu } from "./device.ts";
import { int8Error, mostInt8Error } from "./int8-gate.ts";
import type { Kernels } from "./kernel.ts";
import { hasBytes } from "./linear.ts";
import { GpuMemory } from "./memory.ts";
import { product, strideOf, write, type Activation } from "./operations.ts";
import { makePlan } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import { stepBytes, stepRecord } from "./step-record.ts";
import { harmlessMacs, mostDispatchMs, type Variants } from "./variants.ts";
import type { Weight } from "./weight.ts";

/**
 * The least that a timed pass lasts; its plan is repeated until it does: browsers round their clock to 0.1 ms, a thirtieth
 * of it. Not measured; nor is the most repeats, which limits the time for a plan of no work.
 */
const leastPassMs = 3;
const mostRepeats = 64;

/** Rows of a weight that are timed for a prompt. Not measured; chosen because a workgroup's largest tile has as many. */
const rowsTimed = 512;

/** Candidates for one token. `lanes` matter to plain ones only, `splits` to subgroups. */
const vectorCandidates: Pick<Variants, "matvec" | "lanes" | "splits">[] = [
  { matvec: "tile", lanes: 16, splits: 1 },
  { matvec: "plain", lanes: 64, splits: 1 },
  { matvec: "subgroup", lanes: 16, splits: 1 },
  { matvec: "subgroup", lanes: 16, splits: 2 },
  { matvec: "bytes", lanes: 16, splits: 1 },
];

/** What rounds must be clearly faster than what does not. Not measured; chosen because the clock's rounding is below it. */
const worthRounding = 0.95;

export interface TuneRequest {
  gpu: Gpu;
  kernels: Kernels;
  /** The matrices of one layer. */
  weights: readonly Weight[];
  /** Tokens of a prompt's batch. */
  tokens: number;
}

/**
 * The fastest matrix-vector and matrix-matrix kernels; the adapter's defaults where it has no clock. Throws PronkError
 * `out-of-memory`, and then leaves nothing on the GPU.
 */
export async function tuneVariants({ gpu, kernels, weights, tokens }: TuneRequest): Promise<Variants> {
  const best = { ...gpu.variants };
  if (!gpu.hasClock) return best;
  using trial = await Trial.make(gpu, kernels, weights, tokens);
  const bytes = await multipliesBytes({ gpu, kernels, weights });
  let fastest = Infinity;
  for (const candidate of vectorCandidates) {
    const rounds = candidate.matvec === "bytes";
    if (rounds && !bytes) continue;
    if (candidate.matvec === "subgroup" && !gpu.features.has("subgroups")) continue;
    const ms = await trial.timeMs({ ...best, ...candidate }, 1, weights);
    if (ms < fastest * (rounds ? worthRounding : 1)) {
      fastest = ms;
      Object.assign(best, candidate);
    }
  }
  fastest = Infinity;
  let matmul = best.matmul;
  for (const candidate of ["tile", "rows"] as const) {
    const ms = await trial.timeMs({ ...best, matmul: candidate }, tokens, [slice(weights[0])]);
    if (ms < fastest) {
      fastest = ms;
      matmul = candidate;
    }
  }
  const fitting = { ...best, matmul };
  const int8 = { ...fitting, int8: true };
  const ms = bytes ? await trial.timeMs(int8, tokens, [slice(weights[0])]) : Infinity;
  return ms < fastest * worthRounding ? int8 : fitting;
}

/** Whether the weights have bytes, and this adapter multiplies them correctly (some have been seen not to). */
async function multipliesBytes({ gpu, kernels, weights }: Omit<TuneRequest, "tokens">): Promise<boolean> {
  const [part] = weights[0].parts;
  if (!gpu.features.has("dp4a") || !weights[0].parts.every(hasBytes)) return false;
  return (await int8Error(gpu, kernels, part.format)) < mostInt8Error;
}

/** How many multiplications a dispatch of a prompt may hold on this adapter. Throws as `tuneVariants` does. */
export async function calibrateDispatch({ gpu, kernels, weights, tokens }: TuneRequest): Promise<number> {
  const largest = weights.reduce((most, weight) => (weight.rows * weight.cols > most.rows * most.cols ? weight : most));
  if (largest.rows * largest.cols * tokens <= harmlessMacs) return Infinity;
  if (!gpu.hasClock) return gpu.software ? harmlessMacs : Infinity;
  using trial = await Trial.make(gpu, kernels, [largest], tokens);
  const part = slice(largest);
  const ms = await trial.timeMs(gpu.variants, tokens, [part]);
  return (part.parts[0].rows * part.cols * tokens * mostDispatchMs) / ms;
}

/** The first rows of a weight: enough to fill an adapter, few enough to be quick on a slow one. */
function slice(weight: Weight): Weight {
  const [part] = weight.parts;
  return { ...weight, parts: [{ ...part, rows: Math.min(part.rows, rowsTimed) }] };
}

class Trial implements Disposable {
  readonly #gpu: Gpu;
  readonly #kernels: Kernels;
  readonly #memory: GpuMemory;
  readonly #x: Activation;
  readonly #y: Activation;
  readonly #step: GPUBuffer;
  readonly #clock: GPUQuerySet;
  readonly #ticks: GPUBuffer;
  readonly #read: GPUBuffer;

  static async make(gpu: Gpu, kernels: Kernels, weights: readonly Weight[], tokens: number): Promise<Trial> {
    const memory = new GpuMemory(gpu);
    return memory.checked("what kernels are tried with", () => new Trial(gpu, kernels, memory, weights, tokens));
  }

  private constructor(gpu: Gpu, kernels: Kernels, memory: GpuMemory, weights: readonly Weight[], tokens: number) {
    this.#gpu = gpu;
    this.#kernels = kernels;
    this.#memory = memory;
    const room = (name: string, cols: number): Activation => {
      const stride = strideOf(cols);
      return { buffer: this.#memory.storage(`trial ${name}`, tokens * stride * 4), cols, stride };
    };
    this.#x = room("x", Math.max(...weights.map(({ cols }) => cols)));
    this.#y = room("y", Math.max(...weights.map(({ rows }) => rows)));
    this.#step = this.#memory.storage("trial step", stepBytes, GPUBufferUsage.UNIFORM);
    this.#clock = gpu.device.createQuerySet({ type: "timestamp", count: 2 });
    this.#ticks = this.#memory.storage("trial ticks", 16, GPUBufferUsage.QUERY_RESOLVE);
    this.#read = this.#memory.readback("trial times", 16);
  }

  /** GPU milliseconds for the products with all `weights`; the best of three, after one or two to warm up. */
  async timeMs(variants: Variants, tokens: number, weights: readonly Weight[]): Promise<number> {
    const gpu: Gpu = Object.create(this.#gpu, { variants: { value: { ...variants, macsPerDispatch: Infinity } } });
    const recorder = await this.#memory.checked("a trial's records", () => {
      const made = new Recorder(gpu, this.#memory, { step: this.#step, many: tokens > 1 });
      for (const weight of weights)
        made.record(write(this.#y, product(weight, { ...this.#x, stride: strideOf(weight.cols) })));
      return made;
    });
    const plan = await makePlan(gpu, this.#kernels, recorder.requests);
    const { device } = this.#gpu;
    device.queue.writeBuffer(this.#step, 0, stepRecord({ position: 0, firstPage: 0 }, tokens));
    const passMs = async (repeats: number) => {
      const encoder = device.createCommandEncoder();
      const timestampWrites = { querySet: this.#clock, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      for (let i = 0; i < repeats; i++) plan.encode(pass, { position: 0, tokens });
      pass.end();
      encoder.resolveQuerySet(this.#clock, 0, 2, this.#ticks, 0);
      encoder.copyBufferToBuffer(this.#ticks, 0, this.#read, 0, 16);
      device.queue.submit([encoder.finish()]);
      await this.#gpu.untilLost(this.#read.mapAsync(GPUMapMode.READ));
      const [begin, end] = new BigUint64Array(this.#read.getMappedRange().slice(0));
      this.#read.unmap();
      return Math.max(Number(end - begin) / 1e6, 0.1);
    };
    let repeats = 1;
    for (let ms = await passMs(1); ms < leastPassMs && repeats < mostRepeats; ms = await passMs(repeats))
      repeats = Math.min(mostRepeats, Math.ceil((1.5 * repeats * leastPassMs) / ms));
    let best = Infinity;
    for (let run = 0; run < 3; run++) {
      const ms = await passMs(repeats);
      best = Math.min(best, ms / repeats);
      if (ms > 20) break; // slow enough for one run to tell
    }
    return best;
  }

  [Symbol.dispose](): void {
    this.#clock.destroy();
    this.#memory.dispose();
  }
}
