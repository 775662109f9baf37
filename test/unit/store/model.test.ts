// Models at rest: visible only when whole, resumed when not, one writer at a time, damage noticed.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { checksum64 } from "../../../src/source/checksum.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { modelKey } from "../../../src/store/model-record.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { rejection } from "../../support/rejection.ts";

const model = (
  over: { sourceId?: string; variant?: string; sizeBytes?: number; rowEnds?: number[]; references?: string[] } = {},
) => ({
  sourceId: over.sourceId ?? "hub:a/b@1",
  variant: over.variant ?? "q4",
  label: "a/b",
  references: over.references ?? ["a/b"],
  manifest: { version: 2, config: { layers: 0 }, tensors: [0, 1].map(() => ({ file: "w", start: 0, end: 1 })) },
  sideFiles: new Map([["config.json", Uint8Array.of(123, 125)]]),
  files: [{ path: "w", sizeBytes: over.sizeBytes ?? 10, rowEnds: over.rowEnds ?? [over.sizeBytes ?? 10] }],
});

let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ModelStore.open())!;
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

/** Everything in the database, by other means than the store's. */
async function contents() {
  const database = await openDB("pronk");
  const found = { models: await database.getAllKeys("models"), rows: await database.getAllKeys("rows") };
  expect(await database.getAllKeys("notes")).toEqual(found.rows); // a block and its note are one
  database.close();
  return found;
}
const empty = { models: [], rows: [] };

test("a model is found by source, by reference and in the list once it is whole, not before", async () => {
  let during: unknown;
  const outcome = await store.add(model(), async (writer) => {
    await writer.writeBlock("w", 0, Uint8Array.from({ length: 12 }, (_, i) => i).subarray(1, 11));
    during = [await store.list(), await store.find("hub:a/b@1", "q4"), await store.findByReference("a/b")];
  });
  expect([outcome, during]).toEqual(["added", [[], undefined, []]]);
  const [record] = await store.list();
  expect(record).toMatchObject({ label: "a/b", variant: "q4", state: "ready", sizeBytes: 10 });
  expect(record.sideFiles.get("config.json")).toEqual(Uint8Array.of(123, 125));
  expect((await store.findByReference("a/b")).map((found) => found.key)).toEqual([record.key]);
  expect(await store.findByReference("a/c")).toEqual([]);
  expect(await store.readBlock(record, "w", 0)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
});

test("the buffer may be used again after writeBlock", async () => {
  const bytes = new Uint8Array(10).fill(1);
  await store.add(model(), async (writer) => {
    await writer.writeBlock("w", 0, bytes);
    bytes.fill(9);
  });
  expect((await store.readBlock((await store.list())[0], "w", 0))[0]).toBe(1);
});

test("a model already there is not written again; another name for it is remembered", async () => {
  await store.add(model(), (writer) => writer.writeBlock("w", 0, new Uint8Array(10)));
  const write = vi.fn();
  expect(await store.add(model(), write)).toBe("present");
  expect(write).not.toHaveBeenCalled();
  await store.touch(modelKey("hub:a/b@1", "q4"), "a/b@main");
  expect(await store.findByReference("a/b@main")).toHaveLength(1);
});

test("two writers of one model take turns: the second finds it present", async () => {
  const writes: string[] = [];
  const write = (name: string) => store.add(model(), async (writer) => {
    writes.push(name);
    await writer.writeBlock("w", 0, new Uint8Array(10));
  }); // prettier-ignore
  expect(await Promise.all([write("first"), write("second"), write("third")])).toEqual(["added", "present", "present"]);
  expect(writes).toEqual(["first"]);
});

test("deleting removes one variant with its blocks and leaves the other", async () => {
  for (const variant of ["q4", "q8"])
    await store.add(model({ variant }), (writer) => writer.writeBlock("w", 0, new Uint8Array(10)));
  await store.delete(modelKey("hub:a/b@1", "q4"));
  expect(await contents()).toEqual({ models: ["hub:a/b@1|q8"], rows: [["hub:a/b@1|q8", "w", 0]] });
  expect(await store.findModel("hub:a/b@1")).toHaveLength(1);
});

describe("what was finished stays, invisible, and the next load goes on behind it, after", () => {
  const ten = { sizeBytes: 10, rowEnds: [4, 8, 10] };
  const failing = (error: Error, signal?: AbortSignal, meanwhile = () => {}) =>
    store.add(
      model(ten),
      async (writer) => {
        await writer.writeBlock("w", 0, new Uint8Array(4).fill(1), { version: "a" });
        await writer.writeBlock("w", 1, new Uint8Array(4).fill(2), { version: "b" });
        meanwhile();
        if (!signal) throw error;
      },
      signal,
    );

  async function expectResume() {
    expect(await store.list()).toEqual([]);
    expect(await store.find("hub:a/b@1", "q4")).toBeUndefined();
    expect(await store.findByReference("a/b")).toEqual([]);
    const [left] = await store.unfinished();
    expect(await store.storedBytes(left)).toBe(8);
    await store.add(model(ten), async (writer) => {
      expect(await writer.finished("w")).toMatchObject({ blocks: 2, last: { version: "b" } });
      await writer.writeBlock("w", 2, new Uint8Array(2).fill(3));
    });
    const [record] = await store.list();
    expect([...(await store.readBlock(record, "w", 0)), ...(await store.readBlock(record, "w", 2))]).toEqual([
      1, 1, 1, 1, 3, 3,
    ]);
  }

  test("a write that fails", async () => {
    await expect(failing(new Error("network"))).rejects.toThrow("network");
    await expectResume();
  });

  test("an abort between the last block and the end", async () => {
    const controller = new AbortController();
    const adding = failing(new Error(), controller.signal, () => controller.abort(new Error("stopped")));
    await expect(adding).rejects.toThrow("stopped");
    await expectResume();
  });

  test("a new start", async () => {
    await expect(failing(new Error("crash"))).rejects.toThrow("crash");
    store.close();
    store = (await ModelStore.open())!;
    await expectResume();
  });

  test("the quota's end in the middle", async () => {
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
      if (this.name === "rows" && ++puts > 2) throw new DOMException("full", "QuotaExceededError");
      return put.call(this, value, key);
    });
    const adding = store.add(model(ten), async (writer) => {
      for (const index of [0, 1, 2]) await writer.writeBlock("w", index, new Uint8Array(index < 2 ? 4 : 2).fill(index + 1), { version: "ab"[index] }); // prettier-ignore
    });
    const error = await rejection(adding);
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: "storage-full", facts: { neededBytes: 10, availableBytes: null } });
    expect(error.message).toContain("the next load goes on there");
    await expectResume();
  });

  test("blocks of another cut, or of an older version of the model, are of no use and go", async () => {
    await expect(failing(new Error("network"))).rejects.toThrow("network");
    await store.add(model({ sizeBytes: 10 }), async (writer) => {
      expect(await writer.finished("w")).toEqual({ blocks: 0, last: undefined });
      await writer.writeBlock("w", 0, new Uint8Array(10));
    });
    expect((await contents()).rows).toHaveLength(1);
    const begin = (sourceId: string) =>
      store.add(model({ ...ten, sourceId }), async (writer) => {
        await writer.writeBlock("w", 0, new Uint8Array(4));
        throw new Error("network");
      });
    await expect(begin("hub:a/b@2")).rejects.toThrow("network");
    await expect(begin("hub:a/b@3")).rejects.toThrow("network");
    expect((await store.unfinished()).map(({ sourceId }) => sourceId)).toEqual(["hub:a/b@3"]);
  });

  test("a file dropped from a block on goes on from there", async () => {
    await expect(failing(new Error("network"))).rejects.toThrow("network");
    const adding = store.add(model(ten), async (writer) => {
      await writer.dropBlocks("w", 1);
      expect(await writer.finished("w")).toMatchObject({ blocks: 1, last: { version: "a" } });
      await writer.dropBlocks("w");
      expect(await writer.finished("w")).toMatchObject({ blocks: 0 });
      throw new Error("seen");
    });
    await expect(adding).rejects.toThrow("seen");
  });
});

test("nothing stays of a load that stored no block; a load forgotten for a month goes at a start, unless it is being written", async () => {
  await expect(store.add(model(), () => Promise.reject(new Error("network")))).rejects.toThrow("network");
  expect(await contents()).toEqual(empty);
  const database = await openDB("pronk");
  const left = { ...model(), key: "hub:a/b@1|q4", state: "loading", sizeBytes: 10, createdAt: 0, usedAt: 0 };
  await database.put("models", left);
  await database.put("rows", new ArrayBuffer(10), [left.key, "w", 0]);
  await database.put("notes", { checksum: "" }, [left.key, "w", 0]);
  database.close();
  const held = new Set([`pronk:write:${left.key}`]);
  const request = async (name: string, _: unknown, work: (lock: unknown) => unknown) =>
    work(held.has(name) ? null : {});
  vi.stubGlobal("navigator", { locks: { request, query: async () => ({}) } });
  (await ModelStore.open())!.close();
  expect((await contents()).rows).toHaveLength(1);
  held.clear();
  (await ModelStore.open())!.close();
  expect(await contents()).toEqual(empty);
});

test("nothing stays of a load whose files turned out to be wrong", async () => {
  const adding = store.add(model(), async (writer) => {
    await writer.writeBlock("w", 0, new Uint8Array(10));
    throw new PronkError("format", "a scale that is not finite");
  });
  expect((await rejection(adding)).code).toBe("format");
  expect(await contents()).toEqual(empty);
});

test("the quota's end, foreseen: not a block is written, and what is there already counts", async () => {
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ quota: 100, usage: 95 }) } });
  const write = vi.fn();
  expect(await rejection(store.add(model(), write))).toMatchObject({
    code: "storage-full",
    facts: { neededBytes: 10, availableBytes: 5 },
  });
  expect(write).not.toHaveBeenCalled();
  vi.stubGlobal("navigator", {});
  const file = { sizeBytes: 10, rowEnds: [8, 10] };
  const stopped = store.add(model(file), async (writer) => {
    await writer.writeBlock("w", 0, new Uint8Array(8));
    throw new Error("stopped");
  });
  await expect(stopped).rejects.toThrow("stopped");
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ quota: 100, usage: 95 }) } });
  expect(await store.add(model(file), (writer) => writer.writeBlock("w", 1, new Uint8Array(2)))).toBe("added");
});

describe("a block that is not what was written", () => {
  const file = { sizeBytes: 10, rowEnds: [8, 10] };
  const spoil = async (value: ArrayBuffer | undefined) => {
    await store.add(model(file), async (writer) => {
      await writer.writeBlock("w", 0, new Uint8Array(8));
      await writer.writeBlock("w", 1, new Uint8Array(2));
    });
    const database = await openDB("pronk");
    const key = ["hub:a/b@1|q4", "w", 0];
    await (value ? database.put("rows", value, key) : database.delete("rows", key));
    database.close();
    return (await store.list())[0];
  };

  test.each([
    ["missing", undefined, "it is missing"],
    ["short", new ArrayBuffer(7), "7 bytes of 8"],
    ["of another content", Uint8Array.of(0, 0, 0, 0, 0, 16, 0, 0).buffer, "checksum"],
  ])("%s: named, the rest stays, and it can be put back", async (_, value, why) => {
    const record = await spoil(value);
    const error = await rejection(store.readBlock(record, "w", 0));
    expect(error).toMatchObject({ code: "integrity", facts: { file: "w", row: 0, rotten: true } });
    expect(error.message).toContain(why);
    expect(await store.readBlock(record, "w", 1)).toHaveLength(2);
    await store.replaceBlock(record, "w", 0, new Uint8Array(8));
    expect(await store.readBlock(record, "w", 0)).toEqual(new Uint8Array(8));
  });

  test("one whose file the disk has lost is such a block too", async () => {
    const record = await spoil(new ArrayBuffer(8));
    await store.replaceBlock(record, "w", 0, new Uint8Array(8));
    const gone = new DOMException("could not be read", "NotReadableError");
    vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValueOnce(gone);
    const error = await rejection(store.readBlock(record, "w", 0));
    expect(error).toMatchObject({ code: "integrity", facts: { file: "w", row: 0, found: gone.message, rotten: true } });
  });
});

test("checksums tell single bits, moved words and lengths apart", () => {
  const bytes = Uint8Array.from({ length: 1027 }, (_, i) => i * 31);
  const seen = new Set([
    checksum64(bytes),
    checksum64(bytes.subarray(1)),
    checksum64(new Uint8Array(8)),
    checksum64(new Uint8Array(12)),
  ]);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    seen.add(checksum64(changed));
  }
  const swapped = bytes.slice();
  swapped.set(bytes.subarray(16, 32), 0);
  swapped.set(bytes.subarray(0, 16), 16);
  seen.add(checksum64(swapped));
  expect(seen.size).toBe(4 + 8 * bytes.length + 1);
  expect(checksum64(new Uint8Array(new ArrayBuffer(1030), 3).fill(7))).toBe(checksum64(new Uint8Array(1027).fill(7)));
});

test.each([
  ["alone: the model does not become visible", ["rows", "notes"], "2 of 3 rows are there"],
  ["with all that is stored: no further one is written", ["models", "rows", "notes"], "it was deleted"],
])("blocks that went while others were written, %s", async (_, cleared, found) => {
  const adding = store.add(model({ sizeBytes: 10, rowEnds: [4, 8, 10] }), async (writer) => {
    await writer.writeBlock("w", 0, new Uint8Array(4));
    const database = await openDB("pronk");
    for (const name of cleared) await database.clear(name); // as site data can be
    database.close();
    await writer.writeBlock("w", 1, new Uint8Array(4));
    await writer.writeBlock("w", 2, new Uint8Array(2));
  });
  expect(await rejection(adding)).toMatchObject({ code: "integrity", facts: { found } });
  expect(await store.list()).toEqual([]);
  expect((await contents()).rows).toHaveLength(cleared.includes("models") ? 0 : 2);
});

test("blocks without a record, as earlier releases could leave them, are in nobody's way", async () => {
  const database = await openDB("pronk");
  await database.put("rows", new ArrayBuffer(10), ["hub:a/b@1|q4", "another", 0]);
  await database.put("notes", { checksum: "" }, ["hub:a/b@1|q4", "another", 0]);
  database.close();
  await store.add(model(), (writer) => writer.writeBlock("w", 0, new Uint8Array(10)));
  expect(await contents()).toEqual({ models: ["hub:a/b@1|q4"], rows: [["hub:a/b@1|q4", "w", 0]] });
});

test("an older tab that does not let go: it is said, and nobody waits for ever", async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  // Deaf to versionchange.
  const old = await openDB("pronk", 1, { upgrade: (made) => ["models", "rows"].forEach((name) => made.createObjectStore(name)) }); // prettier-ignore
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const opening = rejection(openDatabase("pronk", () => {}));
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
  vi.advanceTimersByTime(5000);
  vi.useRealTimers();
  expect((await opening).message).toContain("an older tab of this page holds it; close it");
  old.close();
});

test("makes way for another version of the database", async () => {
  await store.add(model(), (writer) => writer.writeBlock("w", 0, new Uint8Array(10)));
  const newer = await openDB("pronk", 99); // would wait forever if the store kept its connection
  expect(await newer.count("models")).toBe(1);
  newer.close();
});

test("without IndexedDB there is no store", async () => {
  vi.stubGlobal("indexedDB", undefined);
  Reflect.deleteProperty(globalThis, "indexedDB");
  expect(await ModelStore.open()).toBeUndefined();
});
