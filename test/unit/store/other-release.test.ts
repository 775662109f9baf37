// What another release of pronk has stored, and damaged records: nothing shows them as ready, a load fetches the model again
// and says so, and then their bytes are gone; but what a newer release wrote stays until somebody deletes it.

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { prepareModel } from "../../../src/load/prepare.ts";
import { models } from "../../../src/models.ts";
import { preflight } from "../../../src/preflight.ts";
import type { ModelRecord } from "../../../src/store/model-record.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { madeCheckpoint } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const files = madeCheckpoint({ shards: 2 });
const source = () => memorySource(files);

/** Every record of the database, as written; changed by `change`, if given. */
async function records(change?: (record: ModelRecord<Record<string, unknown>>) => unknown): Promise<ModelRecord[]> {
  const database = await openDB("pronk");
  const all = await database.getAll("models");
  if (change)
    for (const record of all) {
      change(record);
      await database.put("models", record);
    }
  database.close();
  return all;
}

async function countBlocks(): Promise<number> {
  const database = await openDB("pronk");
  const count = await database.count("rows");
  database.close();
  return count;
}

type Change = (record: ModelRecord<Record<string, unknown>>) => unknown;
const withVersion =
  (version: number): Change =>
  ({ manifest }) =>
    Object.assign(manifest, { version, tensors: [] });

let store: ModelStore;
let id: string;
let blocks: number;

async function storeAs(change: Change): Promise<void> {
  store = (await ModelStore.open())!;
  for (const { key } of [...(await store.list()), ...(await store.unfinished())]) await store.delete(key);
  await loadModel({ reference: source(), store, quantize: "none", sink: new CollectingSink() });
  blocks = await countBlocks();
  [{ sourceId: id }] = await records();
  await records(change);
}

afterEach(() => store.close());

async function loadAgain() {
  const sink = new CollectingSink();
  const prepared = await prepareModel({ reference: source(), store, quantize: "none" });
  const result = await prepared.stream(sink);
  expect(sink.bytes.size).toBe(prepared.tensors.length);
  return { ...prepared, ...result };
}

/** Nothing shows it as ready, and it can be deleted. */
async function expectHidden(unusable: string): Promise<void> {
  expect(await models.list()).toEqual([]);
  expect(await store.findModel(id)).toEqual([]);
  expect(await models.info(id)).toEqual([expect.objectContaining({ id, complete: false, unusable })]);
  expect(await models.verify(id)).toMatchObject({ rows: 0 });
  await models.delete(id);
  expect(await records()).toEqual([]);
  expect(await countBlocks()).toBe(0);
  expect(await rejection(models.delete(id))).toMatchObject({ code: "bad-request" });
}

describe.each<[string, string, Change]>([
  ["older", "of an older version", withVersion(0)],
  ["damaged", "without a version", ({ manifest }) => delete manifest.version],
  ["damaged", "without a manifest", (record) => delete (record as { manifest?: unknown }).manifest],
  ["damaged", "without tensors", ({ manifest }) => (manifest.tensors = [])],
  ["damaged", "short of a tensor", ({ manifest }) => (manifest.tensors = (manifest.tensors as unknown[]).slice(2))],
  ["damaged", "with a tensor of a file that it does not have", ({ files: stored }) => (stored[0].path = "other")],
  ["damaged", "with a file of other blocks", ({ files: stored }) => stored[0].rowEnds.push(7)],
  ["damaged", "without files", (record) => delete (record as { files?: unknown }).files],
  ["damaged", "without side files", (record) => delete (record as { sideFiles?: unknown }).sideFiles],
  ["damaged", "without its names", (record) => Object.assign(record, { sourceId: 0, variant: null, references: null })],
])("%s: %s", (unusable, _, change) => {
  beforeEach(() => storeAs(change));

  test("is fetched again, with a word about it, and leaves no block behind", async () => {
    expect(await loadAgain()).toMatchObject({
      warm: false,
      warnings: [{ code: "stored-again", facts: { found: unusable } }],
    });
    expect(await countBlocks()).toBe(blocks);
    const again = await loadAgain();
    expect([again.warm, again.warnings]).toEqual([true, undefined]); // said once
  });

  test("counts as begun, not as there, and can be deleted", () => expectHidden(unusable));

  test("and unfinished, its blocks are not gone on with, and nothing is said", async () => {
    await records((record) => (record.state = "loading"));
    expect((await loadAgain()).warnings).toBeUndefined();
    expect(await models.info(id)).toEqual([expect.objectContaining({ complete: true })]);
    expect(await countBlocks()).toBe(blocks);
  });
});

describe("newer", () => {
  beforeEach(() => storeAs(withVersion(99)));

  test.each(["ready", "loading"] as const)(
    "and %s, stays: a load works beside it, stores nothing and says so",
    async (state) => {
      const before = await records((record) => Object.assign(record, { state, usedAt: 0 })); // long ago
      (await ModelStore.open())!.close(); // which forgets old downloads
      expect(await loadAgain()).toMatchObject({ warm: false, storedBytes: 0, warnings: [{ code: "not-stored" }] });
      expect(await records()).toEqual(before);
      expect(await countBlocks()).toBe(blocks);
    },
  );

  test("is not downloaded for nothing", async () => {
    const error = await rejection(models.download(source(), { quantize: "none" }));
    expect(error).toMatchObject({ code: "storage-missing", facts: { found: "newer" } });
    expect((await preflight(source(), { quantize: "none" })).storage.neededBytes).toBe(0);
  });

  test("and written while an older page loads, stays too", async () => {
    await models.delete(id);
    const prepared = await prepareModel({ reference: source(), store, quantize: "none" });
    await loadModel({ reference: source(), store, quantize: "none", sink: new CollectingSink() });
    const before = await records(withVersion(99));
    expect(await rejection(prepared.stream(new CollectingSink()))).toMatchObject({ facts: { found: "newer" } });
    expect(await records()).toEqual(before);
  });

  test("counts as begun, not as there, and can be deleted", () => expectHidden("newer"));
});
