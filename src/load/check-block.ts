// Whether a stored block is what was stored, and what was published.

import type { FileHasher } from "../source/file-hasher.ts";
import { Sha256, type HashState } from "../source/sha256.ts";
import type { ModelRecord } from "../store/model-record.ts";
import { checkSum, type ModelStore } from "../store/model-store.ts";
import { rotten } from "../store/storage-errors.ts";
import { parseVariant } from "./prepared-model.ts";

/**
 * Checks a block against its checksum; and, where the stored file is the published one byte for byte, against the state of
 * the file's SHA-256 after it. Throws `rotten`.
 */
export async function checkBlock(
  record: ModelRecord,
  store: ModelStore,
  file: string,
  index: number,
  hasher: FileHasher,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; checksum: string; sha256?: string }> {
  const { bytes: read, note } = await store.readUnchecked(record, file, index);
  if (!note) await store.readBlock(record, file, index); // makes one
  const { bytes, checksum } = await hasher.checksum(read);
  checkSum(record, file, index, { note, checksum });
  const isPublished = parseVariant(record.variant).quantize === "none";
  const begin = index === 0 ? null : (await store.noteOf(record, file, index - 1))?.hash;
  if (!isPublished || !note?.hash || begin === undefined) return { bytes, checksum };
  const hashed = await hasher.update(bytes, begin);
  const sha256 = hexOf(hashed.state);
  if (sha256 === hexOf(note.hash)) return { bytes: hashed.bytes, checksum, sha256 };
  throw rotten(record.label, file, index, "it is not what was published, though its checksum is right");
}

const hexOf = (state: HashState) => new Sha256(state).hex();
