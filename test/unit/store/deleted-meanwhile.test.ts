// A model that somebody deletes, in this tab or another, while it is being loaded, repaired or updated: nothing of it stays behind
// where no list shows it, it does not come back, and what should have taken another's place leaves that alone.

import { openDB } from "idb";
import { afterEach, describe, expect, test, vi } from "vitest";
import { models } from "../../../src/index.ts";
import type { ModelWriter } from "../../../src/store/model-writer.ts";
import { modelKey, type ModelRecord } from "../../../src/store/model-record.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { hubAndStore, keysAtRest } from "../../support/hub-and-store.ts";
import { loadModel } from "../../support/load-model.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

const files = madeCheckpoint({ shards: 2, config: madeConfig({ hidden_size: 128, intermediate_size: 200 }) });
const second = "model-00002-of-00002.safetensors";
const now = hubAndStore();
const repository = () => now.hub.repositories.set("owner/name", { files, license: "mit" });
const load = (sink = new CollectingSink()) =>
  loadModel({ reference: "owner/name", hubUrl: now.hub.url, store: now.store, quantize: "none", sink });
const download = () => models.download("owner/name", { hubUrl: now.hub.url, quantize: "none" });
const deleteAll = async () => {
  for (const { key } of [...(await now.store.list()), ...(await now.store.unfinished())]) await now.store.delete(key);
};

function expectSame({ bytes: a }: CollectingSink, { bytes: b }: CollectingSink): void {
  expect([...a.keys()].length).toBeGreaterThan(0);
  expect([...b.keys()]).toEqual([...a.keys()]);
  for (const [name, bytes] of a) expect(Buffer.compare(bytes, b.get(name)!), name).toBe(0);
}

afterEach(() => vi.restoreAllMocks());

/** Deletes it before its second block is read. */
function deleteAmidReads(): void {
  const { readUnchecked } = ModelStore.prototype;
  let reads = 0;
  vi.spyOn(ModelStore.prototype, "readUnchecked").mockImplementation(async function (this: ModelStore, ...of) {
    if (++reads === 2) await deleteAll();
    return readUnchecked.apply(this, of);
  });
}

describe("while it is written", () => {
  const model = {
    sourceId: "hub:a/b@1",
    variant: "q4",
    label: "a/b",
    references: [],
    manifest: { version: 2, config: { layers: 0 }, tensors: [0, 1].map(() => ({ file: "w", start: 0, end: 1 })) },
    sideFiles: new Map(),
    files: [{ path: "w", sizeBytes: 10, rowEnds: [4, 10] }],
  };
  const key = modelKey("hub:a/b@1", "q4");
  const add = (write: (writer: ModelWriter) => Promise<void>) => now.store.add(model, write);

  test.each([0, 1, 2])("with %i of 2 blocks there: the load ends, and nothing stays", async (written) => {
    const adding = add(async (writer) => {
      for (const [index, size] of [4, 6].entries()) {
        if (index === written) await now.store.delete(key);
        await writer.writeBlock("w", index, new Uint8Array(size));
      }
      if (written === 2) await now.store.delete(key);
    });
    expect(await rejection(adding)).toMatchObject({ code: "integrity" });
    expect(await keysAtRest()).toEqual([]);
  });

  test("from an earlier revision's blocks", async () => {
    await now.store.add({ ...model, sourceId: "hub:a/b@0" }, async (writer) => {
      for (const [index, size] of [4, 6].entries()) await writer.writeBlock("w", index, new Uint8Array(size));
    });
    const [earlier] = await now.store.list();
    const adding = add(async (writer) => {
      await now.store.delete(key);
      await writer.copyBlocks(earlier, "w", 2);
    });
    expect(await rejection(adding)).toMatchObject({ code: "integrity" });
    expect((await keysAtRest()).flat()).not.toContain(key);
  });
});

test("while it is loaded from the store: the load goes on, and nothing of it is put back", async () => {
  repository();
  const before = new CollectingSink();
  await load(before);
  deleteAmidReads();
  const sink = new CollectingSink();
  await load(sink);
  expectSame(sink, before);
  expect(await keysAtRest()).toEqual([]);
});

test("while it is repaired: nothing of it is put back, and the report says so", async () => {
  repository();
  const { id } = await download();
  deleteAmidReads();
  const report = await models.verify(id, { hubUrl: now.hub.url });
  expect(report.damaged).toMatchObject([{ file: second, repaired: false }]);
  expect(await keysAtRest()).toEqual([]);
});

/** Deletes what has just come, before whoever waited for it looks. */
function deleteOnce(has: (outcome: string) => boolean): void {
  const { add } = ModelStore.prototype;
  let isDone = false;
  vi.spyOn(ModelStore.prototype, "add").mockImplementation(async function (this: ModelStore, ...of) {
    const outcome = await add.apply(this, of as Parameters<typeof add>);
    if (!isDone && has(outcome)) {
      isDone = true;
      await this.delete(modelKey(of[0].sourceId, of[0].variant));
    }
    return outcome;
  });
}

test("once another tab has stored it, before this one reads it: it is fetched, not taken for loaded", async () => {
  repository();
  deleteOnce((outcome) => outcome === "present");
  const sinks = [new CollectingSink(), new CollectingSink()];
  await Promise.all(sinks.map(load));
  expectSame(sinks[0], sinks[1]);
});

test("as soon as it is downloaded: that is said", async () => {
  repository();
  deleteOnce((outcome) => outcome === "added");
  expect(await rejection(download())).toMatchObject({ code: "integrity" });
});

describe("an update", () => {
  async function stored() {
    repository();
    const { id } = await download();
    const changed = files.get(second)!.slice();
    changed[changed.length - 1] ^= 1;
    now.hub.repositories.set("owner/name", { files: new Map([...files, [second, changed]]), license: "mit" });
    return id;
  }

  test("whose model is deleted as soon as it is there leaves the old one", async () => {
    const id = await stored();
    deleteOnce((outcome) => outcome === "added");
    expect(await rejection(models.update(id, { hubUrl: now.hub.url }))).toMatchObject({ code: "integrity" });
    expect((await models.list()).map((model) => model.id)).toEqual([id]);
  });

  test("that a newer release has stored already leaves the old one", async () => {
    const id = await stored();
    const { newestId } = await models.checkUpdate(id, { hubUrl: now.hub.url });
    const database = await openDB("pronk");
    const record: ModelRecord = await database.get("models", modelKey(id, "none"));
    const key = modelKey(newestId, "none");
    await database.put("models", { ...record, key, sourceId: newestId, manifest: { version: 99 } });
    database.close();
    const asked = now.hub.requests.length;
    expect(await rejection(models.update(id, { hubUrl: now.hub.url }))).toMatchObject({
      code: "storage-missing",
      facts: { found: "newer" },
    });
    const weights = now.hub.requests.slice(asked).filter(({ origin }) => origin === "storage");
    expect(weights.every(({ sent }) => sent && sent.end - sent.start <= 4096)).toBe(true); // headers
    expect((await models.list()).map((model) => model.id)).toEqual([id]);
  });
});
