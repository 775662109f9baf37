// The database `pronk`: one record for each stored model, its bytes in blocks, a note on each block (schema.ts). Handles
// opening, upgrading, and another tab wanting another version; nothing here knows what a block means.

import { openDB } from "idb";
import { PronkError } from "../errors.ts";
import { schemaVersion } from "../versions.ts";
import { migrate } from "./migrate.ts";
import type { PronkDatabase, PronkSchema } from "./schema.ts";

export const databaseName = "pronk";

const blockedLimitMs = 5000; // an older tab closes its connection at once, unless it is stuck

/** `onClosed`: the connection is gone (another tab upgrades, or the browser ended it); open again for the next use. */
export async function openDatabase(name: string, onClosed: () => void): Promise<PronkDatabase> {
  let giveUp!: (reason: Error) => void;
  const stuck = new Promise<never>((_, reject) => (giveUp = reject));
  const open = async () =>
    openDB<PronkSchema>(name, schemaVersion, {
      upgrade: (database, oldVersion, _, transaction) => migrate(database, oldVersion, transaction),
      blocked: () => void setTimeout(giveUp, blockedLimitMs, new Error("an older tab of this page holds it; close it")),
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        onClosed();
      },
      terminated: onClosed,
    });
  const opening = open(); // where the browser throws instead, too
  // By the time it opens nobody may be waiting any more; an unused connection would block other tabs.
  let late = false;
  opening.then((database) => late && database.close()).catch(() => {});
  try {
    return await Promise.race([opening, stuck]);
  } catch (cause) {
    late = true;
    throw new PronkError(
      "storage-missing",
      `The browser's database could not be opened: ${(cause as Error).message}. Load without a store to go on.`,
      { database: name },
      { cause },
    );
  }
}

/** Whether a newer release has changed the database, one of `all`, so that this one cannot open it. */
export const isOfNewer = (all: readonly IDBDatabaseInfo[] = []): boolean =>
  all.some(({ name, version = 0 }) => name === databaseName && version > schemaVersion);

/** Those of this origin, none where the browser can't list them; undefined where it gives the page no databases. */
export async function listDatabases(): Promise<IDBDatabaseInfo[] | undefined> {
  try {
    const { indexedDB } = globalThis; // some browsers throw here, others give none
    return indexedDB && ((await indexedDB.databases?.()) ?? []);
  } catch {
    return undefined;
  }
}

/** Every block of a model, or of one of its files. */
export const blocksOf = (key: string, file?: string): IDBKeyRange =>
  file === undefined ? IDBKeyRange.bound([key], [key, []]) : IDBKeyRange.bound([key, file], [key, file, []]);
