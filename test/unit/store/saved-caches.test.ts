// Saving and restoring a KV cache, over a machine without a GPU whose buffers are bytes: what comes back is what was there, or
// is refused by name; nothing that was saved is lost by a save that fails.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SavedCache } from "../../../src/api/surface.ts";
import { answerCacheCall, type CacheOwner, readHead, type SavedHead } from "../../../src/engine-cache.ts";
import { PronkError } from "../../../src/errors.ts";
import { CacheHistory } from "../../../src/generate/cache-history.ts";
import { KeptSequences } from "../../../src/generate/kept-sequences.ts";
import type { Lent } from "../../../src/generate/lending.ts";
import { noPage, pagePositions } from "../../../src/gpu/cache-layout.ts";
import { allocateCache } from "../../../src/model/cache.ts";
import { CachePages } from "../../../src/model/cache-pages.ts";
import { CachePool } from "../../../src/model/cache-pool.ts";
import type { KvFormat } from "../../../src/quant/layout.ts";
import { checksum64 } from "../../../src/source/checksum.ts";
import { modelKey } from "../../../src/store/model-record.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { randomNumbers } from "../../reference/random-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("GPUBufferUsage", { UNIFORM: 0 });
  vi.stubGlobal("GPUMapMode", { READ: 1 });
  store = (await ModelStore.open())!;
  for (const source of [here, elsewhere]) await addModel(source);
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

const [here, elsewhere] = ["hub:a/b@1", "hub:a/b@2"];
const manifest = { version: 2, config: { layers: 0 }, tensors: [0, 1].map(() => ({ file: "w", start: 0, end: 1 })) };

async function addModel(sourceId: string): Promise<void> {
  const own = { sourceId, variant: "q4", label: "a/b", references: ["a/b"], manifest, sideFiles: new Map() };
  await store.add({ ...own, files: [{ path: "w", sizeBytes: 4, rowEnds: [4] }] }, (writer) =>
    writer.writeBlock("w", 0, Uint8Array.of(1, 2, 3, 4)),
  );
}

interface FakeBuffer {
  label: string;
  size: number;
  bytes: Uint8Array<ArrayBuffer>;
}

interface EngineOptions {
  source?: string;
  kv?: KvFormat;
  layers?: number;
  kvHeads?: number;
  window?: number;
  context?: number;
  /** Positions that the model was trained for, where longer ones are turned by other divisors. */
  trained?: number;
  adapters?: string[];
  gpu?: string;
  matvec?: string;
  stores?: boolean;
  /** Writes to the pool that do not arrive. */
  loses?: boolean;
  /** The largest pool that there is memory for, in pages. */
  mostPages?: number;
}

/** An engine whose layers' keys and values are bytes, and whose vocabulary has 1000 ids. */
function engineOf(options: EngineOptions = {}) {
  const { source = here, kv = "f32", layers = 2, kvHeads = 1, context = 1024, adapters = [] } = options;
  const buffer = (label: string, size: number): FakeBuffer & object => {
    const bytes = new Uint8Array(size);
    return Object.assign({ label, size, bytes }, { mapAsync: async () => {}, unmap() {}, getMappedRange: (at: number, length: number) => bytes.buffer.slice(at, at + length) }); // prettier-ignore
  };
  const encoder = {
    copyBufferToBuffer: (from: FakeBuffer, at: number, to: FakeBuffer, toAt: number, length: number) =>
      to.bytes.set(from.bytes.subarray(at, at + length), toAt),
    finish() {},
  };
  const writeBuffer = (
    to: FakeBuffer,
    at: number,
    data: Uint8Array | Uint32Array,
    from = 0,
    length = data.byteLength,
  ) => {
    // prettier-ignore
    if (options.loses && to.label !== "page table") return;
    to.bytes.set(new Uint8Array(data.buffer, data.byteOffset + from, length), at);
  };
  const queue = { writeBuffer, submit() {}, onSubmittedWorkDone: async () => {} };
  const gpu = {
    device: { queue, createCommandEncoder: () => encoder },
    variants: { matvec: options.matvec ?? "plain" },
    untilLost: (work: unknown) => work,
    check() {},
  } as never;
  const ropeScaling = options.trained ? { kind: "long", originalContextLength: options.trained } : { kind: "none" };
  const config = { layers, kvHeads, headDim: 8, window: options.window, ropeScaling } as never;
  const memory = {
    checked: async (_: string, make: () => unknown) => make(),
    storage(label: string, size: number) {
      if (/keys|values/.test(label) && size > (options.mostPages ?? Infinity) * cache?.pageBytes)
        throw new PronkError("out-of-memory", "refused");
      return buffer(label, size);
    },
    readback: buffer,
    release() {},
  } as never;
  let cache = undefined as unknown as ReturnType<typeof allocateCache>;
  cache = allocateCache(memory, config, context, kv, 2 ** 30);
  const pool = new CachePool(gpu, memory, cache, () => {});
  const pages = new CachePages(pool);
  const history = new CacheHistory();
  const sequence = { history, pages };
  const kept = new KeptSequences(pool);
  const machine = { model: { gpu, memory, cache, config, pages }, kept } as unknown as Lent["machine"];
  const lent: Lent = {
    machine,
    forget: () => history.cut(0),
    fill: async () => {},
    vacate: () => kept.leave(sequence),
  };
  const generator = { history, contextLength: context, lend: (use: (lent: Lent) => unknown) => use(lent) };
  const ended = new AbortController();
  const core = { generator, ended: ended.signal, adapters: new Map(adapters.map((key) => [key, key])) };
  const owner = {
    core,
    info: { config: { vocabSize: 1000 }, adapter: { vendor: options.gpu ?? "" } },
    model: modelKey(source, "q4"),
    stores: options.stores ?? true,
  } as unknown as CacheOwner;
  return {
    ended,
    history,
    kept,
    pages,
    sequence,
    /** Computes ids: a prompt, and then an answer whose keys and values are drawn. */
    async run(promptIds: readonly number[], answerIds: readonly number[] = [], adapter?: string) {
      await kept.turnTo(sequence, promptIds, adapter);
      const all = [...promptIds, ...answerIds];
      const [from, promptLength] = [history.length, promptIds.length];
      await pages.reserve(all.length, from);
      const random = randomNumbers(all.length);
      for (const page of new Set(pages.table))
        for (const { k, v } of page === noPage ? [] : cache.layers)
          for (const side of [k, v] as unknown as { buffer: FakeBuffer }[])
            for (let i = 0; i < cache.pageBytes; i += 97)
              side.buffer.bytes[page * cache.pageBytes + i] = 256 * random();
      history.add(all.slice(from, promptLength), { plan: "many", promptLength, adapter });
      history.add(all.slice(promptLength), { plan: "one", promptLength, adapter });
    },
    /** The bytes of the sequence that runs, layer by layer. */
    bytes: () =>
      cache.layers.flatMap(({ k, v }) =>
        ([k, v] as unknown as { buffer: FakeBuffer }[]).flatMap(
          ({ buffer: { bytes } }) =>
          pages.table
            .slice(0, Math.ceil(history.length / pagePositions))
            .map((page) => (page === noPage ? "unseen" : checksum64(bytes.slice(page * cache.pageBytes, (page + 1) * cache.pageBytes)))), // prettier-ignore
        ),
      ),
    save: (name: string) => answerCacheCall(owner, "save", name) as Promise<SavedCache>,
    restore: (name: string) => answerCacheCall(owner, "restore", name) as Promise<SavedCache>,
    list: () => answerCacheCall(owner, "list", "") as Promise<SavedCache[]>,
    delete: (name: string) => answerCacheCall(owner, "delete", name),
  };
}

const words = (first: number, count: number) => Array.from({ length: count }, (_, i) => (first + i) % 1000);

/** An engine that ran and saved, and what it had. */
async function saved(options: EngineOptions = {}, adapter?: string) {
  const engine = engineOf(options);
  await engine.run(words(0, 300), words(300, 20), adapter);
  return { engine, info: await engine.save("talk"), bytes: engine.bytes(), state: engine.history.state };
}

type Key = [string, string, number];
async function inRows<T>(use: (database: Awaited<ReturnType<typeof openDB>>) => Promise<T>): Promise<T> {
  const database = await openDB("pronk");
  try {
    return await use(database);
  } finally {
    database.close();
  }
}
const keyOf = (index: number): Key => [modelKey(here, "q4"), "//cache/talk", index];
const readPart = (index: number) =>
  inRows(async (database) => new Uint8Array(await new Blob(await database.get("rows", keyOf(index))).arrayBuffer()));
const writePart = (index: number, bytes: Uint8Array<ArrayBuffer>) =>
  inRows((database) => database.put("rows", [new Blob([bytes])], keyOf(index)));

test("another engine has the bytes and the history, and what ran there before is kept", async () => {
  const { info, bytes, state } = await saved();
  expect(info).toMatchObject({ name: "talk", positions: 320, sizeBytes: 2 * 2 * 5 * 64 * 32 });
  const other = engineOf();
  await other.run(words(500, 100), words(600, 9)); // other pages are taken, then
  expect(await other.restore("talk")).toEqual(info);
  expect([other.history.state, other.bytes()]).toEqual([state, bytes]);
  expect(await other.kept.turnTo(other.sequence, [...words(500, 109), 7], undefined)).toBe(109);
  expect(await other.kept.turnTo(other.sequence, [...words(0, 320), 7], undefined)).toBe(320);
  expect(other.bytes()).toEqual(bytes);
  expect(await other.list()).toEqual([info]);
});

test("a cache of several parts, and one whose first pages no query sees any more", async () => {
  const large = { layers: 8, kvHeads: 128 }; // 256 KiB a page
  const { bytes } = await saved(large);
  const keys = await inRows((database) => database.getAllKeys("rows"));
  expect((keys as Key[]).filter(([, path]) => path.startsWith("//cache/"))).toHaveLength(1 + 2);
  const other = engineOf(large);
  await other.restore("talk");
  expect(other.bytes()).toEqual(bytes);

  const windowed = engineOf({ window: 64, context: 2048 });
  for (let end = 100; end <= 1500; end += 100) await windowed.run(words(0, end));
  expect(windowed.bytes()).toContain("unseen");
  await windowed.save("talk");
  const another = engineOf({ window: 64, context: 2048 });
  await another.restore("talk");
  expect([another.bytes(), another.history.state]).toEqual([windowed.bytes(), windowed.history.state]);
  expect(await another.kept.turnTo(another.sequence, [...words(0, 1500), 5], undefined)).toBe(1500);
});

describe("what does not match is refused by name, and nothing changes", () => {
  test.each<[string, EngineOptions, EngineOptions, object]>([
    ["another revision", {}, { source: elsewhere }, { field: "model", expected: `${elsewhere}|q4`, found: `${here}|q4` }],
    ["another KV format", {}, { kv: "f16" }, { field: "kv", expected: "f16", found: "f32" }],
    ["another layout", {}, { layers: 3 }, { field: "layout", expected: "3 x 2048", found: "2 x 2048" }],
    ["longrope's other divisors", { trained: 1024 }, { trained: 1024, context: 2048 }, { field: "layout", expected: "2 x 2048, long", found: "2 x 2048" }],
    ["another GPU", {}, { gpu: "nvidia" }, { field: "gpu", expected: "nvidia", found: "" }],
    ["other kernels", {}, { matvec: "tile" }, { field: "kernels" }],
    ["a shorter context", {}, { context: 256 }, { field: "contextLength", expected: "at most 256", found: "320" }],
    ["an adapter at another scale", { adapters: ["lora*1"] }, { adapters: ["lora*2"] }, { field: "adapters", expected: "lora*2", found: "lora*1" }],
  ])("%s", async (_, first, second, facts) => {
    await saved(first, first.adapters?.[0]);
    const other = engineOf(second);
    await other.run(words(0, 50));
    const before = [other.history.state, other.bytes()];
    expect(await rejection(other.restore("talk"))).toMatchObject({ code: "bad-request", facts: { ...facts, name: "talk" } });
    expect([other.history.state, other.bytes()]).toEqual(before);
  }); // prettier-ignore

  test("the same adapter is taken", async () => {
    const { bytes } = await saved({ adapters: ["lora*1"] }, "lora*1");
    const other = engineOf({ adapters: ["other*1", "lora*1"] });
    await other.restore("talk");
    expect(other.bytes()).toEqual(bytes);
    expect(await other.kept.turnTo(other.sequence, words(0, 200), undefined)).toBe(0);
    expect(await other.kept.turnTo(other.sequence, words(0, 200), "lora*1")).toBe(199);
  });

  /** Changes what it begins with, with a checksum that is right. */
  async function rewritten(change: (head: SavedHead) => void): Promise<void> {
    const head = readHead(await readPart(0), 1000)!;
    change(head);
    const json = new TextEncoder().encode(JSON.stringify(head));
    await writePart(0, new TextEncoder().encode(checksum64(json) + JSON.stringify(head)));
  }

  test("another release", async () => {
    await saved();
    await rewritten(({ likeness }) => Object.assign(likeness, { release: "99" }));
    expect(await rejection(engineOf().restore("talk"))).toMatchObject({ code: "bad-request", facts: { field: "release", found: "99" } }); // prettier-ignore
  });

  test.each<[string, (head: SavedHead) => void]>([
    ["a name that is not its own", (head) => (head.name = "other")],
    ["no history", ({ sequence }) => Object.assign(sequence, { history: { slices: [], length: 0 } })],
    ["a gap in the history", ({ sequence }) => Object.assign(sequence.history.slices[1], { position: 301 })],
    ["an id that no token has", ({ sequence }) => Object.assign(sequence.history.slices[0].ids, { 3: 1000 })],
    ["more pages than positions", ({ sequence }) => Object.assign(sequence, { pages: 6 })],
    ["fewer pages", ({ sequence }) => Object.assign(sequence, { pages: 4 })],
    ["a field of another type", ({ sequence }) => Object.assign(sequence.history, { length: "320" })],
    ["no parts", (head) => (head.parts = [])],
  ])("%s", async (_, change) => {
    await saved();
    await rewritten(change);
    const other = engineOf();
    expect(await rejection(other.restore("talk"))).toMatchObject({ code: "integrity", facts: { name: "talk" } });
    expect(other.history.length).toBe(0);
  });
});

describe("what is damaged is refused, and what ran is kept", () => {
  const flipped = (bytes: Uint8Array<ArrayBuffer>, at: number) => bytes.with(at, bytes[at] ^ 1);
  test.each<[string, number, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>]>([
    ["a bit of its checksum", 0, (bytes) => flipped(bytes, 3)],
    ["a bit of its description", 0, (bytes) => flipped(bytes, 200)],
    ["its description cut short", 0, (bytes) => bytes.slice(0, 100)],
    ["nothing of its description", 0, (bytes) => bytes.slice(0, 0)],
    ["the first bit of its bytes", 1, (bytes) => flipped(bytes, 0)],
    ["the last bit of its bytes", 1, (bytes) => flipped(bytes, bytes.length - 1)],
    ["its bytes cut short", 1, (bytes) => bytes.slice(0, -4)],
  ])("%s", async (_, index, change) => {
    await saved();
    await writePart(index, change(await readPart(index)));
    const other = engineOf();
    await other.run(words(0, 150));
    expect(await rejection(other.restore("talk"))).toMatchObject({ code: "integrity", facts: { name: "talk" } });
    expect(await other.kept.turnTo(other.sequence, words(0, 151), undefined)).toBe(150);
    expect(other.pages.room).toBe(3 * pagePositions);
    expect(await other.list()).toHaveLength(index);
  });

  test("a part that is missing", async () => {
    await saved();
    await inRows((database) => database.delete("rows", keyOf(1)));
    expect(await rejection(engineOf().restore("talk"))).toMatchObject({ code: "integrity" });
  });

  test("writes that do not arrive on the GPU", async () => {
    await saved();
    expect(await rejection(engineOf({ loses: true }).restore("talk"))).toMatchObject({ code: "driver-fault", facts: { name: "talk" } }); // prettier-ignore
  });

  test("memory that is refused", async () => {
    await saved();
    const other = engineOf({ mostPages: 8 });
    await other.run(words(500, 400)); // seven pages
    expect((await other.restore("talk")).positions).toBe(320); // these made room
    const small = engineOf({ mostPages: 8, context: 2048 });
    const long = engineOf({ context: 2048 });
    await long.run(words(0, 600));
    await long.save("long");
    expect(await rejection(small.restore("long"))).toMatchObject({ code: "out-of-memory" });
    await small.run(words(0, 100));
    expect(small.history.length).toBe(100);
  });
});

describe("a save that fails leaves what was there", () => {
  const quota = () => Object.assign(new Error("no room"), { name: "QuotaExceededError" });
  test.each<[string, () => void]>([
    ["the browser says that there is no room", () => vi.stubGlobal("navigator", { storage: { estimate: async () => ({ quota: 1000, usage: 900 }) } })],
    ["a write finds that out", () => {
      const { put } = IDBObjectStore.prototype;
      vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
        if ((given[1] as Key)[2] === 1) throw quota();
        return put.apply(this, given);
      });
    }],
  ])("%s", async (_, fail) => {
    const { engine, info, bytes } = await saved();
    await engine.run([...words(0, 320), 9], words(400, 100));
    fail();
    const error = await rejection(engine.save("talk"));
    expect(error).toMatchObject({ code: "storage-full", facts: { neededBytes: expect.any(Number), name: "talk" } });
    expect(error.facts.neededBytes).toBeGreaterThan(info.sizeBytes);
    vi.restoreAllMocks();
    const other = engineOf();
    expect(await other.restore("talk")).toEqual(info);
    expect(other.bytes()).toEqual(bytes);
  }); // prettier-ignore

  test("of nothing, and of a model that is not stored, is refused", async () => {
    expect(await rejection(engineOf().save("talk"))).toMatchObject({ code: "bad-request", facts: { field: "cache" } });
    const engine = engineOf();
    await engine.run(words(0, 10));
    await store.delete(modelKey(here, "q4"));
    expect(await rejection(engine.save("talk"))).toMatchObject({ code: "storage-missing", facts: { field: "store" } });
    for (const call of [engineOf({ stores: false }).list(), engineOf({ stores: false }).save("talk")])
      expect(await rejection(call)).toMatchObject({ code: "storage-missing", facts: { field: "store" } });
    expect(await rejection(engine.save(""))).toMatchObject({ code: "bad-request", facts: { field: "name" } });
  });
});

test("one name replaces another's bytes; each goes alone, and all with their model", async () => {
  const { engine } = await saved();
  await engine.save("second");
  await engine.run(words(700, 40));
  const info = await engine.save("talk");
  expect(info.positions).toBe(40);
  const other = engineOf();
  expect([(await other.restore("talk")).positions, (await other.restore("second")).positions]).toEqual([40, 320]);
  expect(await store.savedCaches(modelKey(here, "q4"))).toEqual(["second", "talk"]);
  await engine.delete("second");
  await engine.delete("never saved");
  expect((await engine.list()).map(({ name }) => name)).toEqual(["talk"]);
  await store.delete(modelKey(here, "q4"));
  const left: Key[] = await inRows(async (database) => (await database.getAllKeys("rows")) as Key[]);
  expect(left.map(([, path]) => path)).toEqual(["w"]); // the other model's
  expect(await rejection(other.restore("talk"))).toMatchObject({ code: "bad-request", facts: { field: "name" } });
});

test("an engine that has ended says why", async () => {
  const { engine } = await saved();
  const why = new PronkError("bad-request", "unloaded");
  engine.ended.abort(why);
  expect(await rejection(engine.restore("talk"))).toBe(why);
});
