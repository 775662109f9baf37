// Are numbers that came so fast right? Two layers of the same shape, 16 positions forced, computed twice over the same
// quantized weights: as the engine runs here, and by the plain unfused twins in f32 with an f32 cache. The largest error
// of any logit decides; a different top token counts only where the plain margin is larger than that error.

import { openGpu, type Gpu } from "../gpu/device.ts";
import { allowedError } from "../gpu/variants.ts";
import { greedy } from "../generate/request.ts";
import { buildModel, readLogits, stepLogits, type BuildRequest, type BuiltModel } from "./engine-hooks.ts";
import { randomIds } from "./random-ids.ts";
import type { BenchRequest, CheckResult } from "./report.ts";
import { randomTensors } from "./random-rows.ts";
import { writeRandomRows } from "./random-weights.ts";

const checkLayers = 2;
const checkPositions = 16;

/** Everything optional, off: what is left is one kernel for each operation, in f32. */
const plainTwin = ["subgroups", "shader-f16", "dp4a", "fusion", "run-ahead"];

interface Rows {
  decode: Float32Array[];
  prefill: Float32Array;
  /** Whether products of the prompt were in bytes. */
  int8?: boolean;
}

export async function checkOutputs(
  { config, quantize, kv, without }: BenchRequest,
  onGpu: (without: readonly string[], use: (gpu: Gpu) => Promise<Rows>) => Promise<Rows> = withGpu,
): Promise<CheckResult> {
  const small = { ...config, layers: Math.min(checkLayers, config.layers) };
  const tensors = randomTensors(small, quantize);
  const ids = randomIds(checkPositions, small.vocabSize);
  const contextLength = 2 * checkPositions;
  const compute = (kvHere: BuildRequest["kv"]) => async (gpu: Gpu) => {
    const request = { config: small, tensors, kv: kvHere, contextLength };
    const built = await buildModel(gpu, request, (model) => writeRandomRows(model, tensors));
    const rows = await forcedRows(built, ids);
    await built.generator.dispose();
    return { ...rows, int8: gpu.variants.int8 };
  };
  const given = await onGpu(without, compute(kv));
  const plain = await onGpu([...without, ...plainTwin], compute("f32"));
  const share = Math.max(allowedError[kv], given.int8 ? allowedError.q8 : 0);
  return { layers: small.layers, ...compareRows(given, plain, share) };
}

async function withGpu(without: readonly string[], use: (gpu: Gpu) => Promise<Rows>): Promise<Rows> {
  const gpu = await openGpu({ without });
  try {
    return await use(gpu);
  } finally {
    gpu.dispose();
  }
}

/** Logits after each id, by a decode step each; and after all of them as a prompt. */
async function forcedRows({ model, generator }: BuiltModel, ids: number[]): Promise<Rows> {
  const decode = await stepLogits(model, ids);
  const request = { promptIds: ids, maxTokens: 1, sampling: greedy, stopIds: [] };
  for await (const id of generator.generate(request)) void id;
  return { decode, prefill: await readLogits(model) };
}

export function compareRows(given: Rows, plain: Rows, allowedShare: number): Omit<CheckResult, "layers"> {
  const pairs = plain.decode.map((row, i): [Float32Array, Float32Array] => [given.decode[i], row]);
  pairs.push([given.prefill, plain.decode.at(-1)!]);
  let largestError = 0;
  let squares = 0;
  for (const [row, twin] of pairs) {
    for (let i = 0; i < twin.length; i++) {
      largestError = Math.max(largestError, Math.abs(row[i] - twin[i])); // a NaN stays, and fails
      squares += twin[i] * twin[i];
    }
  }
  const logitSize = Math.sqrt(squares / (pairs.length * plain.prefill.length));
  const changedTop = pairs.filter(([row, twin]) => {
    const [top, margin] = topAndMargin(twin);
    return topAndMargin(row)[0] !== top && margin > largestError;
  }).length;
  const allowedError = allowedShare * logitSize;
  const ok = logitSize > 0 && largestError <= allowedError && changedTop === 0;
  return { ok, positions: plain.decode.length, largestError, logitSize, allowedError, changedTop };
}

/** Place of the largest, and how far the second lies below it. */
function topAndMargin(row: Float32Array): [number, number] {
  let top = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[top]) top = i;
  let second = -Infinity;
  for (let i = 0; i < row.length; i++) if (i !== top && row[i] > second) second = row[i];
  return [top, row[top] - second];
}
