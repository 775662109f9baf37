// Models at rest in IndexedDB: find, list, read rows, write a new one, delete. What is left `loading` by a crash is
// removed when the store opens. It knows files, rows and records; formats and GPUs are none of its business.

import { maxReadBytes } from "../source/read-limit.ts";
import { databaseName, openDatabase, type PronkDatabase } from "./database.ts";
import { modelKey, type ModelRecord, type NewModel } from "./model-record.ts";
import { deleteModelRows, ModelWriter } from "./model-writer.ts";
import { availableBytes, damaged, storageFull, writeError } from "./storage-errors.ts";
import { asWriter, unlessWriting } from "./writer-lock.ts";

/** Bytes of a row; the last row of a file is shorter. */
export const storedRowLimit = maxReadBytes;

export class ModelStore implements Disposable {
  readonly #name: string;
  #opening: Promise<PronkDatabase> | undefined;

  private constructor(name: string) {
    this.#name = name;
  }

  /** Undefined where the browser has no IndexedDB (Node, some private windows). */
  static async open(name: string = databaseName): Promise<ModelStore | undefined> {
    if (!("indexedDB" in globalThis)) return undefined;
    const store = new ModelStore(name);
    try {
      await store.#database();
    } catch {
      return undefined; // there, but closed to this page
    }
    await store.#removeLeftOvers();
    return store;
  }

  /** Ready models, the last used first. */
  async list(): Promise<ModelRecord[]> {
    const records = await (await this.#database()).getAll("models");
    return records.filter((record) => record.state === "ready").toSorted((a, b) => b.usedAt - a.usedAt);
  }

  async find(sourceId: string, variant: string): Promise<ModelRecord | undefined> {
    const record = await (await this.#database()).get("models", modelKey(sourceId, variant));
    return record?.state === "ready" ? record : undefined;
  }

  /** Every ready variant of a source. */
  async findModel(sourceId: string): Promise<ModelRecord[]> {
    return (await this.list()).filter((record) => record.sourceId === sourceId);
  }

  /** Ready models that were once loaded under this name, the newest first: a start that needs no network. */
  async findByReference(reference: string): Promise<ModelRecord[]> {
    const records = await (await this.#database()).getAllFromIndex("models", "references", reference);
    return records.filter((record) => record.state === "ready").toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** Notes that a model was used, and perhaps under which further name. */
  async touch(key: string, reference?: string): Promise<void> {
    const transaction = (await this.#database()).transaction("models", "readwrite");
    const record = await transaction.store.get(key);
    if (record) {
      record.usedAt = Date.now();
      if (reference !== undefined && !record.references.includes(reference)) record.references.push(reference);
      await transaction.store.put(record);
    }
    await transaction.done;
  }

  /** One row. A row that is missing or short means a damaged copy: it is deleted, and PronkError `integrity` thrown. */
  async readRow(record: ModelRecord, file: string, index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { sizeBytes } = record.files.find((candidate) => candidate.path === file)!;
    const expected = Math.min(storedRowLimit, sizeBytes - index * storedRowLimit);
    const row = await (await this.#database()).get("rows", [record.key, file, index]);
    if (row?.byteLength !== expected) {
      await this.delete(record.key);
      throw damaged(record.label, file, index, expected, row?.byteLength ?? 0);
    }
    return new Uint8Array(row);
  }

  /** Removes a model. */
  async delete(key: string): Promise<void> {
    await deleteModelRows(await this.#database(), key);
  }

  /**
   * Stores one model: `write` puts the rows. It becomes visible when `write` resolves; when it throws, nothing stays.
   * One writer at a time across tabs; `write` is not called if another finished the same model meanwhile, and the
   * answer is then "present". Throws PronkError `storage-full`.
   */
  async add<Manifest>(
    model: NewModel<Manifest>,
    write: (writer: ModelWriter) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<"added" | "present"> {
    const key = modelKey(model.sourceId, model.variant);
    return asWriter(
      key,
      async () => {
        if (await this.find(model.sourceId, model.variant)) return "present";
        const sizeBytes = model.files.reduce((sum, file) => sum + file.sizeBytes, 0);
        const free = await availableBytes();
        if (free !== undefined && free < sizeBytes) throw storageFull(sizeBytes, free);
        const now = Date.now();
        const record: ModelRecord = { ...model, key, state: "loading", sizeBytes, createdAt: now, usedAt: now };
        const writer = new ModelWriter(() => this.#database(), record);
        await this.delete(key);
        try {
          await (await this.#database()).put("models", record).catch(async (error: unknown) => {
            throw await writeError(error, sizeBytes);
          });
          await write(writer);
          signal?.throwIfAborted();
          await writer.commit();
        } catch (error) {
          await writer.discard().catch(() => {}); // what cannot be removed now is removed at the next start
          throw error;
        }
        return "added";
      },
      signal,
    );
  }

  close(): void {
    void this.#opening?.then((database) => database.close());
    this.#opening = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #database(): Promise<PronkDatabase> {
    this.#opening ??= openDatabase(this.#name, () => (this.#opening = undefined)).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #removeLeftOvers(): Promise<void> {
    const records = await (await this.#database()).getAll("models");
    for (const { key, state } of records)
      if (state === "loading")
        await unlessWriting(key, async () => {
          // Another tab may have finished it between the look and the lock.
          const record = await (await this.#database()).get("models", key);
          if (record?.state === "loading") await this.delete(key);
        });
  }
}
