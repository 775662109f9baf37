// What was measured to be fastest on this adapter, kept from one load to the next. A database of its own: it may be lost
// or unavailable without any harm, so every failure here only means measuring again.

import { openDB } from "idb";

const databaseName = "pronk-tuning";

/** Reads the value kept under `key`, or makes it and keeps it. */
export async function rememberedTuning<T>(key: string, make: () => Promise<T>): Promise<T> {
  const database = await openDB<{ tunings: { key: string; value: unknown } }>(databaseName, 1, {
    upgrade: (created) => void created.createObjectStore("tunings"),
  }).catch(() => undefined);
  try {
    const kept = await database?.get("tunings", key).catch(() => undefined);
    if (kept !== undefined) return kept as T;
    const made = await make();
    await database?.put("tunings", made, key).catch(() => {});
    return made;
  } finally {
    database?.close();
  }
}
