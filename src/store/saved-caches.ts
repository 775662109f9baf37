// Saved KV caches of stored models, under a model's key and a name that no file has: so they go when the model does. What they
// hold is their writer's business. Loaded when one is saved or wanted; the names alone, model-store.ts tells.

import { PronkError } from "../errors.ts";
import { blocksOf, databaseName, openDatabase } from "./database.ts";
import { partsOf } from "./model-writer.ts";
import { savedPath, savedRange } from "./saved-path.ts";
import type { PronkDatabase } from "./schema.ts";
import { hasRoom, writeError } from "./storage-errors.ts";

/** Bytes as the store keeps them. */
export type Kept = Blob[];

export const keptOf = (bytes: Uint8Array<ArrayBuffer>): Kept => partsOf(bytes);

export const bytesOf = async (kept: Kept | ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Blob([kept].flat()).arrayBuffer());

/**
 * Keeps one in the place of any that had its name, in one transaction: it is there whole, or what was there before is. Errors:
 * `storage-missing` where the model itself is not stored, `storage-full`.
 */
export function putSaved(model: string, name: string, parts: readonly Kept[]): Promise<void> {
  return withDatabase(async (database) => {
    const sizeBytes = parts.flat().reduce((sum, { size }) => sum + size, 0);
    const { fits, availableBytes } = await hasRoom(sizeBytes);
    if (!fits) throw noRoom(name, sizeBytes, availableBytes);
    const transaction = database.transaction(["models", "rows"], "readwrite", { durability: "strict" });
    transaction.done.catch(() => {}); // its requests report it
    try {
      if ((await transaction.objectStore("models").get(model))?.state !== "ready") throw notStored(name);
      const rows = transaction.objectStore("rows");
      const path = savedPath(name);
      await rows.delete(blocksOf(model, path));
      for (const [index, part] of parts.entries()) await rows.put(part, [model, path, index]);
      await transaction.done;
    } catch (error) {
      abort(transaction);
      const { code, facts } = await writeError(error, sizeBytes);
      throw code === "storage-full" ? noRoom(name, sizeBytes, facts.availableBytes as number, error) : error;
    }
  });
}

/** All of one, where it lies; [] where there is none. */
export const readSaved = (model: string, name: string): Promise<(Kept | ArrayBuffer)[]> =>
  withDatabase((database) => database.getAll("rows", blocksOf(model, savedPath(name))));

/** The keys of models that have one of this name. */
export const modelsWithSaved = (name: string): Promise<string[]> =>
  withDatabase(async (database) => {
    const models = await database.getAllKeys("models");
    const first = await Promise.all(models.map((model) => database.getKey("rows", [model, savedPath(name), 0])));
    return models.filter((_, i) => first[i]);
  });

/** Removes one, if it is there. */
export const deleteSaved = (model: string, name: string): Promise<void> =>
  withDatabase((database) => database.delete("rows", blocksOf(model, savedPath(name))));

/** What each of a model's begins with. */
export const savedHeads = (model: string): Promise<(Kept | ArrayBuffer)[]> =>
  withDatabase(async (database) => {
    const keys = (await database.getAllKeys("rows", savedRange(model))).filter(([, , index]) => index === 0);
    const found = await Promise.all(keys.map((key) => database.get("rows", key)));
    return found.filter((kept) => kept !== undefined);
  });

/** Takes back what a transaction has done, unless that has happened. */
function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // it has ended by itself
  }
}

async function withDatabase<T>(use: (database: PronkDatabase) => Promise<T>): Promise<T> {
  if (!("indexedDB" in globalThis))
    throw new PronkError("storage-missing", "This browser gives the page no storage, so no KV cache can be kept.");
  const database = await openDatabase(databaseName, () => {});
  try {
    return await use(database);
  } catch (error) {
    throw error instanceof PronkError ? error : unusable(error as Error);
  } finally {
    database.close();
  }
}

function unusable(cause: Error): PronkError {
  return new PronkError(
    "storage-missing",
    `The browser's store of KV caches could not be used (${cause.message}). What was saved is as it was; try again.`,
    { database: databaseName, found: cause.message },
    { cause },
  );
}

function notStored(name: string): PronkError {
  return new PronkError(
    "storage-missing",
    `The KV cache cannot be saved as "${name}", for the model itself is not in the browser's store, and what is saved goes ` +
      "when its model goes. Load the model with a store.",
    { field: "store", name },
  );
}

function noRoom(name: string, neededBytes: number, available: number | null | undefined, cause?: unknown): PronkError {
  const there = typeof available === "number" ? `; ${megabytes(available)} are free` : "";
  return new PronkError(
    "storage-full",
    `The browser has no room to save the KV cache as "${name}": ${megabytes(neededBytes)} are needed${there}. What was saved ` +
      "under that name before is still there. Delete what is saved of other conversations, or a stored model.",
    { neededBytes, availableBytes: available ?? null, name },
    { cause },
  );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
