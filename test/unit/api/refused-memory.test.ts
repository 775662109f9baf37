// Memory refused at every place where an engine asks for some, one after the other: each ends as `out-of-memory`, names what
// there was no room for, frees what was taken, spoils nothing stored, and what follows is as if it had not been.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Engine, EngineOptions } from "../../../src/api/surface.ts";
import { createLocalEngine } from "../../../src/engine.ts";
import type { PronkError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source/memory-source.ts";
import { atRest } from "../../support/at-rest.ts";
import { byteModelFiles } from "../../support/byte-model.ts";
import { IdleGpu, refusalKinds, type RefusalKind } from "../../support/idle-gpu.ts";
import { rejection } from "../../support/rejection.ts";

const files = byteModelFiles({ contextLength: 2048 });
let gpu: IdleGpu;
beforeAll(() => void (gpu = new IdleGpu()));
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => void (globalThis.indexedDB = new IDBFactory()));

const load = (options: EngineOptions) => {
  const device = gpu.device() as EngineOptions["device"];
  return createLocalEngine(memorySource(files, { label: "byte model" }), { device, ...options });
};

/** Loads and unloads, and gives what came to the GPU and what the store holds then. */
async function wholeLoad(options: EngineOptions) {
  gpu.begin();
  await (await load(options)).unload();
  const sent = [...gpu.sent].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const { keys, blocks, notes, records } = await atRest();
  return { sent, keys, blocks, notes, states: records.map(({ state }) => state) };
}

function expectNamed(error: PronkError, kind: RefusalKind): void {
  expect(error).toMatchObject({ name: "PronkError", code: "out-of-memory" });
  expect(error.facts.buffer).toEqual(expect.stringMatching(/^\D/));
  if (kind.startsWith("buffer")) {
    expect(error.facts).toMatchObject({ neededBytes: expect.any(Number), takenBytes: expect.any(Number) });
    expect(error.message).toContain(error.facts.buffer);
  }
}

describe.each([
  ["cold, quantized on the way", { quantize: "q4", kv: "f32", contextLength: 2048 }],
  ["warm", { quantize: "none", contextLength: 2048 }],
] as const)("a load, %s", (name, options) => {
  test.each(refusalKinds)("%s, at each that there is", async (kind) => {
    const begins = async () => {
      globalThis.indexedDB = new IDBFactory();
      if (name === "warm") await wholeLoad(options);
    };
    await begins();
    const usual = await wholeLoad(options);
    const most = gpu.count(kind);
    await begins();
    expect(gpu.liveBytes).toBe(0);
    const t = performance.now();
    for (let n = 1; n <= most; n++) {
      gpu.begin(kind, n);
      const error = (await rejection(load(options))) as PronkError;
      expectNamed(error, kind);
      expect(error.facts.plans?.length, error.message).toBeGreaterThan(0);
      expect([n, gpu.liveBytes]).toEqual([n, 0]);
      if (n % 16 !== 0 && n !== most) continue;
      expect(await wholeLoad(options)).toEqual(usual);
      await begins();
    }
    console.log(name, kind, most, performance.now() - t);
  }, 100000);
});

test.each(refusalKinds)("a generation: %s, at each that there is", async (kind) => {
  const request = { prompt: "hi", max_tokens: 3, temperature: 0, ignore_eos: true } as const;
  const answer = async (engine: Engine) => {
    const rows: number[] = [];
    const onLogits = (position: number) => void rows.push(position);
    return { ids: (await engine.completions.create(request, { onLogits })).pronk.ids, rows };
  };
  const options = { store: false, contextLength: 2048 } as const;
  const first = await load(options);
  gpu.begin();
  const usual = await answer(first);
  const most = gpu.count(kind);
  await first.unload();
  const engine = await load(options);
  const { liveBytes } = gpu;
    const t = performance.now();
  for (let n = 1; n <= most; n++) {
    gpu.begin(kind, n);
    const error = (await rejection(answer(engine))) as PronkError;
    expectNamed(error, kind);
    expect(error.facts.plans?.length).toBeGreaterThan(0);
    if (kind !== "mapping") expect(gpu.liveBytes).toBe(liveBytes);
    gpu.begin();
    expect((await engine.completions.create(request)).pronk.ids).toEqual(usual.ids);
  }
    console.log(kind, most, performance.now() - t);
  expect(await answer(engine)).toEqual(usual);
  await engine.unload();
  expect(gpu.liveBytes).toBe(0);
}, 100000);
