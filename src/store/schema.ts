// What is stored where in the database: types only. database.ts opens it, migrate.ts changes it from one version to the
// next.

import type { DBSchema, IDBPDatabase } from "idb";
import type { BlockNote, ModelRecord } from "./model-record.ts";

type BlockKey = [model: string, file: string, index: number];

export interface PronkSchema extends DBSchema {
  /** Key: `<source id>|<variant>`. */
  models: { key: string; value: ModelRecord; indexes: { references: string } };
  /** The blocks, under their former name: stored names stay. In parts; an array where written before 2026-11-27. Saved KV caches, too: saved-path.ts. */
  rows: { key: BlockKey; value: Blob[] | ArrayBuffer };
  notes: { key: BlockKey; value: BlockNote };
}

export type PronkDatabase = IDBPDatabase<PronkSchema>;
