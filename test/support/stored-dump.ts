// Committed stores (test/fixtures/store-*): what the database `pronk` held after a release had loaded a model, as JSON, and
// the way back into a database. `$buffer` is an ArrayBuffer, `$blobs` an array of Blobs with these bytes, `$bytes` a
// Uint8Array (all base64), `$map` a Map's entries.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openDB } from "idb";
import type { ModelRecord, BlockNote } from "../../src/store/model-record.ts";

type BlockKey = [model: string, file: string, index: number];

export interface StoredDump {
  /** Of the schema. */
  version: number;
  models: ModelRecord[];
  rows: { key: BlockKey; value: ArrayBuffer | Blob[] }[];
  /** Since schema 2. */
  notes?: { key: BlockKey; value: BlockNote }[];
}

export const dumpFolder = (name: string): string => join(import.meta.dirname, "../fixtures", name);

export function readDump(name: string): StoredDump {
  const text = readFileSync(join(dumpFolder(name), "store.json"), "utf8");
  return JSON.parse(text, (_, value) => {
    if (value?.$buffer) return bytesOf(value.$buffer).buffer;
    if (value?.$blobs) return value.$blobs.map((part: string) => new Blob([bytesOf(part)]));
    if (value?.$bytes) return bytesOf(value.$bytes);
    return value?.$map ? new Map(value.$map) : value;
  }) as StoredDump;
}

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));

/** Puts it into an empty `indexedDB`, by the schema's own steps; unfinished loads are dated today, or they would be dropped. */
export async function restoreDump({ version, models, rows, notes = [] }: StoredDump): Promise<void> {
  const database = await openDB("pronk", version, {
    upgrade(created) {
      const store = created.createObjectStore("models", { keyPath: "key" });
      store.createIndex("references", "references", { multiEntry: true });
      created.createObjectStore("rows");
      if (version > 1) created.createObjectStore("notes");
    },
  });
  for (const model of models) await database.put("models", { ...model, usedAt: Date.now() });
  for (const { key, value } of rows) await database.put("rows", value, key);
  for (const { key, value } of notes) await database.put("notes", value, key);
  database.close();
}

/** The database `pronk` as text for store.json. */
export async function dumpStore(): Promise<string> {
  const database = await openDB("pronk");
  const models: ModelRecord[] = await database.getAll("models");
  const entries = async (store: string) => {
    const keys = await database.getAllKeys(store);
    return Promise.all(keys.map(async (key) => ({ key, value: await plain(await database.get(store, key)) })));
  };
  const dump = { version: database.version, models, rows: await entries("rows"), notes: await entries("notes") };
  database.close();
  return JSON.stringify(dump, (_, value) => {
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
    return value instanceof Map ? { $map: [...value] } : value;
  });
}

async function plain(value: unknown): Promise<unknown> {
  if (!Array.isArray(value)) return value;
  const parts = await Promise.all(
    value.map(async (blob: Blob) => Buffer.from(await blob.arrayBuffer()).toString("base64")),
  );
  return { $blobs: parts };
}
