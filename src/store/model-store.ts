// Models at rest in IndexedDB: find, list, read blocks, write a new one, delete. What a crash left `loading` waits there for
// the next load of the same model. It knows files, blocks and records; formats and GPUs are none of its business.

import { PronkError } from "../errors.ts";
import { checksum64 } from "../source/checksum.ts";
import { blocksOf, databaseName, openDatabase } from "./database.ts";
import { blockSpan, modelKey, type BlockNote, type ModelRecord, type NewModel } from "./model-record.ts";
import { deleteModelBlocks, ModelWriter, putBlock } from "./model-writer.ts";
import { savedNames, savedPath, savedRange } from "./saved-path.ts";
import type { PronkDatabase } from "./schema.ts";
import { isReady, shown, standingOf, type Standing } from "./standing.ts";
import { hasRoom, keptByNewer, rotten, storageFull, writeError } from "./storage-errors.ts";
import { asWriter, unlessWriting } from "./writer-lock.ts";
import { layoutVersion } from "../versions.ts";

const forgottenMs = 30 * 24 * 3600 * 1000; // an unfinished load that nobody resumed for a month only takes space

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
      return undefined; // it exists, but is closed to this page
    }
    await store.#removeForgotten();
    return store;
  }

  /** Ready models, most recently used first. */
  async list(): Promise<ModelRecord[]> {
    const records = await (await this.#database()).getAll("models");
    return records.filter(isReady).toSorted((a, b) => b.usedAt - a.usedAt);
  }

  async find(sourceId: string, variant: string): Promise<ModelRecord | undefined> {
    const record = await (await this.#database()).get("models", modelKey(sourceId, variant));
    return record && isReady(record) ? record : undefined;
  }

  /** Every ready variant of a source. */
  async findModel(sourceId: string): Promise<ModelRecord[]> {
    return (await this.list()).filter((record) => record.sourceId === sourceId);
  }

  /** Ready models that were once loaded under this name, newest first: a start that needs no network. */
  async findByReference(reference: string): Promise<ModelRecord[]> {
    const records = await (await this.#database()).getAllFromIndex("models", "references", reference);
    return records.filter(isReady).toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** Records that a model was used, and under which further name, if any. */
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

  /** Keeps the sums of a model's weights on the GPU, replacing any earlier ones. */
  async keepSums(key: string, of: Readonly<Record<string, number>>): Promise<void> {
    const transaction = (await this.#database()).transaction("models", "readwrite");
    const record = await transaction.store.get(key);
    if (record) await transaction.store.put({ ...record, sums: { version: layoutVersion, of } });
    await transaction.done;
  }

  /** The sums kept for a model, where they still mean anything. */
  async sumsOf(key: string): Promise<Readonly<Record<string, number>> | undefined> {
    const sums = (await (await this.#database()).get("models", key))?.sums;
    return sums?.version === layoutVersion ? sums.of : undefined;
  }

  /** One block, checked. Throws PronkError `integrity` with `facts.rotten` when it is not what was written. */
  async readBlock(record: ModelRecord, file: string, index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, note } = await this.readUnchecked(record, file, index);
    const checksum = checksum64(bytes);
    checkSum(record, file, index, { note, checksum });
    // Blocks of the first schema have no note yet: whatever is there at the first read is kept.
    if (!note) {
      const key: [string, string, number] = [record.key, file, index];
      void (await this.#database()).put("notes", { checksum }, key).catch(() => {});
    }
    return bytes;
  }

  /** One block of the right length with its note, for whoever sums it elsewhere. Throws as `readBlock`. */
  async readUnchecked(
    record: ModelRecord,
    file: string,
    index: number,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; note: BlockNote | undefined }> {
    const span = blockSpan(
      record.files.find((candidate) => candidate.path === file)!,
      index,
    );
    const key: [string, string, number] = [record.key, file, index];
    const transaction = (await this.#database()).transaction(["rows", "notes"]);
    transaction.done.catch(() => {}); // its requests report what failed; its end is one more trip to wait for
    const [note, block] = await Promise.all([
      transaction.objectStore("notes").get(key),
      transaction.objectStore("rows").get(key),
    ]);
    if (!block) throw rotten(record.label, file, index, "it is missing");
    const blob = new Blob(block instanceof ArrayBuffer ? [block] : block);
    if (blob.size !== span.end - span.start)
      throw rotten(record.label, file, index, `${blob.size} bytes of ${span.end - span.start}`);
    const buffer = await blob.arrayBuffer().catch(({ message }: Error) => {
      throw rotten(record.label, file, index, message);
    });
    return { bytes: new Uint8Array(buffer), note };
  }

  /** The bytes of a block where they lie, neither read nor checked: parts of a file that a browser takes from its disk. */
  async blockParts(record: ModelRecord, file: string, index: number): Promise<Blob> {
    const block = await (await this.#database()).get("rows", [record.key, file, index]);
    if (!block) throw rotten(record.label, file, index, "it is missing");
    return new Blob(block instanceof ArrayBuffer ? [block] : block);
  }

  /** The note on a block; undefined where there is none. */
  async noteOf(record: ModelRecord, file: string, index: number): Promise<BlockNote | undefined> {
    return (await this.#database()).get("notes", [record.key, file, index]);
  }

  /** Puts a block of a ready model back, with the note it had. */
  async replaceBlock(record: ModelRecord, file: string, index: number, bytes: Uint8Array): Promise<void> {
    const note = await this.noteOf(record, file, index);
    await putBlock(await this.#database(), record, file, index, bytes, note ?? {});
  }

  /** Removes a model. */
  async delete(key: string): Promise<void> {
    await deleteModelBlocks(await this.#database(), key);
  }

  /** What readers do not see but takes space: unfinished loads, and what this release cannot use. */
  async unfinished(): Promise<ModelRecord[]> {
    const records = await (await this.#database()).getAll("models");
    return records.filter((record) => !isReady(record)).map(shown);
  }

  /** What there is of these bytes in this form, and its standing; undefined if there is nothing. */
  async standing(sourceId: string, variant: string): Promise<{ standing: Standing; begun: boolean } | undefined> {
    const record = await (await this.#database()).get("models", modelKey(sourceId, variant));
    return record && { standing: standingOf(record), begun: record.state === "loading" };
  }

  /** The names of the KV caches that are saved for a model. */
  async savedCaches(key: string): Promise<string[]> {
    return savedNames(await (await this.#database()).getAllKeys("rows", savedRange(key)));
  }

  /** Deletes the KV caches of this name, of every model. */
  async deleteSavedCaches(name: string): Promise<void> {
    const database = await this.#database();
    for (const key of await database.getAllKeys("models"))
      await database.delete("rows", blocksOf(key, savedPath(name)));
  }

  /** Bytes at rest of a model that is still loading, from its notes. */
  async storedBytes(record: ModelRecord): Promise<number> {
    const keys = await (await this.#database()).getAllKeys("notes", blocksOf(record.key));
    const files = new Map(record.files.map((file) => [file.path, file]));
    return keys.reduce((sum, [, path, index]) => {
      const file = files.get(path);
      if (!file || index >= file.rowEnds.length) return sum; // the record does not match the rows
      const { start, end } = blockSpan(file, index);
      return sum + end - start;
    }, 0);
  }

  /**
   * Stores one model: `write` puts the missing blocks. The model becomes visible when `write` resolves; when it throws, the
   * finished blocks stay for the next call, invisible, unless what was published is wrong (`format`). One writer at a time
   * across tabs; if another finished the same model meanwhile, `write` is not called and the result is "present". Throws
   * PronkError `storage-full`, or `storage-missing` where a newer release has stored the model in this form.
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
        const record = await this.#begin(key, model);
        const writer = new ModelWriter(() => this.#database(), record);
        try {
          await write(writer);
          signal?.throwIfAborted();
          await writer.commit();
        } catch (error) {
          const isUseless = error instanceof PronkError && error.code === "format"; // as published: another load would fail too
          if (isUseless || (await this.storedBytes(record).catch(() => 1)) === 0)
            await this.delete(key).catch(() => {});
          throw error;
        }
        return "added";
      },
      signal,
    );
  }

  /**
   * A record to write blocks for: a new one, keeping the blocks that are already there if they are the same. What this
   * release cannot use is removed with its blocks, unless a newer release wrote it.
   */
  async #begin<Manifest>(key: string, model: NewModel<Manifest>): Promise<ModelRecord> {
    const left = await (await this.#database()).get("models", key);
    const standing = left && standingOf(left);
    if (standing === "newer") throw keptByNewer(model.label);
    const isGood = standing === "current" || standing === "misread";
    const same = isGood && JSON.stringify(left!.files) === JSON.stringify(model.files);
    if (!same) await this.delete(key);
    await this.#removeOutdated(key, model);
    const sizeBytes = model.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const now = Date.now();
    const record: ModelRecord = { ...model, key, state: "loading", sizeBytes, createdAt: now, usedAt: now };
    const missingBytes = sizeBytes - (same ? await this.storedBytes(record) : 0);
    const room = await hasRoom(missingBytes);
    if (!room.fits) throw storageFull(missingBytes, room.availableBytes);
    await (await this.#database()).put("models", record).catch(async (error: unknown) => {
      throw await writeError(error, missingBytes);
    });
    return record;
  }

  /** An unfinished load of an older version of the same model will never be finished. */
  async #removeOutdated<Manifest>(key: string, { label, variant }: NewModel<Manifest>): Promise<void> {
    for (const other of await this.unfinished())
      if (other.key !== key && other.label === label && other.variant === variant)
        await this.#removeUnfinished(other.key);
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

  async #removeForgotten(): Promise<void> {
    for (const { key, usedAt } of await this.unfinished())
      if (Date.now() - usedAt > forgottenMs) await this.#removeUnfinished(key);
  }

  async #removeUnfinished(key: string): Promise<void> {
    await unlessWriting(key, async () => {
      // Another tab may have finished it before this one got the lock.
      const record = await (await this.#database()).get("models", key);
      if (record && !isReady(record) && standingOf(record) !== "newer") await this.delete(key);
    });
  }
}

/** Throws where a block does not have the checksum in its note. */
export function checkSum(
  { label }: ModelRecord,
  file: string,
  index: number,
  { note, checksum }: { note: BlockNote | undefined; checksum: string },
): void {
  if (note && note.checksum !== checksum)
    throw rotten(label, file, index, `checksum ${checksum}, not ${note.checksum}`);
}
