// The database `pronk`: one record for each stored model, and its bytes in rows of 16 MiB. Opening, upgrading, and what
// happens when another tab wants another version; nothing here knows what a row means.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { PronkError } from "../errors.ts";
import type { ModelRecord } from "./model-record.ts";

export interface PronkSchema extends DBSchema {
  /** Key: `<source id>|<variant>`. */
  models: { key: string; value: ModelRecord; indexes: { references: string } };
  /** Key: [model's key, stored file, row index]; value: the row's bytes. */
  rows: { key: [string, string, number]; value: ArrayBuffer };
}

export type PronkDatabase = IDBPDatabase<PronkSchema>;

export const databaseName = "pronk";
const version = 1;

const blockedLimitMs = 5000; // an older tab closes its connection at once, unless it is stuck

/** `onClosed`: the connection is gone (another tab upgrades, or the browser ended it); open again for the next use. */
export async function openDatabase(name: string, onClosed: () => void): Promise<PronkDatabase> {
  let giveUp!: (reason: Error) => void;
  const stuck = new Promise<never>((_, reject) => (giveUp = reject));
  const opening = openDB<PronkSchema>(name, version, {
    upgrade(db) {
      const models = db.createObjectStore("models", { keyPath: "key" });
      models.createIndex("references", "references", { multiEntry: true });
      db.createObjectStore("rows");
    },
    blocked: () => void setTimeout(giveUp, blockedLimitMs, new Error("an older tab of this page holds it; close it")),
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      onClosed();
    },
    terminated: onClosed,
  });
  try {
    return await Promise.race([opening, stuck]);
  } catch (cause) {
    throw new PronkError(
      "unsupported",
      `The browser's database could not be opened: ${(cause as Error).message}. Load without a store to go on.`,
      { database: name },
      { cause },
    );
  }
}

/** Every row of a model, or of one of its files. */
export const rowsOf = (key: string): IDBKeyRange => IDBKeyRange.bound([key], [key, []]);
