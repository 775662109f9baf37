// What stands where in the database: types only. Opening it is database.ts's, changing it from one version to the next
// migrate.ts's.

import type { DBSchema, IDBPDatabase } from "idb";
import type { BlockNote, ModelRecord } from "./model-record.ts";

type BlockKey = [model: string, file: string, index: number];

export interface PronkSchema extends DBSchema {
  /** Key: `<source id>|<variant>`. */
  models: { key: string; value: ModelRecord; indexes: { references: string } };
  /** The blocks, under the name that they once had: stored names stay. In parts; an array where written before 2026-11-27. */
  rows: { key: BlockKey; value: Blob[] | ArrayBuffer };
  notes: { key: BlockKey; value: BlockNote };
}

export type PronkDatabase = IDBPDatabase<PronkSchema>;
