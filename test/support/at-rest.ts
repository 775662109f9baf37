// Everything that a store holds, read by another road than the store's own: for "exactly the same bytes" in tests of Node.

import { openDB } from "idb";
import type { ModelRecord, RowNote } from "../../src/store/model-record.ts";

export interface AtRest {
  records: ModelRecord[];
  keys: IDBValidKey[];
  rows: Uint8Array[];
  notes: RowNote[];
}

export async function atRest(name = "pronk"): Promise<AtRest> {
  const database = await openDB(name);
  const records: ModelRecord[] = await database.getAll("models");
  const keys = await database.getAllKeys("rows");
  const rows = await Promise.all(keys.map((key) => database.get("rows", key) as Promise<ArrayBuffer>));
  const notes: RowNote[] = await database.getAll("notes");
  database.close();
  return { records, keys, rows: rows.map((row) => new Uint8Array(row)), notes };
}
