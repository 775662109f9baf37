// models.export and models.archive, and what becomes of them on another device: the same model under the same id, to the bit,
// without a network; and the errors of a damaged, incomplete or made-up folder.

import "fake-indexeddb/auto";
import { join } from "node:path";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inspectModel, models, type ProgressEvent } from "../../../src/index.ts";
import { checksum64 } from "../../../src/source/checksum.ts";
import { atRest, spoilBlock } from "../../support/at-rest.ts";
import { ggufOfCheckpoint } from "../../support/gguf-checkpoint.ts";
import { type HubServer, startHub } from "../../support/hub-server.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { type MemoryFolder, memoryFolder } from "../../support/memory-folder.ts";
import { metaCheckpoint } from "../../support/meta-checkpoint.ts";
import { published } from "../../support/published.ts";
import { rejection } from "../../support/rejection.ts";

const fixture = (name: string) =>
  new Map([...folderFiles(join(import.meta.dirname, `../../fixtures/quant-${name}`))].filter(([path]) => !/golden/.test(path))); // prettier-ignore
const files = madeCheckpoint({ shards: 2, config: madeConfig({ hidden_size: 128, intermediate_size: 200 }) });
const first = "model-00001-of-00002.safetensors";
let hub: HubServer;
let folder: MemoryFolder;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  hub = await startHub([["owner/name", { files, license: "mit" }]]);
  folder = memoryFolder("exported");
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const download = (options: object = {}) =>
  models.download("owner/name", { hubUrl: hub.url, quantize: "none", ...options });

/** Another device, without a network. */
async function elsewhere(): Promise<void> {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("there is no network")));
}

/** All that is stored, without times and the notice that goes along with what is under Llama 2's licence. */
async function kept(): Promise<object> {
  const { records, keys, blocks, notes } = await atRest();
  return {
    records: records.map((record) => ({
      ...record,
      ...{ createdAt: 0, usedAt: 0 },
      sideFiles: [...record.sideFiles].filter(([name]) => name !== "NOTICE").toSorted(),
    })),
    keys,
    blocks: blocks.map(checksum64),
    notes: notes.map(({ checksum }) => checksum),
  };
}

const picked = (at: MemoryFolder) =>
  [...at.files].map(([name, bytes]) => Object.assign(new File([bytes], name), { webkitRelativePath: `x/${name}` }));

describe("comes back as it was", () => {
  test.each(["none", "q8", "q4"] as const)("%s, by the folder's handle", async (quantize) => {
    const { id, label } = await download({ quantize });
    const before = await kept();
    await models.export(id, folder.handle);
    if (quantize === "none") expect(folder.files.get(first)).toEqual(files.get(first)); // as it was published
    await elsewhere();
    expect(await models.download(folder.handle)).toMatchObject({ id, label, quantize });
    expect(await kept()).toEqual(before);
    expect(await models.verify(id, { repair: false })).toMatchObject({ damaged: [] });
    expect(await models.download("owner/name", { quantize })).toMatchObject({ id }); // its name leads there, too
  });

  test("by a list of files, and by the archive", async () => {
    const { id } = await download({ quantize: "q4" });
    const before = await kept();
    await models.export(id, folder.handle);
    const archive = await models.archive(id);
    expect(archive.name).toBe("owner_name.tar");
    for (const model of [picked(folder), [archive]]) {
      await elsewhere();
      expect(await models.download(model)).toMatchObject({ id, quantize: "q4" });
      expect(await kept()).toEqual(before);
    }
  });

  const others = {
    exl2: () => Object.values(published)[0](),
    gguf: () => new Map([["a-q4_k_m.gguf", ggufOfCheckpoint(madeCheckpoint())], ["b-q8_0.gguf", ggufOfCheckpoint(madeCheckpoint())]]), // prettier-ignore
    meta: () => metaCheckpoint(madeCheckpoint()),
    ...Object.fromEntries(
      ["gptq-marlin", "awq-gemv-fast", "mlc-q4f16_1", "onnx-int8", "onnx-genai-int4", "onnx-q4-zeros"].map((name) => [
        name,
        () => fixture(name),
      ]),
    ),
    onnx: () => new Map([...fixture("onnx-genai-int4")].map(([name, bytes]) => [/onnx/.test(name) ? `onnx/${name}` : name, bytes])), // prettier-ignore
  };
  test.each(Object.entries(others))("%s", async (kind, made) => {
    hub.repositories.set("owner/other", { files: made() });
    const weights = kind === "gguf" ? "q8_0" : undefined;
    const { id } = await models.download("owner/other", { hubUrl: hub.url, quantize: "none", ...(weights && { weights }) }); // prettier-ignore
    const before = await kept();
    await models.export(id, folder.handle);
    await elsewhere();
    expect(await models.download(folder.handle)).toMatchObject({ id });
    expect(await kept()).toEqual(before);
  });
});

test("licence and notices travel along, and so does what asks for their acceptance", async () => {
  hub.repositories.set("meta/Llama-2-chat", { files, license: "llama2", gatedFor: "token" });
  const { id } = await models.download("meta/Llama-2-chat", { hubUrl: hub.url, quantize: "q8", token: "token" });
  await models.export(id, folder.handle);
  const text = (name: string) => new TextDecoder().decode(folder.files.get(name));
  expect(text("NOTICE")).toMatch(/^Llama 2 is licensed under the LLAMA 2 Community License/);
  expect(text("LICENSE-LLAMA2.txt")).toContain("LLAMA 2 COMMUNITY LICENSE AGREEMENT");
  await elsewhere();
  expect(await inspectModel(folder.handle)).toMatchObject({ id, llama2: true, license: "llama2", stored: false });
  await models.download(folder.handle);
  const again = memoryFolder("again");
  await models.export(id, again.handle);
  expect(again.files.get("NOTICE")).toEqual(folder.files.get("NOTICE"));
});

test("progress, and an end by the signal that leaves no description behind", async () => {
  const { id, sizeBytes } = await download();
  const events: ProgressEvent[] = [];
  await models.export(id, folder.handle, { onProgress: (event) => events.push(event) });
  expect(events.at(-1)).toMatchObject({ phase: "read", loadedBytes: sizeBytes, totalBytes: sizeBytes });
  const stopped = memoryFolder("stopped");
  const controller = new AbortController();
  const onProgress = ({ loadedBytes }: ProgressEvent) => loadedBytes > 0 && controller.abort(new Error("enough"));
  await expect(models.export(id, stopped.handle, { onProgress, signal: controller.signal })).rejects.toThrow("enough");
  expect(stopped.files.has("pronk-model.json")).toBe(false);
});

test("a full disk, and a stored block that is damaged, are named", async () => {
  const { id } = await download();
  folder.roomBytes = 5000;
  expect(await rejection(models.export(id, folder.handle))).toMatchObject({
    code: "storage-full",
    facts: { file: first },
  });
  await spoilBlock(0);
  const damaged = { code: "integrity", facts: { file: first, row: 0, rotten: true } };
  folder.roomBytes = Infinity;
  expect(await rejection(models.export(id, folder.handle))).toMatchObject(damaged);
  expect(await rejection(models.archive(id))).toMatchObject(damaged);
});

describe("a folder that is not what was exported", () => {
  const open = () => rejection(models.download(folder.handle));
  async function spoil(change: () => void): Promise<void> {
    const { id } = await download({ quantize: "q4" });
    await models.export(id, folder.handle);
    change();
    await elsewhere();
  }
  const edit = (change: (description: Record<string, any>) => void) => () => {
    const description = JSON.parse(new TextDecoder().decode(folder.files.get("pronk-model.json")));
    change(description);
    folder.files.set("pronk-model.json", new TextEncoder().encode(JSON.stringify(description)));
  };
  const weights = `${first}.q4v1`;
  const turn = (name: string) => () => void (folder.files.get(name)![99] ^= 4);

  test.each([
    ["a file is missing", () => folder.files.delete(weights), { code: "format", facts: { file: weights } }],
    [
      "a file is short",
      () => folder.files.set(weights, folder.files.get(weights)!.slice(1)),
      { code: "format", facts: { file: weights } },
    ],
    ["a bit is another in the weights", turn(weights), { code: "integrity", facts: { file: weights, row: 0 } }],
    ["a bit is another in config.json", turn("config.json"), { code: "integrity", facts: { file: "config.json" } }],
    ["a newer release wrote it", edit((d) => (d.pronk = 2)), { code: "model-unsupported", facts: { field: "pronk" } }],
    ["no JSON", () => folder.files.set("pronk-model.json", new Uint8Array(9)), { code: "format" }],
    ["no id", edit((d) => delete d.id), { facts: { field: "id" } }],
    ["an absurd size", edit((d) => (d.manifest.config.layers = 1e9)), { facts: { field: "manifest.config.layers" } }],
    [
      "a tensor beyond its file",
      edit((d) => (d.manifest.tensors[3].end += 2 ** 30)),
      { facts: { field: "manifest.tensors[3]" } },
    ],
    ["another shape", edit((d) => (d.manifest.tensors[0].rows *= 2)), { facts: { field: "manifest.tensors[0]" } }],
    ["a tensor too few", edit((d) => d.manifest.tensors.pop()), { facts: { field: "manifest.tensors" } }],
    [
      "blocks that overlap",
      edit((d) => (d.files[0].rowEnds = [5, 3, d.files[0].sizeBytes])),
      { facts: { field: "files[0].rowEnds" } },
    ],
    ["two files of one name", edit((d) => (d.files[1].name = d.files[0].name)), { code: "format" }],
    [
      "rows of another version",
      edit((d) => (d.files[0].path = d.files[0].path.replace("q4v1", "q4v9"))),
      { facts: { field: "files[0].path" } },
    ],
  ] as [string, () => void, object][])("%s", async (_, change, error) => {
    await spoil(change);
    expect(await open()).toMatchObject({ name: "PronkError", code: "format", ...error });
    expect(await models.list()).toEqual([]);
  });

  test("an archive that ends early, and one that is none", async () => {
    const { id } = await download();
    const archive = await models.archive(id);
    await elsewhere();
    const short = new File([archive.slice(0, archive.size / 2)], archive.name);
    expect(await rejection(models.download([short]))).toMatchObject({ code: "format", facts: { file: archive.name } });
    const none = new File(["x".repeat(5000)], "photos.tar");
    expect(await rejection(models.download([none]))).toMatchObject({ code: "format", facts: { file: "photos.tar" } });
  });
});
