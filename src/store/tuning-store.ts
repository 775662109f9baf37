// What was measured to be fastest on this adapter, kept from one load to the next. A database of its own: it may be lost or
// unavailable without harm, so every failure here only means measuring again.

import { openDB } from "idb";
import { tuningSchemaVersion, tuningVersion } from "../versions.ts";

const databaseName = "pronk-tuning";

// Where the browser throws, it rejects.
const open = async () =>
  openDB<{ tunings: { key: string; value: unknown } }>(databaseName, tuningSchemaVersion, {
    upgrade(created) {
      if (!created.objectStoreNames.contains("tunings")) created.createObjectStore("tunings");
    },
  });

/** Reads what is kept for `circumstances` (in this version of tuning), or makes and keeps it, unless it is undefined. */
export async function rememberedTuning<T>(circumstances: readonly unknown[], make: () => Promise<T>): Promise<T> {
  const database = await open().catch(() => undefined);
  const key = JSON.stringify([tuningVersion, ...circumstances]);
  try {
    const kept = await database?.get("tunings", key).catch(() => undefined);
    if (kept !== undefined) return kept as T;
    const made = await make();
    if (made !== undefined) await database?.put("tunings", made, key).catch(() => {});
    return made;
  } finally {
    database?.close();
  }
}
