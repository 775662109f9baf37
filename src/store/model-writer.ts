// Writing one model: rows while the record is `loading`, then `ready` in one step. Until then no reader sees it, and
// `discard` removes every trace.

import { rowsOf, type PronkDatabase } from "./database.ts";
import type { ModelRecord } from "./model-record.ts";
import { writeError } from "./storage-errors.ts";

export class ModelWriter {
  readonly #database: () => Promise<PronkDatabase>;
  readonly #record: ModelRecord;

  constructor(database: () => Promise<PronkDatabase>, record: ModelRecord) {
    this.#database = database;
    this.#record = record;
  }

  /** Copies the bytes; they may be reused once the promise resolves. Throws PronkError `storage-full`. */
  async writeRow(file: string, index: number, bytes: Uint8Array): Promise<void> {
    const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
    const row = (isWhole ? bytes.buffer : bytes.slice().buffer) as ArrayBuffer;
    try {
      const database = await this.#database();
      const transaction = database.transaction("rows", "readwrite", { durability: "relaxed" });
      await Promise.all([transaction.store.put(row, [this.#record.key, file, index]), transaction.done]);
    } catch (error) {
      throw await writeError(error, this.#record.sizeBytes);
    }
  }

  /** Makes the model visible. */
  async commit(): Promise<void> {
    try {
      const now = Date.now();
      const database = await this.#database();
      const transaction = database.transaction("models", "readwrite", { durability: "strict" });
      const record: ModelRecord = { ...this.#record, state: "ready", createdAt: now, usedAt: now };
      await Promise.all([transaction.store.put(record), transaction.done]);
    } catch (error) {
      throw await writeError(error, this.#record.sizeBytes);
    }
  }

  /** Removes record and rows. */
  async discard(): Promise<void> {
    await deleteModelRows(await this.#database(), this.#record.key);
  }
}

/** Record and rows in one transaction: both are there, or neither. */
export async function deleteModelRows(database: PronkDatabase, key: string): Promise<void> {
  const transaction = database.transaction(["models", "rows"], "readwrite");
  await Promise.all([
    transaction.objectStore("models").delete(key),
    transaction.objectStore("rows").delete(rowsOf(key)),
    transaction.done,
  ]);
}
