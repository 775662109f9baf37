// What can go wrong at rest, as PronkErrors: the quota, and blocks that are not what they were.

import { PronkError } from "../errors.ts";
import { takesBytes } from "./storage-probe.ts";

/** What a failed write means: `storage-full` where the quota is the cause, else that the database was lost. */
export async function writeError(error: unknown, neededBytes: number): Promise<PronkError> {
  if (error instanceof PronkError) return error;
  return isQuota(error)
    ? storageFull(neededBytes, await availableBytes(), error)
    : lost((error as Error).message, error);
}

/** The browser took the database, or part of its contents, away while a model was being stored. */
export function lost(why: string, cause?: unknown): PronkError {
  return new PronkError(
    "integrity",
    `What was stored of the model was lost while it was being stored (${why}): the browser's data may have been cleared. Load again; what is still there is kept.`,
    { database: "pronk", found: why },
    { cause },
  );
}

export function storageFull(neededBytes: number, available: number | undefined, cause?: unknown): PronkError {
  const there = available === undefined ? "" : `; ${megabytes(available)} are free`;
  return new PronkError(
    "storage-full",
    `The browser has no room for this model: ${megabytes(neededBytes)} are needed${there}. Delete a stored model, free disk space, take a smaller quantization, or load without a store. What has been stored of it is kept, and the next load goes on there.`,
    { neededBytes, availableBytes: available ?? null },
    { cause },
  );
}

/** A page older than what is stored must not destroy it: whoever has both releases open would lose it again and again. */
export function keptByNewer(label: string): PronkError {
  return new PronkError(
    "storage-missing",
    `A newer release of pronk has stored ${label}, which this one can neither use nor store beside it. Reload the page to get that release, or delete the stored model first.`,
    { database: "pronk", found: "newer" },
  );
}

const coarseBytes = 10 * 2 ** 30; // what Chromium reports to everybody, whatever the disk has

/** What the browser would still take, if it says. */
async function availableBytes(): Promise<number | undefined> {
  const estimate = await globalThis.navigator?.storage?.estimate?.().catch(() => undefined);
  if (estimate?.quota === undefined) return undefined;
  const free = Math.max(0, estimate.quota - (estimate.usage ?? 0));
  return free === coarseBytes ? undefined : free;
}

const spaceMargin = 1.02; // a browser's own bookkeeping, and what other tabs write meanwhile

/** Whether this many more bytes can be stored, by what the browser says and by asking for them; true where nobody knows. */
export async function hasRoom(neededBytes: number): Promise<{ fits: boolean; availableBytes: number | undefined }> {
  const available = await availableBytes();
  const wanted = Math.ceil(neededBytes * spaceMargin);
  if (neededBytes === 0) return { fits: true, availableBytes: available };
  if (available !== undefined && available < wanted) return { fits: false, availableBytes: available };
  return { fits: (await takesBytes(wanted)) !== false, availableBytes: available };
}

/** A block that is missing, short, or has a different checksum than when it was written. Publicly it is still called a row. */
export function rotten(label: string, file: string, block: number, why: string): PronkError {
  return new PronkError(
    "integrity",
    `The stored copy of ${label} is damaged ("${file}", row ${block}: ${why}). Load it again with a network, and that row alone is fetched anew.`,
    { file, row: block, found: why, rotten: true },
  );
}

export const isRotten = (error: unknown): boolean => error instanceof PronkError && error.facts.rotten === true;

const isQuota = (error: unknown) =>
  error instanceof Error && (error.name === "QuotaExceededError" || /quota/i.test(error.message));
const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
