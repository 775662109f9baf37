// Models at rest: visible only when whole, gone without a trace when not, one writer at a time, damage noticed.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modelKey } from "../../src/store/model-record.ts";
import { ModelStore, storedRowLimit } from "../../src/store/model-store.ts";
import { rejection } from "../support/rejection.ts";

const model = (over: { sourceId?: string; variant?: string; sizeBytes?: number; references?: string[] } = {}) => ({
  sourceId: over.sourceId ?? "hub:a/b@1",
  variant: over.variant ?? "q4",
  label: "a/b",
  references: over.references ?? ["a/b"],
  manifest: { version: 1 },
  sideFiles: new Map([["config.json", Uint8Array.of(123, 125)]]),
  files: [{ path: "w", sizeBytes: over.sizeBytes ?? 10 }],
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

/** Everything in the database, by another road than the store's. */
async function contents() {
  const database = await openDB("pronk");
  const found = { models: await database.getAllKeys("models"), rows: await database.getAllKeys("rows") };
  database.close();
  return found;
}
const empty = { models: [], rows: [] };

test("a model is found by source, by reference and in the list once it is whole, not before", async () => {
  let during: unknown;
  const outcome = await store.add(model(), async (writer) => {
    await writer.writeRow("w", 0, Uint8Array.from({ length: 12 }, (_, i) => i).subarray(1, 11));
    during = [await store.list(), await store.find("hub:a/b@1", "q4"), await store.findByReference("a/b")];
  });
  expect([outcome, during]).toEqual(["added", [[], undefined, []]]);
  const [record] = await store.list();
  expect(record).toMatchObject({ label: "a/b", variant: "q4", state: "ready", sizeBytes: 10 });
  expect(record.sideFiles.get("config.json")).toEqual(Uint8Array.of(123, 125));
  expect((await store.findByReference("a/b")).map((found) => found.key)).toEqual([record.key]);
  expect(await store.findByReference("a/c")).toEqual([]);
  expect(await store.readRow(record, "w", 0)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
});

test("the buffer may be used again after writeRow", async () => {
  const bytes = new Uint8Array(10).fill(1);
  await store.add(model(), async (writer) => {
    await writer.writeRow("w", 0, bytes);
    bytes.fill(9);
  });
  expect((await store.readRow((await store.list())[0], "w", 0))[0]).toBe(1);
});

test("a model already there is not written again; another name for it is remembered", async () => {
  await store.add(model(), (writer) => writer.writeRow("w", 0, new Uint8Array(10)));
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
    await writer.writeRow("w", 0, new Uint8Array(10));
  }); // prettier-ignore
  expect(await Promise.all([write("first"), write("second"), write("third")])).toEqual(["added", "present", "present"]);
  expect(writes).toEqual(["first"]);
});

test("deleting removes one variant with its rows and leaves the other", async () => {
  for (const variant of ["q4", "q8"])
    await store.add(model({ variant }), (writer) => writer.writeRow("w", 0, new Uint8Array(10)));
  await store.delete(modelKey("hub:a/b@1", "q4"));
  expect(await contents()).toEqual({ models: ["hub:a/b@1|q8"], rows: [["hub:a/b@1|q8", "w", 0]] });
  expect(await store.findModel("hub:a/b@1")).toHaveLength(1);
});

describe("nothing stays after", () => {
  test("a write that fails", async () => {
    const failing = store.add(model(), async (writer) => {
      await writer.writeRow("w", 0, new Uint8Array(10));
      throw new Error("network");
    });
    await expect(failing).rejects.toThrow("network");
    expect(await contents()).toEqual(empty);
  });

  test("an abort between the last row and the end", async () => {
    const controller = new AbortController();
    const adding = store.add(
      model(),
      async (writer) => {
        await writer.writeRow("w", 0, new Uint8Array(10));
        controller.abort(new Error("stopped"));
      },
      controller.signal,
    );
    await expect(adding).rejects.toThrow("stopped");
    expect(await contents()).toEqual(empty);
  });

  test("a crash: the next start removes what was left loading, unless another tab writes it", async () => {
    const database = await openDB("pronk");
    const left = { ...model(), key: "hub:a/b@1|q4", state: "loading", sizeBytes: 10, createdAt: 0, usedAt: 0 };
    await database.put("models", left);
    await database.put("rows", new ArrayBuffer(10), [left.key, "w", 0]);
    database.close();
    const held = new Set([`pronk:write:${left.key}`]);
    const request = async (name: string, _: unknown, work: (lock: unknown) => unknown) =>
      work(held.has(name) ? null : {});
    vi.stubGlobal("navigator", { locks: { request } });
    (await ModelStore.open())!.close();
    expect((await contents()).rows).toHaveLength(1);
    held.clear();
    (await ModelStore.open())!.close();
    expect(await contents()).toEqual(empty);
  });

  test("the quota's end, foreseen or met", async () => {
    vi.stubGlobal("navigator", { storage: { estimate: async () => ({ quota: 100, usage: 95 }) } });
    const write = vi.fn();
    expect(await rejection(store.add(model(), write))).toMatchObject({
      code: "storage-full",
      facts: { neededBytes: 10, availableBytes: 5 },
    });
    expect(write).not.toHaveBeenCalled();
    vi.stubGlobal("navigator", {});
    const adding = store.add(model(), async (writer) => {
      vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
        throw new DOMException("full", "QuotaExceededError");
      });
      await writer.writeRow("w", 0, new Uint8Array(10));
    });
    const error = await rejection(adding);
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: "storage-full", facts: { neededBytes: 10, availableBytes: null } });
    expect(await contents()).toEqual(empty);
  });
});

test("a damaged copy is deleted and reported", async () => {
  const sizeBytes = storedRowLimit + 5;
  await store.add(model({ sizeBytes }), async (writer) => writer.writeRow("w", 1, new Uint8Array(5)));
  const [record] = await store.list();
  expect(await store.readRow(record, "w", 1)).toHaveLength(5);
  const error = await rejection(store.readRow(record, "w", 0));
  expect(error).toMatchObject({ code: "integrity", facts: { file: "w", row: 0, expected: storedRowLimit, found: 0 } });
  expect(await contents()).toEqual(empty);
});

test("makes way for another version of the database", async () => {
  await store.add(model(), (writer) => writer.writeRow("w", 0, new Uint8Array(10)));
  const newer = await openDB("pronk", 2); // would wait for ever if the store kept its connection
  expect(await newer.count("models")).toBe(1);
  newer.close();
});

test("without IndexedDB there is no store", async () => {
  vi.stubGlobal("indexedDB", undefined);
  Reflect.deleteProperty(globalThis, "indexedDB");
  expect(await ModelStore.open()).toBeUndefined();
});
