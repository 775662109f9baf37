// A Llama on the GPU: weights, KV cache, scratch and the recorded forward passes (one token, many tokens). It only computes;
// generate/ decides what comes next. Owns every buffer it makes.

import { countParameters } from "../format/llama-tensors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { Gpu } from "../gpu/device.ts";
import { Kernels } from "../gpu/kernel.ts";
import { GpuMemory } from "../gpu/memory.ts";
import { mostStepTokens, mostTopTokens, type Activation, type Operation } from "../gpu/operations.ts";
import { makePlan, type Plan } from "../gpu/plan.ts";
import { Recorder } from "../gpu/recorder.ts";
import { checkWritten, notArrived, summedEvery, sumPipeline } from "../gpu/sum-buffers.ts";
import { Repacker } from "../gpu/repacker.ts";
import type { RowSamples } from "../gpu/row-samples.ts";
import { stepBytes } from "../gpu/step-record.ts";
import { Uploader, uploadRepacks } from "../gpu/upload.ts";
import type { Variants } from "../gpu/variants.ts";
import { areNeighbours } from "../gpu/weight.ts";
import { onDemand } from "../on-demand.ts";
import type { KvFormat, WeightSink } from "../quant/layout.ts";
import {
  allocateActivation,
  allocateActivations,
  batchTokens,
  fewPartialBytes,
  samplerWords,
  severalBytes,
  type Activations,
} from "./activations.ts";
import { allocateCache, type KvCache } from "./cache.ts";
import { CachePages } from "./cache-pages.ts";
import { CachePool } from "./cache-pool.ts";
import { headForward, layersForward } from "./forward.ts";
import { otherRows, ropeRows } from "./rope-table.ts";
import type { Verdict } from "./twins.ts";
import { createWeightSink } from "./weight-sink.ts";
import { allocateWeights, type ModelTensor, type ModelWeights } from "./weights.ts";

const tuning = onDemand("measures kernels", () => import("../gpu/tune.ts"));
const packedSink = onDemand("takes quantized matrices apart", () => import("./packed-sink.ts"));
const twins = onDemand("compares kernels", () => import("./twins.ts"));
const rowSamples = onDemand("looks at rows of what is loaded", () => import("../gpu/row-samples.ts"));

interface FewRoom {
  logits: Activation;
  partial: GPUBuffer;
}

const worthTuning = 100e6; // parameters; not measured: smaller models answer fast enough untuned

export interface ModelOptions {
  kv: KvFormat;
  contextLength: number;
  /** The load's signal: once aborted, nothing more is compiled. */
  signal?: AbortSignal;
  /** For `check`: what it gave when these tensors were loaded before, or "new" if it is to find out; default: no check. */
  sums?: WeightSums | "new";
}

/** Sums of the weights' buffers as they stand on the GPU, by buffer and size. */
export type WeightSums = Readonly<Record<string, number>>;

export interface SamplerBuffers {
  counts: GPUBuffer; // [vocabSize] u32
  bias: GPUBuffer; // [vocabSize] f32
  allowed: GPUBuffer; // [vocabSize / 32, rounded up] bits
  settings: GPUBuffer; // sample.wgsl's Settings
  receipt: GPUBuffer; // sample.wgsl's Receipt
}

export class Model {
  readonly gpu: Gpu;
  readonly config: ModelConfig;
  readonly memory: GpuMemory;
  readonly weights: ModelWeights;
  readonly cache: KvCache;
  readonly pages: CachePages; // of a sequence that runs alone
  readonly activations: Activations;
  readonly ropeTable: GPUBuffer; // [context, headDim / 2, 2] f32
  readonly otherTable?: GPUBuffer; // the same for layers that are not turned, or local
  readonly step: GPUBuffer; // step.wgsl's Step
  readonly tokens: GPUBuffer; // [batchTokens] u32; after sampling, [0] is the next token
  readonly sampler: SamplerBuffers; // of a sequence that runs alone
  readonly topTokens: GPUBuffer; // [1 + 2 * mostTopTokens]: top_tokens.wgsl's result
  readonly batchTokens: number;
  readonly sink: WeightSink;
  readonly kernels: Kernels;
  readonly #repacker: Repacker;
  readonly #sums: WeightSums | undefined; // that the weights must have
  #samples: Promise<RowSamples> | undefined; // where none are known
  #few: Promise<FewRoom> | undefined; // once a step of a few tokens was asked for
  readonly #plans: Plan[] = [];
  #ropeWritten = false;

  /** Allocates; the weights are still to be written into `sink`. */
  static create(gpu: Gpu, config: ModelConfig, tensors: readonly ModelTensor[], options: ModelOptions): Promise<Model> {
    const memory = new GpuMemory(gpu);
    return memory.checked("the model", () => new Model(gpu, memory, config, tensors, options));
  }

  private constructor(
    gpu: Gpu,
    memory: GpuMemory,
    config: ModelConfig,
    tensors: readonly ModelTensor[],
    options: ModelOptions,
  ) {
    const { contextLength, kv, signal } = options;
    this.gpu = gpu;
    this.config = config;
    this.memory = memory;
    this.kernels = new Kernels(gpu, { calmly: true, signal });
    this.#repacker = new Repacker(gpu, memory, this.kernels);
    const allocated = allocateWeights(gpu, memory, config, tensors);
    this.weights = allocated.weights;
    const { sums } = options;
    if (sums && sums !== "new" && this.#weightBuffers().every(({ name }) => name in sums)) this.#sums = sums;
    else if (sums) {
      // Or in another layout.
      this.#repacker.sumAll();
      this.#samples = rowSamples().then(({ RowSamples: Samples }) => new Samples());
      this.#samples.catch(() => {}); // the sink reports it
    }
    if (sums) sumPipeline(gpu, this.kernels).catch(() => {}); // the check reports it
    this.#repacker.prepare([...allocated.targets.values()].flatMap(uploadRepacks));
    const uploader = new Uploader(this.#repacker);
    const { packed } = allocated;
    const samples = this.#samples;
    const repacker = this.#repacker;
    const writePart =
      packed.size > 0
        ? packedSink().then((part) => part.createPackedSink({ gpu, memory, repacker, packed, samples }))
        : undefined;
    writePart?.catch(() => {}); // the sink reports it
    this.sink = createWeightSink({ memory, uploader, writePart, allocated, samples });
    this.cache = allocateCache(memory, config, contextLength, kv, gpu.maxBindingBytes);
    this.pages = new CachePages(
      new CachePool(gpu, memory, this.cache, () => this.#plans.forEach((plan) => plan.bind())),
    );
    this.batchTokens = gpu.software ? batchTokens.software : batchTokens.hardware;
    this.activations = allocateActivations(memory, config, {
      batchTokens: this.batchTokens,
      contextLength,
      kv,
      attentionSplit: gpu.variants.attentionSplit,
      gateUpApart:
        !gpu.variants.fused || this.weights.layers.some(({ gateUp }) => !areNeighbours(gateUp, "gate", "up")),
    });
    this.ropeTable = memory.storage("rope table", contextLength * config.headDim * 4);
    const others = otherRows(config, contextLength);
    if (others) memory.write((this.otherTable = memory.storage("other angles", others.byteLength)), others);
    this.step = memory.storage("step", stepBytes, GPUBufferUsage.UNIFORM);
    this.tokens = memory.storage("tokens", this.batchTokens * 4);
    this.sampler = allocateSampler(memory, config);
    this.topTokens = memory.storage("top tokens", (1 + 2 * mostTopTokens) * 4);
    this.setPromptLength(0);
  }

  /**
   * Measures which kernels are fastest here and how large a dispatch may be; the weights need not have arrived. Call it
   * before the plans are made. Small models are quick on anything and are left alone.
   */
  async measureVariants(): Promise<Variants> {
    const { gpu } = this;
    const { qkv, output, gateUp, down } = this.weights.layers[0];
    const request = { gpu, kernels: this.kernels, weights: [gateUp, qkv, output, down], tokens: this.batchTokens };
    const { tuneVariants, calibrateDispatch } = await tuning();
    const large = countParameters(this.config) >= worthTuning;
    // Software adapters differ only in what their defaults already know, and compile slowly.
    const variants = large && !gpu.software ? await tuneVariants(request) : gpu.variants;
    gpu.variants = variants;
    return { ...variants, macsPerDispatch: await calibrateDispatch(request) };
  }

  /** For plans made from now on: kernels other than those first chosen for the adapter. */
  follow({ variants, features }: { variants: Variants; features: Iterable<string> }): void {
    const { gpu, memory, activations } = this;
    gpu.variants = variants;
    gpu.features = new Set(features);
    const cols = 2 * this.config.hiddenDim; // gate and up, written down where nothing is fused
    if (variants.fused || activations.products.cols >= cols) return;
    memory.release(activations.products.buffer);
    activations.products = allocateActivation(memory, "products", this.batchTokens, cols);
  }

  /** Which of the variants to keep, once the weights are here; see twins.ts. */
  async compareTwins(): Promise<Verdict> {
    const { gpu, kernels, config, weights, ropeTable, otherTable, cache } = this;
    const { withoutDisagreeing } = await twins();
    return withoutDisagreeing({ gpu, kernels, config, weights, ropeTable, otherTable, kv: cache.kv });
  }

  /** One token through all layers and the head to logits. `weights`: the model's own, or as an adapter changes them. */
  tokenPlan(weights = this.weights): Promise<Plan> {
    return this.#plan("one", [...this.#layers(weights), ...this.#head(weights)]);
  }

  /**
   * Two to eight consecutive tokens of a sequence, or apart, each of another, through all layers and the head to logits, in
   * one step: each as `tokenPlan` computes it alone, bit for bit where an adapter adds in the order that it is told.
   */
  async fewPlan(tokens: number, weights = this.weights, apart = false): Promise<{ plan: Plan; logits: Activation }> {
    const { logits, partial } = await (this.#few ??= this.#roomForFew());
    const operations = [...this.#layers(weights), ...this.#head(weights, logits)];
    return { plan: await this.#plan("one", operations, { tokens, partial, apart }), logits };
  }

  /** What all plans of a few tokens write to; can be asked for again after a failure. */
  #roomForFew(): Promise<FewRoom> {
    const { memory, config } = this;
    const partialBytes = fewPartialBytes(config, this.#split);
    const room = memory.checked("the logits of a few tokens", () => ({
      logits: allocateActivation(memory, "a few tokens' logits", mostStepTokens, config.vocabSize),
      partial: memory.storage("a few tokens' partial", partialBytes),
    }));
    room.catch(() => (this.#few = undefined));
    return room;
  }

  /** A batch of a prompt through all layers, for its keys and values and the last position's residual stream. */
  batchPlan(weights = this.weights): Promise<Plan> {
    return this.#plan("many", this.#layers(weights));
  }

  /** Row 0 of the residual stream to logits; where a batch ends, `keepLast` puts its last row there. */
  headPlan(weights = this.weights): Promise<Plan> {
    return this.#plan("one", this.#head(weights));
  }

  /**
   * Copies the last row of a batch of `tokens` to row 0 of the residual stream: the shaders that make a single token's
   * logits then make these, and no others have to compile.
   */
  keepLast(encoder: GPUCommandEncoder, tokens: number): void {
    const { x, normed } = this.activations;
    const rowBytes = 4 * x.stride;
    if (tokens === 1) return;
    encoder.copyBufferToBuffer(x.buffer, (tokens - 1) * rowBytes, normed.buffer, 0, rowBytes); // not within one buffer
    encoder.copyBufferToBuffer(normed.buffer, 0, x.buffer, 0, rowBytes);
  }

  /** Room for the logits of every position of a batch, for debugging. */
  debugLogits(): Promise<Activation> {
    const { memory, batchTokens: rows, config } = this;
    return memory.checked("the logits of every position", () =>
      allocateActivation(memory, "all logits", rows, config.vocabSize),
    );
  }

  /** A batch to those logits. */
  debugPlan(logits: Activation, weights = this.weights): Promise<Plan> {
    return this.#plan("many", [...this.#layers(weights), ...this.#head(weights, logits)]);
  }

  /** What one more sequence chooses by, besides those that run already. Errors: `out-of-memory`. */
  createSampler(): Promise<SamplerBuffers> {
    const { memory, config } = this;
    return memory.checked("a sequence's sampler", () => allocateSampler(memory, config));
  }

  /** Chooses a token from the logits of the last position and moves the step on. */
  samplePlan(sampler = this.sampler): Promise<Plan> {
    const { tokens } = this;
    return this.#plan("one", [{ op: "sample", logits: this.activations.logits, sampler, tokens }]);
  }

  /** The most likely tokens after the last position. */
  topPlan(): Promise<Plan> {
    return this.#plan("one", [{ op: "top tokens", logits: this.activations.logits, result: this.topTokens }]);
  }

  #layers(weights: ModelWeights): Operation[] {
    return layersForward(this.config, { ...this, weights, x: this.activations.x });
  }

  #head(weights: ModelWeights, logits = this.activations.logits): Operation[] {
    return headForward(this.config, weights, this.activations.x, logits);
  }

  async #plan(
    kind: "one" | "many",
    operations: Operation[],
    { tokens = 1, partial = this.activations.partial, apart = false } = {},
  ): Promise<Plan> {
    const { gpu, memory, step, activations } = this;
    const scratch = { ...activations, partial };
    const recorder = new Recorder(gpu, memory, { step, many: kind === "many", tokens, apart, scratch });
    await memory.checked("the shaders' parameters", () => recorder.record(...operations));
    const plan = await makePlan(gpu, this.kernels, recorder.requests);
    this.#plans.push(plan);
    return plan;
  }

  /**
   * The GPU memory it takes once its cache has grown as far as it may and so many sequences have run at once, or drafts were
   * checked, asked before that; other parts are as they are now.
   */
  mostBytes(sequences = mostStepTokens, drafts = false): number {
    const { memory, config, cache } = this;
    const missing = Math.max(0, cache.sharedPages - cache.pages);
    const cacheBytes = 2 * cache.layers.length * missing * cache.pageBytes;
    return memory.usedBytes + cacheBytes + severalBytes(config, sequences, this.#split, drafts);
  }

  get #split() {
    return { contextLength: this.cache.context, attentionSplit: this.gpu.variants.attentionSplit };
  }

  /** Call once the weights are here: frees what only they needed, and lets all shaders compile at once. */
  finishLoading(): void {
    this.kernels.hurry();
    this.#repacker.dispose();
  }

  /** Every buffer of a matrix, once: a tied head is the embedding. */
  #weightBuffers(): { name: string; buffer: GPUBuffer }[] {
    const { embedding, head, layers } = this.weights;
    const whole = [embedding, head, ...layers.flatMap(({ qkv, output, gateUp, down }) => [qkv, output, gateUp, down])];
    const parts = [...new Set(whole)].flatMap(({ parts: all }) => all);
    return parts.flatMap(({ codes, scales, rowStart }) =>
      [codes, ...(scales ? [scales] : [])].map((buffer) => {
        const name = `${buffer.label}, row ${rowStart}, ${buffer.size} bytes, one of ${summedEvery(this.gpu)}`;
        return { name, buffer };
      }),
    );
  }

  /**
   * Whether the GPU has what it was sent; to be called once the weights and plans are there. Gives the sums of the weights,
   * for the next load, where they were not known. Throws PronkError `driver-fault` with `facts.arrived` false.
   */
  async check(): Promise<WeightSums | undefined> {
    const weights = this.#weightBuffers();
    const samples = await this.#samples;
    const written = [...this.#repacker.summed, ...this.memory.written, ...(samples?.written ?? [])];
    const found = await checkWritten(this.gpu, this.kernels, written, weights.map(({ buffer }) => buffer)); // prettier-ignore
    const sums: Record<string, number> = Object.fromEntries(weights.map(({ name }, i) => [name, found[i]]));
    for (const [name, sum] of Object.entries(sums))
      if (this.#sums && this.#sums[name] !== sum) throw notArrived(name, { expected: this.#sums[name], found: sum });
    return this.#sums ? undefined : sums;
  }

  /** Dynamic rope scaling turns a prompt longer than the trained context by the prompt's length; see rope-table.ts. */
  setPromptLength(length: number): void {
    const { context } = this.cache;
    if (this.#ropeWritten && this.config.ropeScaling.kind !== "dynamic") return;
    const rows = ropeRows(this.config, 0, context, (position) => Math.max(position + 1, length));
    this.memory.write(this.ropeTable, rows as Float32Array<ArrayBuffer>);
    this.#ropeWritten = true;
  }

  dispose(): void {
    this.memory.dispose();
  }
}

function allocateSampler(memory: GpuMemory, config: ModelConfig): SamplerBuffers {
  const { counts, bias, allowed } = samplerWords(config);
  return {
    counts: memory.storage("token counts", 4 * counts),
    bias: memory.storage("logit bias", 4 * bias),
    allowed: memory.storage("allowed tokens", 4 * allowed),
    settings: memory.storage("sampler settings", 48),
    receipt: memory.storage("receipt", 20),
  };
}
