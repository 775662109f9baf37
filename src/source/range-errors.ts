// What can be wrong with the bytes of a file on a server, as errors that name the file and the place.

import { PronkError } from "../errors.ts";
import type { RequestSubject } from "./http-errors.ts";
import { placeOf } from "./reference.ts";

/** The server now has another version of the file than when its first byte was read. */
export class FileChanged extends PronkError {
  constructor({ file, url }: RequestSubject, expected: string, found: string) {
    super(
      "integrity",
      `"${file}" changed on its server while it was being fetched (ETag ${expected}, now ${found}). Load again.`,
      { file, url: placeOf(url), expected, found, changed: true },
    );
  }
}

export function truncated({ file, url }: RequestSubject, sizeBytes: number, found: number): PronkError {
  return new PronkError(
    "integrity",
    `"${file}" is a truncated shard: it should have ${sizeBytes} bytes, and its server ends at byte ${found}. It was not uploaded whole; fetch it from another place.`,
    { file, url: placeOf(url), expected: sizeBytes, found },
  );
}

/** The server itself gives the file another size than the list of files does. */
export function lyingLength(subject: RequestSubject, expected: number, found: number): PronkError {
  if (found < expected) return truncated(subject, expected, found);
  const { file, url } = subject;
  return new PronkError(
    "integrity",
    `"${file}" should have ${expected} bytes, and its server now says that it has ${found}. It was replaced or is not whole; load again, or from another place.`,
    { file, url: placeOf(url), expected, found },
  );
}

export function wrongRange({ file, url }: RequestSubject, expected: number, found: number): PronkError {
  return new PronkError(
    "integrity",
    `The server of "${file}" answered bytes from ${found} where bytes from ${expected} were asked for. Use another server.`,
    { file, url: placeOf(url), expected, found },
  );
}

/** The connection broke again and again. */
export function broken({ file, url }: RequestSubject, at: number, cause: Error): PronkError {
  return new PronkError(
    "network",
    `The connection broke at byte ${at} of "${file}", several times over (${cause.message}). Load again when the network is steadier; what has arrived is kept.`,
    { file, url: placeOf(url), at },
    { cause },
  );
}
