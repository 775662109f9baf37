// Reads a short file whole, into one array, and checks it against the hash that its source publishes: configuration,
// tokenizers, indices. Weights are hashed in passing (file-hasher.ts).

import { PronkError } from "../errors.ts";
import { checkRead, maxReadBytes } from "./read-limit.ts";
import { Sha256 } from "./sha256.ts";
import type { SourceFile } from "./source.ts";

/** Errors: PronkError `integrity` where the bytes are not those that were published. */
export async function readWhole(
  source: {
    readonly files: readonly SourceFile[];
    read(path: string, start: number, end: number, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  },
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const file = checkRead(source.files, path, 0, 0);
  const whole = new Uint8Array(file.sizeBytes); // [sizeBytes]
  for (let start = 0; start < file.sizeBytes; start += maxReadBytes) {
    const end = Math.min(start + maxReadBytes, file.sizeBytes);
    whole.set(await source.read(path, start, end, options), start);
  }
  await checkHash(file, whole);
  return whole;
}

async function checkHash({ path, sha256, gitSha1 }: SourceFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (sha256 !== undefined) compare(path, "SHA-256", sha256, hexSha256(bytes));
  // Browsers have SHA-1 only in secure contexts; outside them there is no GPU either.
  else if (gitSha1 !== undefined && globalThis.crypto?.subtle)
    compare(path, "Git SHA-1", gitSha1, await blobSha1(bytes));
}

function hexSha256(bytes: Uint8Array): string {
  const hash = new Sha256();
  hash.update(bytes);
  return hash.hex();
}

/** What git calls a file with these bytes. Source: git-scm.com, Git Internals, Git Objects. */
async function blobSha1(bytes: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const blob = new Uint8Array(header.length + bytes.length);
  blob.set(header);
  blob.set(bytes, header.length);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", blob));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function compare(file: string, kind: string, expected: string, found: string): void {
  if (found === expected) return;
  throw new PronkError(
    "integrity",
    `"${file}" is not the file that was published: its ${kind} is ${found.slice(0, 8)}…, not ${expected.slice(0, 8)}…. Load again; if this repeats, something on the way changes it.`,
    { file, expected, found, mismatch: true },
  );
}
