// models.checkUpdate and models.update: another commit of a stored repository. What did not change is taken from the store, and
// the old one loads until the new one is whole.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { models } from "../../../src/index.ts";
import { checksum64 } from "../../../src/source/checksum.ts";
import { atRest, spoilBlock } from "../../support/at-rest.ts";
import { type HubServer, startHub } from "../../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

const files = madeCheckpoint({ shards: 2, config: madeConfig({ hidden_size: 128, intermediate_size: 200 }) });
const [first, second] = [1, 2].map((part) => `model-0000${part}-of-00002.safetensors`);

/** With another last weight in the second shard. */
function nextRevision(): Map<string, Uint8Array> {
  const changed = files.get(second)!.slice();
  changed[changed.length - 1] ^= 1;
  return new Map([...files, [second, changed]]);
}

let hub: HubServer;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  hub = await startHub([["owner/name", { files, license: "mit" }]]);
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const download = (options: object = {}) =>
  models.download("owner/name", { hubUrl: hub.url, quantize: "none", ...options });
const weightsAsked = () =>
  new Set(hub.requests.filter(({ path, origin }) => origin === "storage" && path.includes("safetensors")).map(({ path }) => path)); // prettier-ignore

test("nothing newer: said, and nothing happens", async () => {
  const stored = await download();
  const update = await models.checkUpdate(stored.id, { hubUrl: hub.url });
  expect(update).toEqual({ id: stored.id, label: "owner/name", newestId: stored.id, isNewer: false, files: [], fetchBytes: 0 }); // prettier-ignore
  expect(await models.update(stored.id, { hubUrl: hub.url })).toMatchObject([{ id: stored.id }]);
});

test.each(["none", "q4"] as const)(
  "%s: only the file that changed is fetched, and what comes is a fresh download's",
  async (quantize) => {
    const { id } = await download({ quantize });
    hub.repositories.set("owner/name", { files: nextRevision(), license: "mit" });
    const found = await models.checkUpdate(id, { hubUrl: hub.url });
    const size = (path: string) => files.get(path)!.length;
    expect(found).toMatchObject({ isNewer: true, fetchBytes: size(second) });
    expect(found.files).toEqual([
      { path: first, sizeBytes: size(first), stored: true },
      { path: second, sizeBytes: size(second), stored: false },
    ]);
    hub.requests.length = 0;
    const [updated] = await models.update(id, { hubUrl: hub.url });
    expect(updated).toMatchObject({ id: found.newestId, quantize });
    const wholeFirst = hub.requests.filter(
      ({ path, sent }) => path.includes(first) && sent && sent.end - sent.start > 4096,
    );
    expect(wholeFirst).toEqual([]); // its header was read again, no more
    expect(weightsAsked()).toContain(`/${second}`);
    expect((await models.list()).map((model) => model.id)).toEqual([updated.id]);
    const byUpdate = await atRest();
    vi.stubGlobal("indexedDB", new IDBFactory());
    await download({ quantize });
    const fresh = await atRest();
    expect(byUpdate.blocks.map(checksum64)).toEqual(fresh.blocks.map(checksum64));
    expect(byUpdate.notes).toEqual(fresh.notes);
    expect(byUpdate.keys).toEqual(fresh.keys);
  },
);

test("the old one loads until the new one is whole, and an update goes on where it ended", async () => {
  const { id } = await download();
  hub.repositories.set("owner/name", { files: nextRevision(), license: "mit" });
  const controller = new AbortController();
  hub.faults.push({ path: `storage:/${second}`, kind: "stall-body", afterBytes: 2000 });
  const stopped = models.update(id, {
    hubUrl: hub.url,
    signal: controller.signal,
    onProgress: ({ phase, loadedBytes }) => {
      if (phase === "store" && loadedBytes > 0) controller.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect((await models.list()).map((model) => model.id)).toEqual([id]);
  hub.faults.length = 0;
  hub.requests.length = 0;
  expect((await download()).id).toBe(id); // by its name, from the store
  expect(hub.requests).toEqual([]);
  const [updated] = await models.update(id, { hubUrl: hub.url });
  expect((await models.list()).map((model) => model.id)).toEqual([updated.id]);
  hub.requests.length = 0;
  expect((await download()).id).toBe(updated.id); // the name leads to the new one now
  expect(hub.requests).toEqual([]);
});

test("a copied block that is damaged is fetched", async () => {
  const { id } = await download();
  await spoilBlock(0);
  hub.repositories.set("owner/name", { files: nextRevision(), license: "mit" });
  const [updated] = await models.update(id, { hubUrl: hub.url });
  expect(await models.verify(updated.id, { repair: false })).toMatchObject({ rows: 2, damaged: [] });
});

test("what has no revisions is said to have none; a pinned name does not move to the new one", async () => {
  const picked = [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  const fromFiles = await models.download(picked, { quantize: "none" });
  expect(await rejection(models.checkUpdate(fromFiles.id))).toMatchObject({
    code: "bad-request",
    facts: { field: "id" },
  });
  const { id } = await download();
  const commit = id.slice(id.indexOf("@") + 1);
  await models.download(`owner/name@${commit}`, { hubUrl: hub.url, quantize: "none" });
  hub.repositories.set("owner/name", { files: nextRevision() });
  const [updated] = await models.update(id, { hubUrl: hub.url });
  expect((await models.info(updated.id))[0].references).toEqual(["owner/name"]);
});
