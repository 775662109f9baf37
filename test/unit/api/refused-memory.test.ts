// Memory refused at every place where an engine asks for some, one after the other: each ends as `out-of-memory`, names what
// there was no room for, frees what was taken, spoils nothing stored, and what follows is as if it had not happened.

import "fake-indexeddb/auto";
import { createHash } from "node:crypto";
import { IDBFactory } from "fake-indexeddb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { EngineCalls, EngineOptions } from "../../../src/api/surface.ts";
import { createLocalEngine } from "../../../src/engine.ts";
import type { PronkError } from "../../../src/errors.ts";
import { memorySource } from "../../support/memory-source.ts";
import { atRest } from "../../support/at-rest.ts";
import { byteModelFiles } from "../../support/byte-model.ts";
import { IdleGpu, refusalKinds, type RefusalKind } from "../../support/idle-gpu.ts";
import { rejection } from "../../support/rejection.ts";

const files = byteModelFiles({ contextLength: 2048 });
let gpu: IdleGpu;
beforeAll(() => {
  gpu = new IdleGpu();
  const { setTimeout: real } = globalThis;
  vi.stubGlobal("setTimeout", (run: () => void) => real(run)); // no wait matters here
});
afterAll(() => vi.unstubAllGlobals());

const load = (options: EngineOptions) => {
  const device = gpu.device() as EngineOptions["device"];
  return createLocalEngine(memorySource(files, { label: "byte model" }), { device, contextLength: 2048, ...options });
};

/** Loads and unloads, and gives what came to the GPU and what the store holds then. */
async function wholeLoad(options: EngineOptions) {
  gpu.begin();
  await (await load(options)).unload();
  // A resumed load need not quantize again, so the quantizer's buffers are left out.
  const sent = [...gpu.sent]
    .filter(([place]) => !place.startsWith("quantizer"))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const { keys, blocks, notes, records } = await atRest();
  const stored = blocks.map((block) => createHash("sha256").update(block).digest("hex"));
  return JSON.stringify({ sent, keys, stored, notes, states: records.map(({ state }) => state) });
}

function expectNamed(error: PronkError, kind: RefusalKind): void {
  expect(error).toMatchObject({ name: "PronkError", code: "out-of-memory" });
  expect(error.facts.buffer).toMatch(/^\D/);
  if (kind === "array") return; // also before it is known what the model is
  expect(error.facts.plans?.length, error.message).toBeGreaterThan(0);
  if (!kind.startsWith("buffer")) return;
  expect(error.facts).toMatchObject({ neededBytes: expect.any(Number), takenBytes: expect.any(Number) });
  expect(error.message).toContain(error.facts.buffer);
}

describe.each([
  ["cold, quantized on the way", { quantize: "q4", kv: "f32" }],
  ["warm", { quantize: "none" }],
] as const)("a load, %s", (name, options) => {
  const isWarm = name === "warm";
  const begin = async () => {
    globalThis.indexedDB = new IDBFactory();
    if (isWarm) await wholeLoad(options);
  };

  test.each(refusalKinds)("%s, at each that there is", async (kind) => {
    await begin();
    const usual = await wholeLoad(options);
    const most = gpu.count(kind);
    if (!isWarm) expect(most, kind).toBeGreaterThan(10);
    if (isWarm) await begin();
    for (let n = 1; n <= most; n++) {
      if (!isWarm) await begin(); // an earlier beginning would spare it a part of the way
      gpu.begin(kind, n);
      expectNamed((await rejection(load(options))) as PronkError, kind);
      expect([n, gpu.liveBytes]).toEqual([n, 0]);
      if (n % 10 !== 0 && n !== most) continue;
      expect(await wholeLoad(options)).toBe(usual);
    }
  });
});

test.each(refusalKinds)("a generation: %s, at each that there is", async (kind) => {
  const request = { prompt: "hi", max_tokens: 3, temperature: 0, ignore_eos: true } as const;
  const answer = async (engine: EngineCalls) => {
    const rows: number[] = [];
    const onLogits = (position: number) => void rows.push(position);
    return { ids: (await engine.completions.create(request, { onLogits })).pronk.ids, rows };
  };
  const first = await load({ store: false });
  gpu.begin();
  const usual = await answer(first);
  const most = gpu.count(kind);
  expect(most).toBeGreaterThan(5);
  await first.unload();
  const engine = await load({ store: false });
  const { liveBytes } = gpu;
  for (let n = 1; n <= most; n++) {
    gpu.begin(kind, n);
    expectNamed((await rejection(answer(engine))) as PronkError, kind);
    if (kind.startsWith("buffer")) expect([n, gpu.liveBytes]).toEqual([n, liveBytes]);
    gpu.begin();
    expect((await engine.completions.create(request)).pronk.ids).toEqual(usual.ids); // the next, smaller call
  }
  expect(await answer(engine)).toEqual(usual);
  await engine.unload();
  expect(gpu.liveBytes).toBe(0);
});

test("an adapter whose dispatches are too small for the model is refused as such, and nothing stays", async () => {
  const device = gpu.device();
  Object.assign(device.limits, { maxComputeWorkgroupsPerDimension: 2 });
  const error = (await rejection(load({ store: false, device: device as EngineOptions["device"] }))) as PronkError;
  expect(error).toMatchObject({ code: "adapter-too-small", facts: { shader: expect.any(String) } });
  expect(gpu.liveBytes).toBe(0);
});
