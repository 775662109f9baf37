// Loads through the store: cold, warm, offline; what is left after failures and how the next load resumes; damage.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { prepareModel } from "../../../src/load/prepare.ts";
import type { ProgressEvent } from "../../../src/source/progress.ts";
import { usualPatience } from "../../../src/source/retry.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { spoilBlock } from "../../support/at-rest.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { eventually } from "../../support/eventually.ts";

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
  vi.restoreAllMocks();
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

async function blocksAndModels() {
  const database = await openDB("pronk");
  const found = [...(await database.getAllKeys("models")), ...(await database.getAllKeys("rows"))];
  database.close();
  return found;
}

/** Nothing can be written any more, until the mock is restored. */
const fillDisk = () =>
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });

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

test("a full disk keeps nobody from a model that is stored", async () => {
  const cold = await load("q4");
  const put = fillDisk();
  const warm = await load("q4");
  expect(put).toHaveBeenCalled();
  put.mockRestore();
  expect(warm.model.warm).toBe(true);
  sameBytes(cold.sink, warm.sink);
});

test("auto finds what auto stored, and the stored `none` is the source's file byte for byte", async () => {
  const cold = await load("auto");
  expect(cold.model.quantize).toBe("none");
  expect((await load("auto")).model.warm).toBe(true);
  const [record] = await store.list();
  for (const { path } of record.files)
    expect(Buffer.compare(await store.readBlock(record, path, 0), files.get(path)!)).toBe(0);
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
  expect(await blocksAndModels()).toEqual([]);
});

describe("no half model is shown, and the next load fetches only what is missing, after", () => {
  const second = "model-00002-of-00002.safetensors";
  /** Where the ranges requested of a file end. */
  const rangeEnds = (file: string) =>
    hub.requests
      .filter(({ origin, path }) => origin === "storage" && path.includes(file))
      .map(({ headers }) => Number(/-(\d+)$/.exec(headers.range ?? "")?.[1] ?? Infinity));

  /** The first shard is there: only its header is requested. */
  async function expectResume(quantize: "none" | "q4") {
    expect(await store.list()).toEqual([]);
    hub.faults.length = 0;
    hub.requests.length = 0;
    const events: ProgressEvent[] = [];
    const { model, sink } = await load(quantize, { onProgress: (event) => events.push(event) });
    expect(model.warm).toBe(false);
    for (const end of rangeEnds("model-00001")) expect(end).toBeLessThan(4096); // nothing but its header
    expect(events[0].loadedBytes).toBe(files.get("model-00001-of-00002.safetensors")!.length);
    const clean = new CollectingSink();
    await loadModel({ reference: memorySource(files), quantize, sink: clean });
    sameBytes(clean, sink);
    sameBytes(clean, (await load(quantize)).sink);
  }

  test("an abort in the middle", async () => {
    const controller = new AbortController();
    const prepared = await prepareModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "q4" });
    hub.faults.push({ path: "storage:/model-00002", kind: "stall" });
    const loading = prepared.stream(new CollectingSink(), { signal: controller.signal });
    await eventually(async () => expect(await store.unfinished()).toHaveLength(1));
    await eventually(async () => expect(await store.storedBytes((await store.unfinished())[0])).toBeGreaterThan(0));
    controller.abort(new Error("stopped"));
    await expect(loading).rejects.toThrow("stopped");
    await expectResume("q4");
  });

  test("a shard that breaks off", async () => {
    const prepared = await prepareModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "none" });
    const short = new Map(files).set(second, files.get(second)!.slice(0, 50_000));
    hub.repositories.set("owner/name", { files: short, license: "mit", commit: prepared.sourceId.split("@")[1] });
    const error = await rejection(prepared.stream(new CollectingSink()));
    expect(error).toMatchObject({ code: "integrity", facts: { file: second } });
    hub.repositories.set("owner/name", { files, license: "mit" });
    await expectResume("none");
  });

  test.each(["none", "q4"] as const)(
    "a shard with a wrong bit: its hash says so, and names it (%s)",
    async (quantize) => {
      const prepared = await prepareModel({ reference: "owner/name", hubUrl: hub.url, store, quantize });
      hub.faults.push({ path: "storage:/model-00002", kind: "wrong-bytes" });
      const error = await rejection(prepared.stream(new CollectingSink()));
      expect(error).toMatchObject({ code: "integrity", facts: { file: second, mismatch: true } });
      expect(error.message).toMatch(/SHA-256 is [0-9a-f]{8}…, not [0-9a-f]{8}…\. .*other files are kept/);
      await expectResume(quantize);
    },
  );

  test("a sink that fails", async () => {
    const sink = { write: () => Promise.reject(new Error("device lost")) };
    await expect(loadModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: "q4", sink })).rejects.toThrow(
      "device lost",
    );
    expect(await store.list()).toEqual([]);
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
    expect(await blocksAndModels()).toEqual([]);
  });
});

test.each([
  ["tokenizer.json", "from storage, by its SHA-256"],
  ["config.json", "from the hub, by what git calls it"],
])("%s with a wrong bit is noticed before any weight: %s", async (file) => {
  const large = new Map(files).set("tokenizer.json", new TextEncoder().encode(JSON.stringify(["x".repeat(5000)])));
  hub.repositories.set("owner/name", { files: large });
  hub.faults.push({ path: `/${file}`, kind: "wrong-bytes" });
  expect(await rejection(load("none"))).toMatchObject({ code: "integrity", facts: { file, mismatch: true } });
  expect(await blocksAndModels()).toEqual([]);
});

test("the application's own hashes", async () => {
  const path = "model-00001-of-00002.safetensors";
  const source = memorySource(files);
  const hashes = { [path]: "0".repeat(64) };
  const error = await rejection(loadModel({ reference: source, hashes, quantize: "q4", sink: new CollectingSink() }));
  expect(error).toMatchObject({ code: "integrity", facts: { file: path, expected: hashes[path], mismatch: true } });
  hashes[path] = error.facts.found as string;
  await loadModel({ reference: source, hashes, quantize: "q4", sink: new CollectingSink() });
  const wrong = loadModel({ reference: source, hashes: { [path]: "abc" }, sink: new CollectingSink() });
  expect(await rejection(wrong)).toMatchObject({ code: "bad-request", facts: { field: "hashes" } });
});

describe.each(["none", "q4"] as const)("a damaged block (%s)", (quantize) => {
  async function spoiled() {
    const { sink } = await load(quantize);
    await spoilBlock(0);
    hub.requests.length = 0;
    return sink;
  }

  test("is fetched again alone", async () => {
    const before = await spoiled();
    const { model, sink } = await load(quantize);
    expect(model.warm).toBe(true);
    sameBytes(before, sink);
    const weights = hub.requests.filter(({ origin, path }) => origin === "storage" && path.includes("model-00002"));
    for (const { headers } of weights) expect(Number(/-(\d+)$/.exec(headers.range!)![1])).toBeLessThan(4096); // its header
    hub.requests.length = 0;
    await load(quantize);
    expect(hub.requests).toEqual([]);
  });

  test("is made anew by each load while the disk is full, and put back once it is not", async () => {
    const before = await spoiled();
    const full = fillDisk();
    for (const isFull of [true, true, false]) {
      if (!isFull) full.mockRestore();
      const { model, sink } = await load(quantize);
      expect(model.warm).toBe(true);
      sameBytes(before, sink);
      expect(hub.requests).not.toEqual([]);
      hub.requests.length = 0;
    }
    await load(quantize);
    expect(hub.requests).toEqual([]);
  });

  test("is named where there is no network, and nothing is lost", async () => {
    await spoiled();
    const url = hub.url;
    await hub.close();
    const patience = { ...usualPatience, attempts: 2, firstWaitMs: 1 };
    const loading = loadModel({ reference: "owner/name", hubUrl: url, store, quantize, patience, sink: new CollectingSink() }); // prettier-ignore
    const error = await rejection(loading);
    expect(error).toMatchObject({ code: "integrity", facts: { row: 0, rotten: true } });
    expect(error.message).toMatch(/model-00001.*row 0: checksum.*fetched anew/);
    expect(await store.list()).toHaveLength(1);
  });
});

test("a file that changes on its server begins again, and it is said", async () => {
  const prepared = await prepareModel({
    ...{ reference: "owner/name", hubUrl: hub.url, store, quantize: "q4" },
    onProgress: (event) => event.notice && notices.push(event.notice),
  });
  const notices: string[] = [];
  hub.faults.push({ path: "storage:/model-00002", kind: "etag" }); // from here on another version
  const sink = new CollectingSink();
  await prepared.stream(sink);
  expect(notices).toEqual([expect.stringMatching(/"model-00002.*changed on its server/)]);
  const clean = new CollectingSink();
  await loadModel({ reference: memorySource(files), quantize: "q4", sink: clean });
  sameBytes(clean, sink);
});

test("progress: every phase from 0 to all of its bytes, for each kind of load", async () => {
  const watch = async (run: (onProgress: (event: ProgressEvent) => void) => Promise<unknown>) => {
    const events: ProgressEvent[] = [];
    await run((event) => events.push(event));
    const phases = [...new Set(events.map(({ phase }) => phase))];
    return phases.map((phase) => {
      const own = events.filter((event) => event.phase === phase);
      expect(own[0].loadedBytes).toBe(0);
      expect(new Set(own.map(({ totalBytes }) => totalBytes)).size).toBe(1);
      expect(own.at(-1)).toMatchObject({ loadedBytes: own[0].totalBytes, secondsLeft: 0 });
      return `${phase} ${own[0].totalBytes}`;
    });
  };
  const weights = [...files]
    .filter(([path]) => path.endsWith(".safetensors"))
    .reduce((sum, [, bytes]) => sum + bytes.length, 0);
  const cold = await watch((onProgress) => load("q4", { onProgress }));
  const stored = (await store.list())[0].sizeBytes;
  const fromSource = [`download ${weights}`, `verify ${weights}`, `convert ${weights}`];
  expect(cold).toEqual([...fromSource, `store ${stored}`, `upload ${stored}`]);
  expect(await watch((onProgress) => load("q4", { onProgress }))).toEqual([`read ${stored}`, `upload ${stored}`]);
  const local = (quantize: "none" | "q8") =>
    watch((onProgress) =>
      loadModel({ reference: memorySource(files), quantize, onProgress, sink: new CollectingSink() }),
    );
  expect((await local("q8")).slice(0, 2)).toEqual([`read ${weights}`, `convert ${weights}`]);
  expect(await local("none")).toEqual([`read ${weights}`, `upload ${weights}`]);
});
