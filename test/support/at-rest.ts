// Everything that a store holds, read by other means than the store's own: for "exactly the same bytes" in tests in Node.

import { openDB } from "idb";
import type { ModelRecord, BlockNote } from "../../src/store/model-record.ts";

export interface AtRest {
  records: ModelRecord[];
  keys: IDBValidKey[];
  blocks: Uint8Array[];
  notes: BlockNote[];
}

export async function atRest(name = "pronk"): Promise<AtRest> {
  const database = await openDB(name);
  const records: ModelRecord[] = await database.getAll("models");
  const keys = await database.getAllKeys("rows");
  const blocks = await Promise.all(keys.map(async (key) => bytesOf(await database.get("rows", key))));
  const notes: BlockNote[] = await database.getAll("notes");
  database.close();
  return { records, keys, blocks, notes };
}

/** Flips a bit of the block at `index` in the store, unnoticed. */
export async function spoilBlock(index: number, byte = 77): Promise<void> {
  const database = await openDB("pronk");
  const key = (await database.getAllKeys("rows"))[index];
  const bytes = await bytesOf(await database.get("rows", key));
  bytes[byte] ^= 128;
  await database.put("rows", [new Blob([bytes])], key);
  database.close();
}

const bytesOf = async (block: Blob[] | ArrayBuffer) => new Uint8Array(await new Blob([block].flat()).arrayBuffer());
