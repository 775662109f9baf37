// Writing one model while its record is `loading`: blocks with their notes, then `ready` in one step. No reader sees it
// before. What was finished stays when the writing ends early, and the next writer resumes behind it.

import { checksum64 } from "../source/checksum.ts";
import { blocksOf } from "./database.ts";
import type { BlockNote, ModelRecord } from "./model-record.ts";
import type { PronkDatabase } from "./schema.ts";
import { lost, writeError } from "./storage-errors.ts";

export class ModelWriter {
  readonly record: ModelRecord;
  readonly #database: () => Promise<PronkDatabase>;

  constructor(database: () => Promise<PronkDatabase>, record: ModelRecord) {
    this.#database = database;
    this.record = record;
  }

  /** How many blocks of the file are there without a gap, counting from the first, and the note on the last of them. */
  async finished(file: string): Promise<{ blocks: number; last?: BlockNote }> {
    const database = await this.#database();
    const keys = await database.getAllKeys("notes", blocksOf(this.record.key, file));
    const gap = keys.findIndex(([, , index], i) => index !== i);
    const blocks = gap < 0 ? keys.length : gap;
    return { blocks, last: blocks > 0 ? await database.get("notes", keys[blocks - 1]) : undefined };
  }

  /** Copies the bytes; they may be reused once the promise resolves. Throws PronkError `storage-full`. */
  async writeBlock(
    file: string,
    index: number,
    bytes: Uint8Array,
    note: Omit<BlockNote, "checksum"> = {},
  ): Promise<void> {
    await putBlock(await this.#database(), this.record, file, index, bytes, note);
  }

  /**
   * Takes over a file's blocks with their notes from another model, as far as there is no gap. They are checked when they
   * are read, as all are.
   */
  async copyBlocks(from: ModelRecord, file: string, count: number, signal?: AbortSignal): Promise<void> {
    const database = await this.#database();
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      try {
        const transaction = await whileStored(database, this.record.key);
        const [rows, notes] = [transaction.objectStore("rows"), transaction.objectStore("notes")];
        const [block, note] = await Promise.all([rows, notes].map((at) => at.get([from.key, file, index])));
        if (!block || !note) return;
        await Promise.all([
          rows.put(block as Blob[], [this.record.key, file, index]),
          notes.put(note as BlockNote, [this.record.key, file, index]),
          transaction.done,
        ]);
      } catch (error) {
        throw await writeError(error, this.record.sizeBytes);
      }
    }
  }

  /** Forgets a file's blocks, all or from one on: their bytes proved to be other than those wanted. */
  async dropBlocks(file: string, from = 0): Promise<void> {
    const transaction = (await this.#database()).transaction(["rows", "notes"], "readwrite");
    const blocks = IDBKeyRange.bound([this.record.key, file, from], [this.record.key, file, []]);
    await Promise.all([
      transaction.objectStore("rows").delete(blocks),
      transaction.objectStore("notes").delete(blocks),
      transaction.done,
    ]);
  }

  /** Makes the model visible. */
  async commit(): Promise<void> {
    try {
      const now = Date.now();
      const database = await this.#database();
      const transaction = database.transaction(["models", "notes"], "readwrite", { durability: "strict" });
      transaction.done.catch(() => {}); // its requests report it
      const { key, files } = this.record;
      const wanted = files.reduce((sum, { rowEnds }) => sum + rowEnds.length, 0);
      const there = await transaction.objectStore("notes").count(blocksOf(key));
      // A database that was cleared meanwhile is a new one, holding only the blocks written since.
      if (there !== wanted) throw lost(`${there} of ${wanted} rows are there`);
      const record: ModelRecord = { ...this.record, state: "ready", createdAt: now, usedAt: now };
      await Promise.all([transaction.objectStore("models").put(record), transaction.done]);
    } catch (error) {
      throw await writeError(error, this.record.sizeBytes);
    }
  }
}

/**
 * Browsers read and write blobs twice as fast as arrays; for a blob over 5 MiB Chromium 156 counts only that much as used
 * (2026-11-27).
 */
const partBytes = 4 << 20;

/** Bytes as the store keeps them. */
export function partsOf(bytes: Uint8Array<ArrayBuffer>): Blob[] {
  const count = Math.ceil(bytes.length / partBytes);
  return Array.from({ length: count }, (_, i) => new Blob([bytes.subarray(i * partBytes, (i + 1) * partBytes)]));
}

/** Of blocks and notes, which without a record nobody would see again: throws where the model was deleted meanwhile. */
async function whileStored(database: PronkDatabase, key: string) {
  const transaction = database.transaction(["models", "rows", "notes"], "readwrite", { durability: "relaxed" });
  transaction.done.catch(() => {}); // its requests report it
  if (!(await transaction.objectStore("models").getKey(key))) throw lost("it was deleted");
  return transaction;
}

/** A block and its note: both are there, or neither. */
export async function putBlock(
  database: PronkDatabase,
  { key, sizeBytes }: ModelRecord,
  file: string,
  index: number,
  bytes: Uint8Array,
  note: Omit<BlockNote, "checksum">,
): Promise<void> {
  const block = partsOf(bytes as Uint8Array<ArrayBuffer>);
  const checksum = checksum64(bytes);
  try {
    const transaction = await whileStored(database, key);
    await Promise.all([
      transaction.objectStore("rows").put(block, [key, file, index]),
      transaction.objectStore("notes").put({ ...note, checksum }, [key, file, index]),
      transaction.done,
    ]);
  } catch (error) {
    throw await writeError(error, sizeBytes);
  }
}

/** Record, blocks and notes in one transaction: all are there, or none. */
export async function deleteModelBlocks(database: PronkDatabase, key: string): Promise<void> {
  const transaction = database.transaction(["models", "rows", "notes"], "readwrite");
  await Promise.all([
    transaction.objectStore("models").delete(key),
    transaction.objectStore("rows").delete(blocksOf(key)),
    transaction.objectStore("notes").delete(blocksOf(key)),
    transaction.done,
  ]);
}
