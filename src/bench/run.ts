// One benchmark from end to end: what the adapter can do, whether its numbers are right, how fast the model loads, reads a
// prompt and answers, what it asks of the GPU for a token, and where the time goes. Counting and clocks on kernels have
// runs of their own, so that nothing stands in the way of what is timed.

import { PronkError } from "../errors.ts";
import { countParameters } from "../format/llama-tensors.ts";
import { openGpu, type Gpu } from "../gpu/device.ts";
import { greedy } from "../generate/request.ts";
import { mostStepTokens } from "../gpu/operations.ts";
import { probeAdapter, type AdapterLimits } from "./adapter-probes.ts";
import { checkOutputs } from "./check-outputs.ts";
import {
  buildModel,
  bytesPerToken,
  cacheBytes,
  readLogits,
  type RunSteps,
  stepOfRows,
  stepsAt,
  weightBuffers,
  type BuiltModel,
} from "./engine-hooks.ts";
import { callNames, countGpuCalls, watchBuffers, type GpuCalls } from "./gpu-calls.ts";
import { watchHeap } from "./heap.ts";
import { kernelTable } from "./kernel-table.ts";
import { timeKernels, watchBindGroups, type BindGroupWatch } from "./kernel-times.ts";
import { randomIds } from "./random-ids.ts";
import { randomTensors } from "./random-rows.ts";
import { fillRandom } from "./random-weights.ts";
import type { BenchReport, BenchRequest, PerToken } from "./report.ts";
import { timeDrafts } from "./drafts.ts";
import { timeSequences, tokensEach } from "./sequences.ts";
import { median, spreadOf } from "./statistics.ts";

/** Told what is being done, and how much of it all is done, 0 to 1. */
export type OnBenchProgress = (words: string, share: number) => void;

interface Sizes {
  prompt: number;
  decode: number;
  context: number;
  runs: number;
}

/** Errors: PronkError, where the adapter, the memory or the numbers are not up to it. */
export async function runBench(request: BenchRequest, onProgress: OnBenchProgress = () => {}): Promise<BenchReport> {
  const config = { ...request.config, layers: request.layers ?? request.config.layers };
  const asked = { ...request, config };
  onProgress("Asking for the GPU", 0);
  const heap = watchHeap();
  try {
    const gpu = await openGpu({ without: request.without });
    let peakHeapBytes: number | null;
    let limits: AdapterLimits;
    let measured: Awaited<ReturnType<typeof measure>>;
    try {
      const sizes = sizesFor(asked, gpu);
      onProgress("Measuring what the adapter can do", 0.02);
      limits = await probeAdapter(gpu);
      measured = await measure(gpu, asked, sizes, onProgress);
      peakHeapBytes = heap.peakBytes; // before the check, which makes its weights in JavaScript
    } finally {
      gpu.dispose();
    }
    onProgress("Checking two layers against plain kernels", 0.85);
    const check = await checkOutputs(asked);
    onProgress("Done", 1);
    const bytesPerSecond = measured.perToken.bytesRead * measured.decodeTokensPerSecond;
    return {
      shape: request.shape,
      layers: config.layers,
      parameters: countParameters(config),
      quantize: request.quantize,
      kv: request.kv,
      without: request.without,
      date: new Date().toISOString(),
      userAgent: globalThis.navigator?.userAgent ?? "",
      adapter: { ...gpu.adapter, software: gpu.software, features: [...gpu.features] },
      variants: gpu.variants,
      ...limits,
      ...measured,
      percentOfCeiling: (100 * bytesPerSecond) / limits.streamingBytesPerSecond,
      peakHeapBytes,
      check,
    };
  } finally {
    heap.stop();
  }
}

const draftedTokens = ({ software }: Gpu) => (software ? 64 : 256);

function sizesFor(request: BenchRequest, gpu: Gpu): Sizes {
  const { prompt, decode, context, runs, positions = [], sequences, draft, config } = request;
  const usual = gpu.software ? { prompt: 32, decode: 8 } : { prompt: 512, decode: 128 };
  const room = context ?? config.contextLength;
  const answer = decode ?? Math.min(usual.decode, Math.floor(room / 4));
  const given = prompt ?? Math.max(1, Math.min(usual.prompt, room - answer));
  const longest = Math.max(answer, sequences ? tokensEach : 0, draft ? draftedTokens(gpu) : 0);
  const needed = Math.max(given + longest, ...positions.map((position) => position + stepsTimed));
  const sizes = { prompt: given, decode: answer, context: context ?? Math.ceil(needed / 64) * 64, runs: runs ?? 3 };
  if (sizes.context < needed || answer < 2) {
    throw new PronkError(
      "bad-request",
      `A prompt of ${given} and ${longest} tokens after it need a context of ${needed} and at least 2 tokens; the context is ${sizes.context}.`,
      { field: "context", expected: `${needed}`, found: sizes.context },
    );
  }
  return sizes;
}

async function measure(gpu: Gpu, request: BenchRequest, sizes: Sizes, onProgress: OnBenchProgress) {
  const { config, kv, positions = [] } = request;
  const { prompt, decode, context, runs } = sizes;
  const tensors = randomTensors(config, request.quantize);
  const groups = watchBindGroups();
  const buffers = watchBuffers();
  let built: BuiltModel | undefined;
  try {
    const loads: number[] = [];
    for (let i = 0; i < runs; i++) {
      onProgress(`Loading, ${i + 1} of ${runs}`, 0.1 + (0.1 * i) / runs);
      built?.model.dispose();
      const started = performance.now();
      built = await buildModel(gpu, { config, tensors, kv, contextLength: context }, fillRandom);
      loads.push(performance.now() - started);
    }
    const { model, generator } = built!;
    const ids = randomIds(prompt, config.vocabSize);

    onProgress("Warming up", 0.2);
    await generate(built!, ids.slice(0, Math.min(4, prompt)), 2);
    const timed = [];
    for (let i = 0; i < runs; i++) {
      onProgress(`Reading and answering, ${i + 1} of ${runs}`, 0.25 + (0.35 * i) / runs);
      timed.push(await generate(built!, ids, decode));
    }
    const answers = new Set(timed.map((run) => run.ids.join()));
    if (answers.size > 1) throw wrongOutput("Two runs over the same prompt gave different ids");
    checkLogits(await readLogits(model));

    onProgress("Counting what a token costs", 0.6);
    const perToken = await countPerToken(built!, ids, gpu.software ? 4 : 32);
    onProgress("Timing every kernel", 0.68);
    // Browsers round the clock to 0.1 ms, many times what a kernel takes on a large GPU: only a mean of many says anything.
    const tokenMs = median(timed.map(({ restMs }) => restMs / (decode - 1)));
    const profileSteps = Math.max(1, Math.min(32, decode, Math.round(2000 / tokenMs)));
    const kernels = await profile(built!, ids, profileSteps, groups.buffersOf);
    let timedPositions: BenchReport["positions"] = [];
    if (positions.length > 0) {
      onProgress(`Timing positions ${positions.join(", ")}`, 0.76);
      timedPositions = await timePositions(built!, positions);
    }
    const counts = request.rows ?? (gpu.software ? [] : Array.from({ length: mostStepTokens }, (_, i) => i + 1));
    if (counts.length > 0) onProgress(`Timing steps of ${counts.join(", ")} tokens`, 0.8);
    const rows = await timeRows(model, Math.max(0, Math.min(prompt, context - mostStepTokens)), counts);
    let sequences: BenchReport["sequences"];
    if (request.sequences) {
      onProgress(`Timing ${request.sequences} answers at once`, 0.82);
      sequences = await timeSequences(built!, request.sequences, prompt);
      if (!sequences) throw wrongOutput("Answers computed together differ from the same ones alone");
    }
    let draft: BenchReport["draft"];
    if (request.draft) {
      onProgress("Timing answers with drafts", 0.83);
      draft = await timeDrafts(built!, prompt, draftedTokens(gpu));
      if (!draft) throw wrongOutput("An answer with drafts differs from the same without");
    }
    generator.reset();
    const spread = {
      loadMs: spreadOf(loads),
      prefillTokensPerSecond: spreadOf(timed.map(({ firstMs }) => prompt / (firstMs / 1000))),
      decodeTokensPerSecond: spreadOf(timed.map(({ restMs }) => (decode - 1) / (restMs / 1000))),
      timeToFirstTokenMs: spreadOf(timed.map(({ firstMs }) => firstMs)),
    };
    return {
      prompt,
      decode,
      context,
      loadMs: spread.loadMs.median,
      prefillTokensPerSecond: spread.prefillTokensPerSecond.median,
      decodeTokensPerSecond: spread.decodeTokensPerSecond.median,
      timeToFirstTokenMs: spread.timeToFirstTokenMs.median,
      spread,
      perToken: { ...perToken, bytesRead: Math.round(bytesPerToken(model, prompt + (decode >> 1))) },
      gpuBytes: buffers.peakBytes,
      weightBytes: weightBuffers(model).reduce((sum, { buffer }) => sum + buffer.size, 0),
      kvBytes: cacheBytes(model),
      kernels,
      positions: timedPositions,
      rows,
      sequences,
      draft,
      ids: timed[0].ids,
    };
  } finally {
    groups.stop();
    buffers.stop();
    built?.model.dispose();
  }
}

interface TimedRun {
  ids: number[];
  firstMs: number;
  restMs: number;
}

/** The whole prompt is computed, whatever the cache holds. */
async function generate({ generator }: BuiltModel, promptIds: number[], tokens: number) {
  generator.reset();
  const run: TimedRun = { ids: [], firstMs: 0, restMs: 0 };
  const started = performance.now();
  for await (const id of generator.generate({ promptIds, maxTokens: tokens, sampling: greedy, stopIds: [] })) {
    const now = performance.now() - started;
    if (run.ids.length === 0) run.firstMs = now;
    run.restMs = now - run.firstMs;
    run.ids.push(id);
  }
  return run;
}

/** Two answers of different length to the same prompt: what the longer one costs more, per extra token. */
async function countPerToken(built: BuiltModel, ids: number[], more: number): Promise<Omit<PerToken, "bytesRead">> {
  const prompt = ids.slice(0, Math.min(4, ids.length));
  const counted = async (tokens: number): Promise<GpuCalls> => {
    const counter = countGpuCalls();
    try {
      await generate(built, prompt, tokens);
      return counter.calls;
    } finally {
      counter.stop();
    }
  };
  const room = built.generator.contextLength - prompt.length;
  const few = 2;
  const many = Math.min(few + more, room);
  const [short, long] = [await counted(few), await counted(many)];
  const perToken = callNames.map((name) => [name, (long[name] - short[name]) / (many - few)]);
  return Object.fromEntries(perToken) as Omit<PerToken, "bytesRead">;
}

async function profile(
  built: BuiltModel,
  ids: number[],
  steps: number,
  buffersOf: BindGroupWatch["buffersOf"],
): Promise<BenchReport["kernels"]> {
  const { model } = built;
  const clocked = async (work: () => Promise<unknown>) => {
    const timer = timeKernels(model.gpu, buffersOf);
    try {
      await work();
      return await timer?.read();
    } finally {
      timer?.stop();
    }
  };
  const prefill = await clocked(() => generate(built, ids, 1));
  const run = await stepsAt(model);
  const decode = await clocked(() => run(ids.length, steps));
  if (!prefill || !decode) return null;
  return {
    prefill: kernelTable(model, prefill, { tokens: ids.length, position: ids.length - 1, steps: 1 }),
    decode: kernelTable(model, decode, { tokens: 1, position: ids.length, steps }),
  };
}

const stepsTimed = 64; // at most, for one position

/** In turns, so that a machine that slows down meanwhile slows down all of them. */
async function timePositions({ model, generator }: BuiltModel, positions: readonly number[]) {
  const run = await stepsAt(model);
  const timers: (() => Promise<number>)[] = [];
  for (const position of positions) timers.push(await positionTimer(run, position, generator.contextLength - position));
  const costs: number[][] = positions.map(() => []);
  for (let round = 0; round < 5; round++) for (const [i, timer] of timers.entries()) costs[i].push(await timer());
  return positions.map((position, i) => ({ position, msPerToken: median(costs[i]) }));
}

/** Milliseconds a step at this position: what many steps take beyond one, so that the wait for the last cancels out. */
async function positionTimer(run: RunSteps, position: number, room: number) {
  await run(position, 1);
  const waitMs = await run(position, 0); // 100 ms where the host polls
  const most = Math.min(stepsTimed, room);
  let many = 2;
  while (many < most && (await run(position, many)) < Math.max(1000, 10 * waitMs)) many = Math.min(2 * many, most);
  return async () => (-(await run(position, 1)) + (await run(position, many))) / (many - 1);
}

/** Steps of several tokens at one position, in turns; as many of each in a round as take a tenth of a second. */
async function timeRows(
  model: BuiltModel["model"],
  position: number,
  counts: readonly number[],
): Promise<BenchReport["rows"]> {
  const steps = [];
  for (const rows of counts) {
    const run = await stepOfRows(model, rows);
    await run(position, 1);
    const waitMs = await run(position, 0); // 100 ms where the host polls
    const stepMs = Math.max(0.01, ((await run(position, 2)) - waitMs) / 2);
    const many = Math.max(1, Math.min(stepsTimed, Math.round(100 / stepMs)));
    steps.push(async () => ((await run(position, 1 + many)) - (await run(position, 1))) / many);
  }
  const costs: number[][] = counts.map(() => []);
  for (let round = 0; round < 5; round++) for (const [i, step] of steps.entries()) costs[i].push(await step());
  return Object.fromEntries(counts.map((rows, i) => [rows, median(costs[i])]));
}

function checkLogits(logits: Float32Array): void {
  if (!logits.every((value) => Number.isFinite(value))) throw wrongOutput("Some logits are not numbers");
  if (logits.every((value) => value === 0)) throw wrongOutput("All logits are zero");
}

function wrongOutput(what: string): PronkError {
  return new PronkError(
    "driver-fault",
    `${what}: this adapter computes a shader wrongly, and its times mean nothing. Try --without subgroups,shader-f16.`,
  );
}
