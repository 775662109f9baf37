// Loads through the store: cold, warm, offline, aborted, failed; side by side in two quantizations.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel } from "../../src/load/load-model.ts";
import { prepareModel } from "../../src/load/prepare.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { ProgressEvent } from "../../src/source/progress.ts";
import { ModelStore } from "../../src/store/model-store.ts";
import { CollectingSink } from "../support/collecting-sink.ts";
import { startHub, type HubServer } from "../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../support/made-checkpoint.ts";
import { rejection } from "../support/rejection.ts";

const files = madeCheckpoint({ shards: 2, config: madeConfig({ hidden_size: 128, intermediate_size: 200 }) });
files.set("README.md", new TextEncoder().encode("---\nlicense: mit\n---\n"));
let hub: HubServer;
let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ModelStore.open())!;
  hub = await startHub([["owner/name", { files, license: "mit" }]]);
});
afterEach(async () => {
  store.close();
  await hub.close();
  vi.unstubAllGlobals();
});

async function load(
  quantize: "auto" | "none" | "q8" | "q4",
  over: { signal?: AbortSignal; onProgress?: (event: ProgressEvent) => void } = {},
) {
  const sink = new CollectingSink();
  const model = await loadModel({ reference: "owner/name", hubUrl: hub.url, store, quantize, sink, ...over });
  return { model, sink };
}

async function rowsAndModels() {
  const database = await openDB("pronk");
  const found = [...(await database.getAllKeys("models")), ...(await database.getAllKeys("rows"))];
  database.close();
  return found;
}

const sameBytes = (a: CollectingSink, b: CollectingSink) => {
  expect([...b.bytes.keys()]).toEqual([...a.bytes.keys()]);
  for (const [name, bytes] of a.bytes) expect(Buffer.compare(bytes, b.bytes.get(name)!), name).toBe(0);
};

describe.each(["none", "q8", "q4"] as const)("quantize %s", (quantize) => {
  test("a warm start delivers the same bytes and asks the network for nothing", async () => {
    const cold = await load(quantize);
    expect(cold.model).toMatchObject({ warm: false, quantize, label: "owner/name" });
    const stored = (await store.list())[0].sizeBytes;
    expect(cold.model.storedBytes).toBe(stored);
    const asked = hub.requests.length;
    await hub.close(); // offline
    const warm = await load(quantize);
    expect(hub.requests.length).toBe(asked);
    expect(warm.model).toMatchObject({ warm: true, storedBytes: stored, card: { license: "mit", gated: false } });
    expect(warm.model.config).toEqual(cold.model.config);
    expect(warm.model.tensors).toEqual(cold.model.tensors);
    expect(warm.model.sideFiles).toEqual(cold.model.sideFiles);
    expect([...warm.model.sideFiles.keys()]).toEqual(["config.json", "README.md"]);
    sameBytes(cold.sink, warm.sink);
  });
});

test("auto finds what auto stored, and the stored `none` is the source's file byte for byte", async () => {
  const cold = await load("auto");
  expect(cold.model.quantize).toBe("none");
  expect((await load("auto")).model.warm).toBe(true);
  const [record] = await store.list();
  for (const { path } of record.files)
    expect(Buffer.compare(await store.readRow(record, path, 0), files.get(path)!)).toBe(0);
});

test("two quantizations live side by side", async () => {
  await load("q4");
  expect((await load("q8")).model.warm).toBe(false);
  expect((await store.list()).map((record) => record.variant).toSorted()).toEqual(["q4", "q8"]);
  expect((await load("q4")).model.warm).toBe(true);
  expect((await load("q8")).model.warm).toBe(true);
});

test("picked files are found again by what they are", async () => {
  const pick = () =>
    [...files].map(([path, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], path, { lastModified: 5 }));
  const first = await loadModel({ reference: pick(), store, quantize: "q4", sink: new CollectingSink() });
  const second = await loadModel({ reference: pick(), store, quantize: "q4", sink: new CollectingSink() });
  expect([first.warm, second.warm]).toEqual([false, true]);
});

test("two loads at once: one writes, the other waits and reads", async () => {
  const [a, b] = await Promise.all([load("q4"), load("q4")]);
  expect([a.model.warm, b.model.warm].toSorted()).toEqual([false, true]);
  sameBytes(a.sink, b.sink);
});

test("nothing of a weight is read before stream", async () => {
  const prepared = await prepareModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "q8" });
  const whole = hub.requests
    .filter((request) => request.origin === "storage")
    .map((request) => /bytes=(\d+)-(\d+)/.exec(request.headers.range!)!);
  for (const [, start, end] of whole) expect(Number(end) - Number(start)).toBeLessThan(4096);
  expect(prepared.warm).toBe(false);
  expect(await rowsAndModels()).toEqual([]);
});

describe("nothing stays after", () => {
  test("an abort in the middle", async () => {
    const controller = new AbortController();
    hub.faults.push({ path: "storage:/model-00002", kind: "stall" });
    const prepared = prepareModel({
      reference: "owner/name",
      hubUrl: hub.url,
      store,
      quantize: "q4",
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error("stopped")), 100);
    const loading = prepared.then((model) => model.stream(new CollectingSink(), { signal: controller.signal }));
    await expect(loading).rejects.toThrow("stopped");
    expect(await rowsAndModels()).toEqual([]);
  });

  test("a shard that breaks off", async () => {
    const prepared = await prepareModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "none" });
    const name = "model-00002-of-00002.safetensors";
    const short = new Map(files).set(name, files.get(name)!.slice(0, 50_000));
    hub.repositories.set("owner/name", { files: short, commit: prepared.sourceId.split("@")[1] });
    const error = await rejection(prepared.stream(new CollectingSink()));
    expect(error).toMatchObject({ code: "integrity", facts: { file: name } });
    expect(await rowsAndModels()).toEqual([]);
  });

  test("a sink that fails", async () => {
    const sink = { write: () => Promise.reject(new Error("device lost")) };
    await expect(loadModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "q4", sink })).rejects.toThrow(
      "device lost",
    );
    expect(await rowsAndModels()).toEqual([]);
  });

  test("a weight that is not a number", async () => {
    const spoiled = new Map(files);
    const shard = files.get("model-00001-of-00002.safetensors")!.slice();
    shard.fill(0xff, shard.length - 4);
    spoiled.set("model-00001-of-00002.safetensors", shard);
    const error = await rejection(
      loadModel({ reference: memorySource(spoiled), store, quantize: "q8", sink: new CollectingSink() }),
    );
    expect(error).toMatchObject({ code: "format", facts: { found: "NaN" } });
    expect(error.message).toMatch(/Tensor "model\./);
    expect(await rowsAndModels()).toEqual([]);
  });
});

test("a damaged row: the copy goes, and the next load is cold", async () => {
  await load("q4");
  const database = await openDB("pronk");
  const [key] = await database.getAllKeys("rows");
  await database.put("rows", new ArrayBuffer(3), key);
  database.close();
  expect(await rejection(load("q4"))).toMatchObject({ code: "integrity" });
  expect(await rowsAndModels()).toEqual([]);
  expect((await load("q4")).model.warm).toBe(false);
});

test("progress: one phase from 0 to all of its bytes, for each kind of load", async () => {
  const watch = async (run: (onProgress: (event: ProgressEvent) => void) => Promise<unknown>) => {
    const events: ProgressEvent[] = [];
    await run((event) => events.push(event));
    expect(new Set(events.map((event) => `${event.phase} ${event.totalBytes}`)).size).toBe(1);
    expect(events[0].loadedBytes).toBe(0);
    expect(events.at(-1)).toMatchObject({ loadedBytes: events[0].totalBytes, secondsLeft: 0 });
    return [events[0].phase, events[0].totalBytes];
  };
  const weights = [...files]
    .filter(([path]) => path.endsWith(".safetensors"))
    .reduce((sum, [, bytes]) => sum + bytes.length, 0);
  expect(await watch((onProgress) => load("q4", { onProgress }))).toEqual(["download", weights]);
  expect(await watch((onProgress) => load("q4", { onProgress }))).toEqual(["read", (await store.list())[0].sizeBytes]);
  const local = (quantize: "none" | "q8") =>
    watch((onProgress) =>
      loadModel({ reference: memorySource(files), quantize, onProgress, sink: new CollectingSink() }),
    );
  expect(await local("q8")).toEqual(["convert", weights]);
  expect(await local("none")).toEqual(["read", weights]);
});
