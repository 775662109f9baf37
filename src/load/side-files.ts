// Tokenizer, configuration and the other small files against the hashes that the source publishes for them.

import { PronkError } from "../errors.ts";
import type { ModelSource } from "../source/source.ts";
import { Sha256 } from "../source/sha256.ts";

/** Throws PronkError `integrity` that names the file. */
export async function verifySideFiles(source: ModelSource, sideFiles: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const { path: file, sha256: expected } of source.files) {
    const bytes = sideFiles.get(file);
    if (!bytes || expected === undefined) continue;
    const hash = new Sha256();
    hash.update(bytes);
    const found = hash.hex();
    if (found !== expected)
      throw new PronkError(
        "integrity",
        `"${file}" is not the file that was published: its SHA-256 is ${found.slice(0, 8)}…, not ${expected.slice(0, 8)}…. Load again; if this repeats, something on the way changes it.`,
        { file, expected, found, mismatch: true },
      );
  }
}
