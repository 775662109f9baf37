// How much is asked of a source: the size of a block, how many ranges at once, and the checks every source makes before it
// reads. How far the loader reads ahead, and what it holds in memory, follow from these numbers.

import { PronkError } from "../errors.ts";
import type { SourceFile } from "./source.ts";

/** 16 MiB: also the most that a stored block is made from, so what is fetched at once is stored at once. */
export const maxReadBytes = 16 * 2 ** 20;

/** For a file that is read whole: the largest tokenizer.json known is a third of this, and indices are smaller. */
export const maxWholeBytes = 64 * 2 ** 20;

/** For JSON that may be parsed on a page's thread: an index of a hundred thousand tensors. */
export const maxParsedBytes = 8 * 2 ** 20;

/** The most requests that one source has in flight; more only makes servers refuse (2026-11-24). */
export const mostRanges = 8;

/** Ranges in which a whole block is fetched, in parallel: half as many blocks are held as requests are in flight. */
export const rangesPerBlock = 2;

/** The file's entry; throws when it is not in the manifest or the range is not inside it. */
export function checkRead(files: readonly SourceFile[], path: string, start: number, end: number): SourceFile {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new PronkError("format", `The model has no file "${path}".`, { file: path });
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end))
    throw new PronkError("bad-request", `Bytes ${start} to ${end} of "${path}" are not a range.`, { file: path });
  if (end > file.sizeBytes)
    throw new PronkError(
      "integrity",
      `"${path}" has ${file.sizeBytes} bytes, but bytes ${start} to ${end} are needed: the file is truncated. Fetch it again from where it was published.`,
      { file: path, expected: end, found: file.sizeBytes },
    );
  if (end - start > maxReadBytes)
    throw new PronkError("bad-request", `A read of ${end - start} bytes is over the limit of ${maxReadBytes}.`, {
      file: path,
    });
  return file;
}
