// Weights a second of a packed matrix times a vector, beside pronk's own q4 of the same size: in a page, by the engine's own
// kernels as this adapter gets them untuned. Each measurement has one of q4 just before it, so that a machine that slows down
// slows down both; outputs are first checked against the float64 product.

import * as op from "../../src/gpu/operations.ts";
import { PassClock } from "../../src/bench/compute.ts";
import { formatBytes, plainFormat } from "../../src/quant/row-format.ts";
import { quantizeRows } from "../../src/quant/rows.ts";
import type { Weight } from "../../src/gpu/weight.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import type { FormatFigures, FormatOrder } from "./check.ts";
import { openCase } from "../support/gpu-case.ts";
import { measuredFormats } from "../support/measured-formats.ts";
import { uploadPacked } from "../support/upload-packed.ts";

const wantedMs = 25; // of one measurement: page clocks tick ten times a millisecond, or every 100 ms where the host polls
const pieceBytes = 1 << 20;

interface Candidate extends FormatFigures {
  encode(pass: GPUComputePassEncoder): void;
  repeats: number;
}

export async function measureFormats({ names, shape, rounds, without }: FormatOrder): Promise<FormatFigures[]> {
  const [rows, cols] = shape;
  const context = { without, requestAdapter: unused, fetchBytes: unused };
  using gpuCase = await openCase(context);
  const { gpu } = gpuCase;
  const random = randomNumbers(rows + cols);
  const x = Float64Array.from({ length: cols }, () => Math.fround(random()));
  const input = gpuCase.activation(x, 1, cols);
  const clock = new PassClock(gpu);
  const candidates: Candidate[] = [];

  async function add(name: string, weight: Weight, weights: Float64Array, bytes: number): Promise<void> {
    const output = gpuCase.activation(new Float64Array(rows), 1, rows);
    gpuCase.setStep(0, 1);
    const operation = op.write(output, op.product(weight, input));
    await gpuCase.run(1, [operation]);
    const error = relativeError(await gpuCase.readActivation(output, 1), matmul(x, weights, 1, rows));
    const plan = await gpuCase.plan(1, [operation]);
    const encode = (pass: GPUComputePassEncoder) => plan.encode(pass, { position: 0, tokens: 1 });
    candidates.push({ name, bytes, error, ms: [], q4Ms: [], encode, repeats: 1 });
  }

  const values = Float32Array.from({ length: rows * cols }, () => random() / 8);
  const q4 = quantizeRows("q4", values, cols);
  const own = await gpuCase.weight("q4", q4, rows, cols);
  await add("q4", own, decodeStored("q4", q4, rows, cols), formatBytes(plainFormat("q4", cols), rows));
  for (const name of names) {
    const { weights, ...packed } = measuredFormats[name].make(shape);
    const weight = await uploadPacked(gpuCase, packed, { split: false, pieceBytes });
    await add(name, weight, weights, formatBytes(weight.parts[0].format, rows));
  }
  const timed = async ({ encode, repeats }: Candidate) => {
    const { gpuMs } = await clock.time((pass) => {
      for (let i = 0; i < repeats; i++) encode(pass);
    });
    return gpuMs / repeats;
  };
  for (const candidate of candidates) {
    for (let total = 0; total < wantedMs && candidate.repeats < 4096; candidate.repeats *= 2)
      total = (await timed(candidate)) * candidate.repeats;
  }
  const [first] = candidates;
  for (let round = 0; round < rounds; round++)
    for (const candidate of candidates) {
      candidate.q4Ms.push(await timed(first));
      candidate.ms.push(await timed(candidate));
    }
  clock.dispose();
  gpu.check();
  return candidates.map(({ name, bytes, error, ms, q4Ms }) => ({ name, bytes, error, ms, q4Ms }));
}

function unused(): never {
  throw new Error("measuring formats needs no files");
}
