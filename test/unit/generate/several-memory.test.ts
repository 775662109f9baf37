// What answers computed at the same time take on the GPU: as planned, and as engine.info says before any has run.

import { expect, test } from "vitest";
import { createMachine } from "../../../src/generate/machine.ts";
import { mixedBytes } from "../../../src/model/lora-sink.ts";
import { mixedWeights } from "../../../src/model/mixed-weights.ts";
import { countMemory } from "../../../src/model/plan-memory.ts";
import { adaptedWeights } from "../../support/adapted-weights.ts";
import { modelOnFake } from "../../support/recorded-plans.ts";

const recordsBytes = 20_000; // of steps, receipts and shaders' parameters, which are not counted; a sampler has 260,000

test.each([2, 8])("%i at once: a sampler each, and what their steps write", async (sequences) => {
  const shape = { kv: "f16", contextLength: 512 } as const; // the cache has room for all of it at the start
  const config = { vocabSize: 32_000, contextLength: 512 };
  const { model } = await modelOnFake({ ...shape, config, encodingOf: () => "f16" });
  const request = { ...shape, quantize: "none", dtype: "f16", maxBindingBytes: 2 ** 27 } as const;
  const planned = countMemory(model.config, { ...request, sequences });
  const machine = await createMachine(model);
  const gpuBytes = model.memory.usedBytes; // engine.info's
  const mostGpuBytes = model.mostBytes(sequences);
  expect(Math.abs(gpuBytes - planned.firstBytes)).toBeLessThan(recordsBytes);

  for (let index = 0; index < sequences; index++) await machine.lane(index);
  await machine.steps.prepareTogether();
  await model.fewPlan(2, model.weights, true);
  expect(Math.abs(model.memory.usedBytes - planned.totalBytes)).toBeLessThan(recordsBytes);
  const { layers, sharedPages, pages, pageBytes } = model.cache;
  const grown = 2 * layers.length * (sharedPages - pages) * pageBytes;
  expect(mostGpuBytes - gpuBytes - grown).toBe(planned.totalBytes - planned.firstBytes);
});

test("one at a time whose drafts are checked: what those steps write", async () => {
  const { model } = await modelOnFake({
    kv: "f16",
    contextLength: 512,
    config: { vocabSize: 32_000, contextLength: 512 },
  });
  const [alone, drafting] = [model.mostBytes(1), model.mostBytes(1, true)];
  const before = model.memory.usedBytes;
  await model.fewPlan(8);
  const taken = model.memory.usedBytes - before;
  expect(taken).toBeGreaterThan(32_000 * 4 * 8);
  expect(Math.abs(drafting - alone - taken)).toBeLessThan(recordsBytes);
});

test("answers with different adapters: the adapters once more, side by side", async () => {
  const { model } = await modelOnFake({ config: { dim: 400, hiddenDim: 900 } });
  const adapters = [
    await adaptedWeights(model, ["q", "v", "down"], 8),
    await adaptedWeights(model, ["down", "gate", "head"], 5),
  ];
  const before = model.memory.usedBytes;
  await mixedWeights(model, adapters);
  const taken = model.memory.usedBytes - before;
  expect(taken).toBeGreaterThan(4 * recordsBytes);
  expect(Math.abs(mixedBytes(adapters) - taken)).toBeLessThan(recordsBytes);
});
