// From any earlier schema to this one, within the upgrade transaction: records change, gigabytes of blocks never do.
//   1  models and blocks; every block of a file had 16 MiB
//   2  blocks end where the record says; a note on each block (checksum, state of the file's hash); unfinished loads are
//      kept and resumed
// A step is never edited after its release: add the next one, and a fixture of the version before it to the tests.

import type { IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { ModelRecord } from "./model-record.ts";
import type { PronkSchema } from "./schema.ts";

/** Schema 1's, whatever the limit of a read is today. */
const blockBytesOfSchema1 = 16 * 2 ** 20;

type Upgrade = IDBPTransaction<PronkSchema, StoreNames<PronkSchema>[], "versionchange">;

export async function migrate(
  database: IDBPDatabase<PronkSchema>,
  oldVersion: number,
  transaction: Upgrade,
): Promise<void> {
  if (oldVersion < 1) {
    const models = database.createObjectStore("models", { keyPath: "key" });
    models.createIndex("references", "references", { multiEntry: true });
    database.createObjectStore("rows");
  }
  if (oldVersion < 2) {
    database.createObjectStore("notes");
    if (oldVersion === 1) await addRowEnds(transaction);
  }
}

async function addRowEnds(transaction: Upgrade): Promise<void> {
  const models = transaction.objectStore("models");
  const blocks = transaction.objectStore("rows");
  for (let cursor = await models.openCursor(); cursor; cursor = await cursor.continue()) {
    const record: ModelRecord = cursor.value;
    if (record.state === "loading") {
      // Version 1 could not resume with these.
      await blocks.delete(IDBKeyRange.bound([record.key], [record.key, []]));
      await cursor.delete();
    } else {
      const files = record.files.map(({ path, sizeBytes }) => ({ path, sizeBytes, rowEnds: evenEnds(sizeBytes) }));
      await cursor.update({ ...record, files });
    }
  }
}

function evenEnds(sizeBytes: number): number[] {
  const count = Math.ceil(sizeBytes / blockBytesOfSchema1);
  return Array.from({ length: count }, (_, index) => Math.min(sizeBytes, (index + 1) * blockBytesOfSchema1));
}
