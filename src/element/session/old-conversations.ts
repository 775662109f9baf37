// Takes over what releases until 2026-11-28 kept, in the database `pronk-conversations`. It is left where it is, since a tab
// of such a release may still be open and write there: each start takes what has come since, and leaves what a tab holds.

import { openDB } from "idb";
import { type ConversationRecord, readRecord } from "./conversation-record.ts";

const databaseName = "pronk-conversations";
const storeName = "conversations";

/** Gives each record to `take`; what it has taken is deleted, unless a tab of that release has it open. */
export async function takeOldRecords(take: (record: ConversationRecord) => Promise<unknown>): Promise<void> {
  const database = await openDB(databaseName, undefined, {
    upgrade: (_fresh, _from, _to, transaction) => {
      transaction.done.catch(() => {});
      transaction.abort(); // there is none, and none is made
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  }).catch(() => undefined);
  if (!database) return;
  try {
    const held = await heldLocks();
    for (const value of (await database.getAll(storeName)) as unknown[]) {
      const record = readRecord(value);
      if (!record) continue;
      await take(record);
      if (!held.has(`pronk:conversation:${record.id}`)) await database.delete(storeName, record.id);
    }
  } finally {
    database.close();
  }
}

async function heldLocks(): Promise<ReadonlySet<string>> {
  const state = await globalThis.navigator?.locks?.query?.();
  return new Set(state?.held?.flatMap(({ name }) => name ?? []));
}
