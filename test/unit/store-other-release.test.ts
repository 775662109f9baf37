// What another release of pronk has stored, older or newer: nothing shows it as ready, a load fetches it again and says so,
// and its bytes are gone then.

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { beforeEach, describe, expect, test } from "vitest";
import { loadModel } from "../../src/load/load-model.ts";
import { prepareModel } from "../../src/load/prepare.ts";
import { models } from "../../src/models.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { ModelRecord } from "../../src/store/model-record.ts";
import { ModelStore } from "../../src/store/model-store.ts";
import { CollectingSink } from "../support/collecting-sink.ts";
import { madeCheckpoint } from "../support/made-checkpoint.ts";
import { rejection } from "../support/rejection.ts";

const files = madeCheckpoint({ shards: 2 });
const source = () => memorySource(files);

/** Every record of the database, as written; changed where `change` says so. */
async function records(change?: (record: ModelRecord<Record<string, unknown>>) => void): Promise<ModelRecord[]> {
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

async function countRows(): Promise<number> {
  const database = await openDB("pronk");
  const count = await database.count("rows");
  database.close();
  return count;
}

describe.each([
  ["newer", 99],
  ["older", 0],
  ["without a version", undefined],
])("%s", (_, version) => {
  let store: ModelStore;
  let id: string;
  let rows: number;

  beforeEach(async () => {
    store = (await ModelStore.open())!;
    for (const { key } of [...(await store.list()), ...(await store.unfinished())]) await store.delete(key);
    await loadModel({ reference: source(), store, quantize: "none", sink: new CollectingSink() });
    rows = await countRows();
    [{ sourceId: id }] = await records(({ manifest }) => Object.assign(manifest, { version, tensors: [] }));
    return () => store.close();
  });

  test("is fetched again, with a word about it, and leaves no row behind", async () => {
    const sink = new CollectingSink();
    const prepared = await prepareModel({ reference: source(), store, quantize: "none" });
    expect(prepared).toMatchObject({ warm: false, warnings: [{ code: "stored-again" }] });
    expect(await prepared.stream(sink)).toMatchObject({ warm: false });
    expect(sink.bytes.size).toBe(prepared.tensors.length);
    expect(await countRows()).toBe(rows);
    const again = await prepareModel({ reference: source(), store, quantize: "none" });
    expect(again.warm).toBe(true);
    expect(again.warnings).toBeUndefined(); // said once
  });

  test("counts as begun, not as there, and can be deleted", async () => {
    expect(await models.list()).toEqual([]);
    expect(await store.findModel(id)).toEqual([]);
    expect(await models.info(id)).toEqual([expect.objectContaining({ complete: false })]);
    expect(await models.verify(id)).toMatchObject({ rows: 0 });
    await models.delete(id);
    expect(await records()).toEqual([]);
    expect(await countRows()).toBe(0);
    expect(await rejection(models.delete(id))).toMatchObject({ code: "bad-request" });
  });

  test("and unfinished, its rows are not gone on with", async () => {
    await records((record) => (record.state = "loading"));
    const sink = new CollectingSink();
    const prepared = await prepareModel({ reference: source(), store, quantize: "none" });
    await prepared.stream(sink);
    expect(sink.bytes.size).toBe(prepared.tensors.length);
    const [{ manifest }] = (await records()) as ModelRecord<{ version: number; tensors: unknown[] }>[];
    expect([manifest.version, manifest.tensors.length]).toEqual([1, prepared.tensors.length]);
  });
});
