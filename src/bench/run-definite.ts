// pronk over the definite random weights that another engine can hold too (random-weights.ts): the ids it gives, so that
// they can be compared, and what a prompt and a token cost. For `bench:peers`; run.ts measures much more.

import { openGpu } from "../gpu/device.ts";
import { greedy } from "../generate/request.ts";
import { buildModel } from "./engine-hooks.ts";
import { callNames, countGpuCalls, watchBuffers, type GpuCalls } from "./gpu-calls.ts";
import { randomTensors } from "./random-rows.ts";
import { writeRandomRows } from "./random-weights.ts";
import type { BenchRequest } from "./report.ts";

/** What a definite model gave, and took. */
export interface DefiniteRun {
  /** Making the weights and buffers. */
  loadMs: number;
  /** From the call to the first id; the fastest of the runs. */
  prefillMs: number;
  /** A token after that, on average; of the fastest run. */
  tokenMs: number;
  /** Of the answer. */
  ids: number[];
  /** What a token asks of WebGPU. */
  perToken: GpuCalls;
  /** All GPU buffers together, at most. */
  gpuBytes: number;
  /** Several answers at once; absent where none were asked for. */
  atOnce?: {
    /** Until the last has ended. */
    ms: number;
    /** Of each. */
    ids: number[][];
  };
}

const runs = 2; // a software adapter takes minutes for one
const mostRounds = 50; // of several answers, until their steps are made

/**
 * Runs a model of definite weights from `promptIds` for `tokens`, and if there are prompts `atOnce`, no longer than that one,
 * an answer of as many tokens to each at the same time. Errors as `runBench`.
 */
export async function runDefinite(
  request: BenchRequest,
  promptIds: number[],
  tokens: number,
  tell: (words: string) => void = () => {},
  atOnce: number[][] = [],
): Promise<DefiniteRun> {
  const { config, quantize, kv, without } = request;
  const gpu = await openGpu({ without });
  const buffers = watchBuffers();
  try {
    const started = performance.now();
    const tensors = randomTensors(config, quantize);
    const contextLength = request.context ?? promptIds.length + tokens;
    const { generator } = await buildModel(gpu, { config, tensors, kv, contextLength }, (model) =>
      writeRandomRows(model, tensors),
    );
    const loadMs = performance.now() - started;
    tell(`loaded in ${(loadMs / 1000).toFixed(1)} s`);
    const greedily = { sampling: greedy, stopIds: [] };
    const generate = async (maxTokens: number) => {
      generator.reset();
      const run = { ids: [] as number[], firstMs: 0, lastMs: 0 };
      const begun = performance.now();
      for await (const id of generator.generate({ promptIds, maxTokens, ...greedily })) {
        run.lastMs = performance.now() - begun;
        if (run.ids.length === 0) run.firstMs = run.lastMs;
        run.ids.push(id);
        tell(`token ${run.ids.length}, id ${id}, after ${(run.lastMs / 1000).toFixed(2)} s`);
      }
      return run;
    };
    const timed = [];
    for (let i = 0; i < runs; i++) timed.push(await generate(tokens));
    const counted = async (run: () => Promise<unknown>) => {
      const counter = countGpuCalls();
      await run().finally(() => counter.stop());
      return counter.calls;
    };
    const few = Math.min(3, tokens);
    const [one, more] = [await counted(() => generate(1)), await counted(() => generate(few))];
    const answer = async (prompt: number[]) => {
      const ids: number[] = [];
      for await (const id of generator.generate({ promptIds: prompt, maxTokens: tokens, ...greedily })) ids.push(id);
      return ids;
    };
    const together = async () => {
      generator.reset();
      const begun = performance.now();
      const ids = await Promise.all(atOnce.map(answer));
      return { ms: performance.now() - begun, ids };
    };
    const calls = callNames.map((name) => [name, (more[name] - one[name]) / (few - 1)]);
    const perToken = Object.fromEntries(calls) as unknown as GpuCalls;
    let several: DefiniteRun["atOnce"];
    if (atOnce.length > 0) {
      // Common steps are made while answers are computed apart, which takes more dispatches.
      const apart = atOnce.length * (tokens - 1) * perToken.dispatches;
      for (let i = 0; i < mostRounds && (await counted(together)).dispatches >= apart; i++)
        tell("answers computed apart");
      several = await together();
      tell(`${atOnce.length} answers in ${(several.ms / 1000).toFixed(1)} s`);
    }
    return {
      loadMs,
      prefillMs: Math.min(...timed.map(({ firstMs }) => firstMs)),
      tokenMs: Math.min(...timed.map(({ firstMs, lastMs }) => (lastMs - firstMs) / (tokens - 1))),
      ids: timed[0].ids,
      perToken,
      gpuBytes: buffers.peakBytes,
      atOnce: several,
    };
  } finally {
    buffers.stop();
    gpu.dispose();
  }
}
