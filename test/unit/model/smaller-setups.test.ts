// What is offered when memory has run out: by the refusal's figures, counted as `npm run plan` does, smaller losses first.

import { expect, test } from "vitest";
import { knownShapes } from "../../../src/bench/shapes.ts";
import { PronkError, type ErrorFacts, type SmallerSetup } from "../../../src/errors.ts";
import { countMemory } from "../../../src/model/plan-memory.ts";
import { withSetups } from "../../../src/smaller-setups.ts";

const config = knownShapes["llama-2-7b"];
const prepared = { config, tensors: [], matrices: [] };
const maxBindingBytes = 2 ** 31;
const tried = { prepared, quantize: "q8", kv: "f16", contextLength: 4096, maxBindingBytes } as const;
const count = ({ quantize, kv, contextLength }: Omit<SmallerSetup, "gpuBytes">) =>
  countMemory(config, { quantize, kv, contextLength, dtype: "f16", maxBindingBytes }).totalBytes;

function offered(facts: ErrorFacts, change: object = {}): { setups: readonly SmallerSetup[]; message: string } {
  const error = withSetups(new PronkError("out-of-memory", "No room.", facts), { ...tried, ...change }) as PronkError;
  return { setups: error.facts.plans ?? [], message: error.message };
}

test("each is counted by the engine's arithmetic, fits what was given, and comes largest first", () => {
  const takenBytes = 8.2e9;
  expect(count(tried)).toBeGreaterThan(takenBytes);
  const { setups, message } = offered({ takenBytes, neededBytes: 16e6 });
  for (const setup of setups) expect(setup.gpuBytes).toBe(count(setup));
  for (const { gpuBytes } of setups) expect(gpuBytes).toBeLessThanOrEqual(takenBytes);
  expect(setups.map(({ gpuBytes }) => gpuBytes)).toEqual(
    setups.map(({ gpuBytes }) => gpuBytes).toSorted((a, b) => b - a),
  );
  expect(setups).toEqual([
    expect.objectContaining({ quantize: "q8", kv: "q8", contextLength: 2048 }),
    expect.objectContaining({ quantize: "q8", kv: "f16", contextLength: 1024 }),
    expect.objectContaining({ quantize: "q4", kv: "f16", contextLength: 4096 }),
  ]);
  expect(message).toContain("contextLength: 1024 (7.7 GB)");
});

test("an engine that computes one answer at a time is counted as one", () => {
  const takenBytes = 8.2e9;
  const [alone] = offered({ takenBytes }, { sequences: 1 }).setups;
  const own = { dtype: "f16", maxBindingBytes, sequences: 1 } as const;
  expect(alone.gpuBytes).toBe(countMemory(config, { ...alone, ...own }).totalBytes);
  expect(alone.gpuBytes).toBeLessThan(count(alone));
});

test("a call on a model that stands needs its own part, too", () => {
  const takenBytes = count(tried);
  const { setups } = offered({ takenBytes, neededBytes: 33e6 }, { loaded: true });
  for (const { gpuBytes } of setups) expect(gpuBytes).toBeLessThanOrEqual(takenBytes - 33e6);
  expect(setups[0]).toMatchObject({ quantize: "q8" });
});

test("where nothing fits what was given, the least is offered; what its publisher quantized stays so", () => {
  const least = { quantize: "q4", kv: "q8", contextLength: 512 };
  expect(offered({ takenBytes: 1e6, neededBytes: 1e6 }).setups).toEqual([expect.objectContaining(least)]);
  const matrix = {
    name: "none of them",
    scheme: { kind: "exl2" },
    rows: 32,
    cols: 32,
    parts: { codes: [{ start: 0, end: 512 }] },
  };
  const published = { prepared: { ...prepared, matrices: [matrix] }, quantize: "none" };
  const { setups } = offered({}, published);
  expect(new Set(setups.map(({ quantize }) => quantize))).toEqual(new Set(["none"]));
});

test("a buffer over the adapter's limit leaves only what stays below it", () => {
  const small = { maxBindingBytes: 2 ** 25 };
  for (const { kv, contextLength } of offered({ limitBytes: 2 ** 25 }, small).setups)
    expect(contextLength * config.kvHeads * config.headDim * (kv === "q8" ? 1 : 2)).toBeLessThanOrEqual(2 ** 25);
  expect(offered({ limitBytes: 2 ** 25 }, small).setups.length).toBeGreaterThan(0);
});

test("other errors, and one before anything was tried, stay as they are", () => {
  const network = new PronkError("network", "x");
  expect(withSetups(network, tried)).toBe(network);
  const memory = new PronkError("out-of-memory", "x");
  expect(withSetups(memory, undefined)).toBe(memory);
});
