// models.*: what applications do with the store, without an engine: list, info, download with a pause, verify, delete.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DownloadPause, models, type ProgressEvent } from "../../../src/index.ts";
import { spoilBlock } from "../../support/at-rest.ts";
import { ggufOfCheckpoint } from "../../support/gguf-checkpoint.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";
import { eventually } from "../../support/eventually.ts";

const files = madeCheckpoint({ shards: 2, config: madeConfig({ hidden_size: 128, intermediate_size: 200 }) });
const second = "model-00002-of-00002.safetensors";
let hub: HubServer;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  hub = await startHub([["owner/name", { files, license: "mit" }]]);
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const download = (options: Parameters<typeof models.download>[1] = {}) =>
  models.download("owner/name", { hubUrl: hub.url, quantize: "none", ...options });

/** Bytes in the database, by other means. */
async function atRest(): Promise<number> {
  const database = await openDB("pronk");
  const blocks = (await database.getAll("rows")) as Blob[][];
  database.close();
  return blocks.flat().reduce((sum, part) => sum + part.size, 0);
}

test("download, list, info: sizes are what is at rest", async () => {
  const stored = await download();
  expect(await models.list()).toEqual([stored]);
  expect(stored).toMatchObject({
    label: "owner/name",
    quantize: "none",
    id: expect.stringMatching(/^hub:owner\/name@/),
  });
  expect(stored.sizeBytes).toBe(await atRest());
  await download({ quantize: "q4" });
  const info = await models.info("owner/name");
  expect(info.map(({ quantize, complete }) => [quantize, complete])).toEqual([["q4", true], ["none", true]]); // prettier-ignore
  expect(info.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(await atRest());
  expect(info[1].files[1]).toEqual({ path: second, sizeBytes: files.get(second)!.length, rows: 1 });
  expect(await models.info("owner/other")).toEqual([]);
});

test("delete frees the space, of one form or all, and of a download that was not finished", async () => {
  const { id } = await download();
  await download({ quantize: "q4" });
  await models.delete(id, "none");
  expect((await models.list()).map(({ quantize }) => quantize)).toEqual(["q4"]);
  const controller = new AbortController();
  hub.faults.push({ path: "storage:/model-00002", kind: "stall-body", afterBytes: 2000 }); // its header comes
  const stopped = expect(download({ quantize: "q8", signal: controller.signal })).rejects.toThrow("enough");
  const begunBytes = async () => (await models.info(id))[1]?.storedBytes ?? 0;
  await eventually(async () => expect(await begunBytes()).toBeGreaterThan(0));
  controller.abort(new Error("enough"));
  await stopped;
  expect(await models.list()).toHaveLength(1);
  const [, begun] = await models.info(id);
  expect(begun).toMatchObject({ quantize: "q8", complete: false });
  expect(begun.storedBytes).toBeGreaterThan(0);
  expect(begun.storedBytes).toBeLessThan(begun.sizeBytes);
  await models.delete(id);
  expect([await atRest(), await models.info()]).toEqual([0, []]);
  expect(await rejection(models.delete(id))).toMatchObject({ code: "bad-request", facts: { field: "id" } });
});

/** Turns of the event loop, which the hub shares; each a millisecond or longer. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("a paused download asks for nothing, and goes on where it was", async () => {
  const pause = new DownloadPause();
  const events: ProgressEvent[] = [];
  hub.faults.push({ path: "storage:/model-0000", kind: "drip" });
  const done = download({ pause, onProgress: (event) => events.push(event) });
  await eventually(() => expect(events.some(({ phase }) => phase === "download")).toBe(true));
  pause.pause();
  pause.pause();
  await turns(100); // what was asked for before has come
  const asked = hub.requests.length;
  await turns(300);
  expect(hub.requests.length).toBe(asked);
  expect(await models.list()).toEqual([]);
  expect(pause.paused).toBe(true);
  pause.resume();
  expect((await done).sizeBytes).toBe(await atRest());
});

test("an abort ends a paused download with its reason", async () => {
  const pause = new DownloadPause();
  pause.pause();
  const controller = new AbortController();
  const done = download({ pause, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(done).rejects.toThrow("enough");
});

describe("verify", () => {
  async function spoiled(): Promise<string> {
    const { id } = await download();
    await spoilBlock(1);
    return id;
  }

  test("reads every block", async () => {
    const { id, sizeBytes } = await download();
    const events: ProgressEvent[] = [];
    const report = await models.verify(id, { onProgress: (event) => events.push(event) });
    expect(report).toEqual({ rows: 2, checkedBytes: sizeBytes, damaged: [] });
    expect(events.at(-1)).toMatchObject({ phase: "verify", loadedBytes: sizeBytes, totalBytes: sizeBytes });
  });

  test("names a damaged block, and repairs it where it may", async () => {
    const id = await spoiled();
    const seen = await models.verify(id, { repair: false });
    expect(seen.damaged).toEqual([
      { file: second, row: 0, repaired: false, reason: expect.stringContaining("checksum") },
    ]);
    expect((await models.verify(id, { hubUrl: hub.url })).damaged).toMatchObject([{ file: second, repaired: true }]);
    expect((await models.verify(id)).damaged).toEqual([]);
  });
});

test("a GGUF at an address is repaired from there, and found by another spelling of it", async () => {
  const gguf = ggufOfCheckpoint(madeCheckpoint());
  hub.repositories.set("owner/gguf", { files: new Map([["a.gguf", gguf]]) });
  const address = `${hub.url}/owner/gguf/resolve/main/a.gguf`;
  const { id } = await models.download(`${address}?token=secret`);
  await spoilBlock(0);
  expect((await models.verify(id)).damaged).toMatchObject([{ repaired: true }]);
  expect(await models.info(`${address}?token=another#top`)).toMatchObject([{ id, complete: true }]);
  expect(await models.info("https://huggingface.co/owner/name")).toEqual([]);
  hub.requests.length = 0;
  expect((await models.download(`${address}?X-Amz-Signature=tomorrow&X-Amz-Expires=60`)).id).toBe(id);
  expect(hub.requests).toEqual([]); // a new signature is the same address: it starts warm
});

test("a database of a newer release is left alone, and said to be one", async () => {
  (await openDB("pronk", 99)).close();
  expect(await models.storage()).toMatchObject({ message: expect.stringMatching(/newer release.*Reload/) });
  const error = await rejection(download());
  expect(error).toMatchObject({ code: "storage-missing", message: expect.stringMatching(/newer release.*Reload/) });
  expect(await models.list()).toEqual([]);
});

describe("what the browser says of its storage, in words", () => {
  const stub = (over: object) =>
    vi.stubGlobal("navigator", {
      storage: { estimate: async () => ({ usage: 5, quota: 5e10 }), persisted: async () => false, ...over },
    });

  test("granted, refused, already kept", async () => {
    stub({ persist: async () => true });
    expect(await models.persist()).toMatchObject({ persisted: true, message: expect.stringContaining("are kept") });
    stub({ persist: async () => false });
    expect(await models.persist()).toMatchObject({
      persisted: false,
      message: expect.stringMatching(/did not promise.*Safari/),
    });
    stub({ persisted: async () => true });
    expect(await models.storage()).toMatchObject({ persisted: true, usageBytes: 5, quotaBytes: 5e10 });
  });

  test("a private window, and no storage at all", async () => {
    stub({ estimate: async () => ({ usage: 0, quota: 3e8 }) });
    expect((await models.storage()).message).toMatch(/300 MB.*private window/);
    vi.stubGlobal("indexedDB", undefined);
    Reflect.deleteProperty(globalThis, "indexedDB");
    expect((await models.persist()).message).toMatch(/no storage.*ordinary window/);
    expect(await rejection(download())).toMatchObject({ code: "storage-missing", facts: { field: "store" } });
  });
});
