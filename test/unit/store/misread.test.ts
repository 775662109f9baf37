// What releases before 2026-11-28 had misread: a tied model's trained head, left out, and GPTQ's version 2, taken for 1. Their
// records are told from right ones without the network and read again, which is reported and refetches no byte already there.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { prepareModel } from "../../../src/load/prepare.ts";
import type { ModelManifest } from "../../../src/load/prepared-model.ts";
import { models } from "../../../src/models.ts";
import type { ModelRecord } from "../../../src/store/model-record.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { spoilJson, spoilTensor, type Files } from "../../support/spoiled.ts";

const id = "made:model";
const head = "lm_head.weight";
const shape = { hidden_size: 64, vocab_size: 501 };
const tied = madeConfig({ ...shape, tie_word_embeddings: true });

let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ModelStore.open())!;
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

/** Tied by its configuration, with a head of its own. */
function withHead(shards: number): Files {
  const files = madeCheckpoint({ config: madeConfig(shape), shards });
  return files.set("config.json", new TextEncoder().encode(JSON.stringify(tied)));
}

/** The same files without the head. */
async function withoutHead(files: Files): Promise<Files> {
  const fewer = new Map(files);
  await spoilTensor(fewer, head, () => null);
  return fewer;
}

async function load(files: Files, quantize: "none" | "q4" = "none") {
  const source = memorySource(files, { id });
  let bytesRead = 0;
  const read: typeof source.read = (path, start, end, options) => {
    if (path.endsWith(".safetensors") && end - start > 4096) bytesRead += end - start; // weights, no header or sample
    return source.read(path, start, end, options);
  };
  const sink = new CollectingSink();
  const model = await loadModel({ reference: { ...source, read }, store, quantize, sink });
  return { model, sink, bytesRead };
}

const downloadBytes = (files: Files) =>
  [...files].reduce((sum, [path, bytes]) => sum + (path.endsWith(".safetensors") ? bytes.length : 0), 0);

/** The one record as release 1 would have written it, with what it had misread. */
async function asRelease1(misread: (record: ModelRecord<ModelManifest>) => void): Promise<void> {
  const database = await openDB("pronk");
  const [record] = await database.getAll("models");
  record.manifest.version = 1;
  misread(record);
  await database.put("models", record);
  database.close();
}

/** Stores a model as release 1 did: quantized rows without the head, or else whole files with the head not named. */
async function storeHeadless(files: Files, quantize: "none" | "q4"): Promise<void> {
  await load(quantize === "none" ? files : await withoutHead(files), quantize);
  await asRelease1(({ manifest }) => {
    manifest.config.tiedEmbeddings = true;
    manifest.tensors = manifest.tensors.filter(({ name }) => name !== head);
    manifest.downloadBytes = downloadBytes(files);
  });
}

async function countBlocks(): Promise<number> {
  const database = await openDB("pronk");
  const count = await database.count("rows");
  database.close();
  return count;
}

describe.each([
  ["none", 1],
  ["none", 3],
  ["q4", 1],
  ["q4", 3],
] as const)("a head left out, in %s of %i files", (quantize, shards) => {
  const files = withHead(shards);

  test("is found, said and put right, once", async () => {
    await storeHeadless(files, quantize);
    expect(await models.list()).toEqual([]);
    expect(await models.info(id)).toMatchObject([{ complete: false, unusable: "misread" }]);
    const { model, sink, bytesRead } = await load(files, quantize);
    expect(model).toMatchObject({
      config: { tiedEmbeddings: false },
      warnings: [{ code: "stored-again", facts: { found: "misread" } }],
    });
    expect(sink.bytes.get(head)).toBeDefined();
    expect(bytesRead === 0).toBe(quantize === "none"); // whose files were stored whole
    expect(await countBlocks()).toBe(shards);
    const again = await load(files, quantize);
    expect(again.model.warm).toBe(true);
    expect(again.model.warnings).toBeUndefined();
    expect(again.sink.bytes).toEqual(sink.bytes);
    expect(await models.info(id)).toMatchObject([{ complete: true }]);
  });

  test("is not seen in a model that never had one", async () => {
    const never = await withoutHead(files);
    await load(never, quantize);
    await asRelease1(() => {});
    const { model, bytesRead } = await load(never, quantize);
    expect([model.warm, model.warnings, bytesRead]).toEqual([true, undefined, 0]);
  });
});

test("a head that had a file of its own, of which nothing was kept", async () => {
  const files = await withoutHead(withHead(1));
  files.set("model-00001-of-00002.safetensors", files.get("model.safetensors")!);
  files.delete("model.safetensors");
  await load(files, "q4");
  expect(await models.info(id)).toMatchObject([{ complete: true }]);
  await asRelease1(() => {});
  expect(await models.info(id)).toMatchObject([{ complete: false, unusable: "misread" }]);
});

test("zero points of GPTQ's version 2, taken for those of 1", async () => {
  const files = folderFiles(join(import.meta.dirname, "../../fixtures/quant-gptq-4bit-one-group-v2"));
  const declare = (format: string) =>
    spoilJson(files, "config.json", ({ quantization_config: said }) => {
      delete said.checkpoint_format;
      said.format = format;
    });
  const stored = async () => {
    const source = memorySource(files, { id });
    const model = await prepareModel({ reference: source, store });
    await model.stream({ write: async () => {} });
    return { warm: model.warm, warnings: model.warnings, scheme: model.matrices[0].scheme };
  };
  declare("gptq_v2");
  expect(await stored()).toMatchObject({ scheme: { kind: "gptq", zeroPoints: 2 } });
  await asRelease1(({ manifest }) => {
    for (const { scheme } of manifest.matrices!) Object.assign(scheme, { zeroPoints: 1 });
  });
  expect(await models.info(id)).toMatchObject([{ unusable: "misread" }]);
  const warnings = [{ code: "stored-again" }];
  expect(await stored()).toMatchObject({ warm: false, warnings, scheme: { zeroPoints: 2 } });
  expect(await stored()).toMatchObject({ warm: true, warnings: undefined, scheme: { zeroPoints: 2 } });

  await models.delete(id);
  declare("gptq");
  await stored();
  await asRelease1(() => {});
  expect(await stored()).toMatchObject({ warm: true, warnings: undefined, scheme: { zeroPoints: 1 } });
});
