// preflight: a clear verdict with the alternative, before any weight is requested.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { models, preflight } from "../../../src/index.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";

const config = madeConfig({ hidden_size: 128, intermediate_size: 200, max_position_embeddings: 4096 });
const files = madeCheckpoint({ config });
let hub: HubServer;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  hub = await startHub([["owner/name", { files }]]);
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

interface Machine {
  freeBytes?: number;
  maxBufferBytes?: number;
  /** Buffers beyond this are refused at the probe. */
  gpuBytes?: number;
  deviceMemory?: number;
}

function stubMachine({ freeBytes = 1e12, maxBufferBytes = 2 ** 31, gpuBytes = 1e12, deviceMemory = 8 }: Machine) {
  const limits = { maxBufferSize: maxBufferBytes, maxStorageBufferBindingSize: maxBufferBytes };
  let taken = 0;
  const requestDevice = async () => ({
    lost: new Promise(() => {}),
    pushErrorScope: () => {},
    popErrorScope: async () => (taken > gpuBytes ? {} : null),
    createBuffer: ({ size }: { size: number }) => ((taken += size), { destroy: () => (taken -= size) }),
    destroy: () => {},
  });
  vi.stubGlobal("GPUBufferUsage", { STORAGE: 1, COPY_DST: 2 });
  const adapter = { limits, features: new Set(), info: {}, requestDevice };
  const storage = { estimate: async () => ({ usage: 0, quota: freeBytes }), persisted: async () => false };
  vi.stubGlobal("navigator", { deviceMemory, storage, gpu: { requestAdapter: async () => adapter } });
}

const ask = (options: Parameters<typeof preflight>[1] = {}) =>
  preflight("owner/name", { hubUrl: hub.url, quantize: "none", ...options });
const weights = files.get("model.safetensors")!.length;

test("a model that fits, and not a weight asked for", async () => {
  stubMachine({});
  const verdict = await ask();
  expect(verdict).toMatchObject({ fits: true, quantize: "none", contextLength: 4096, problems: [] });
  expect(verdict.storage).toEqual({ neededBytes: weights, availableBytes: 1e12, fits: true });
  expect(verdict.alternative).toBeUndefined();
  const asked = hub.requests.filter(({ origin }) => origin === "storage").map(({ headers }) => headers.range!);
  for (const range of asked) expect(Number(/-(\d+)$/.exec(range)![1])).toBeLessThan(4096);
});

test("too little storage: smaller weights, and where even those are too many, none kept", async () => {
  stubMachine({ freeBytes: weights * 0.9 });
  const verdict = await ask();
  expect(verdict).toMatchObject({
    fits: false,
    storage: { fits: false },
    alternative: { quantize: "q8", store: true },
  });
  expect(verdict.problems[0]).toMatch(/has 1 MB left to store models, and this one needs 1 MB|has \d+ MB left/);
  stubMachine({ freeBytes: 1000 });
  expect((await ask()).alternative).toMatchObject({ quantize: "none", store: false });
  expect(await ask({ store: false })).toMatchObject({ fits: true, storage: { neededBytes: 0 } });
});

test("one buffer too large: a shorter context", async () => {
  stubMachine({ maxBufferBytes: 2 ** 19 });
  const verdict = await ask();
  expect(verdict).toMatchObject({ fits: false, gpu: { fits: false } });
  expect(verdict.alternative!.contextLength).toBeLessThan(4096);
  expect(verdict.alternative!.message).toMatch(/It would fit with .*contextLength: \d+/);
  expect((await ask(verdict.alternative)).fits).toBe(true);
});

test("a context that the model was not made for is refused, as a load refuses it", async () => {
  stubMachine({});
  await expect(ask({ contextLength: 4097 })).rejects.toMatchObject({
    code: "bad-request",
    facts: { field: "contextLength" },
  });
});

test("limits that promise more than the GPU gives are found out by asking", async () => {
  stubMachine({ gpuBytes: 2e6 });
  const verdict = await ask();
  expect(verdict).toMatchObject({ fits: false, gpu: { fits: false } });
  expect(verdict.problems[0]).toContain("did not give");
  expect(verdict.alternative).toBeDefined();
  expect((await ask({ probe: false })).fits).toBe(true);
});

test("what a begun download has stored, or a whole copy, is not needed again", async () => {
  stubMachine({});
  await models.download("owner/name", { hubUrl: hub.url, quantize: "none" });
  stubMachine({ freeBytes: 0 });
  expect(await ask()).toMatchObject({ fits: true, storage: { neededBytes: 0, fits: true } });
});

test("no GPU, little memory", async () => {
  stubMachine({ deviceMemory: 0.25 });
  const small = await ask();
  expect(small).toMatchObject({ fits: false, memory: { fits: false } });
  expect(small.alternative).toBeUndefined();
  vi.stubGlobal("navigator", {});
  const verdict = await ask();
  expect(verdict.fits).toBe(false);
  expect(verdict.problems[0]).toContain("no WebGPU");
});
