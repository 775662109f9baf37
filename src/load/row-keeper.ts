// What becomes of a fresh row beside the sink: its source bytes go through the hash of their file, then the row into the
// store with the state of that hash, so that a later load goes on right behind it. The last row of a file compares the
// hash with what the source published; a file that differs is forgotten, and that file alone.

import { PronkError } from "../errors.ts";
import type { StoredFile } from "../quant/stored-form.ts";
import type { ModelSource } from "../source/source.ts";
import { Sha256, type HashState } from "../source/sha256.ts";
import type { BlockNote } from "../store/model-record.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import type { FileHasher } from "./file-hasher.ts";
import type { Slot } from "./chunk-pool.ts";
import type { FreshRow } from "./stored-row.ts";

export interface KeeperOptions {
  source: ModelSource;
  files: readonly StoredFile[];
  /** Without one the rows are hashed only. */
  writer?: ModelWriter;
  /** Undefined where no file has a known hash. */
  hasher?: FileHasher;
  onHashed?: (count: number, file: string) => void;
  onStored?: (count: number, file: string) => void;
}

export class RowKeeper {
  readonly #options: KeeperOptions;
  readonly #resumed = new Map<string, BlockNote>(); // stored file -> the note on the row before its next

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The file goes on behind rows that are stored already; `last` is the note on the last of them. */
  resume(file: string, last: BlockNote): void {
    this.#resumed.set(file, last);
  }

  /** Rows of a file come in order, files one after another. */
  async keep(row: FreshRow): Promise<void> {
    const { source, files, writer, onStored } = this.#options;
    const file = files.find((candidate) => candidate.path === row.file)!;
    const published = source.files.find(({ path }) => path === file.source)!;
    const last = this.#resumed.get(row.file);
    this.#resumed.delete(row.file);
    try {
      const version = source.versionOf?.(file.source);
      if (published.sha256 === undefined) checkVersion(file, last?.version, version);
      const hash = published.sha256 === undefined ? undefined : await this.#hash(row, last);
      if (hash && row.plan.source.end === published.sizeBytes) await this.#compare(file, published.sha256!, hash);
      await writer?.writeBlock(row.file, row.index, row.bytes, {
        ...(hash ? { hash } : {}),
        ...(version === undefined ? {} : { version }),
      });
      onStored?.(row.bytes.length, row.file);
    } finally {
      row.from?.slot.release();
    }
  }

  /** The row's bytes travel to the hasher and back, and are in another array then. */
  async #hash(row: FreshRow, last: BlockNote | undefined): Promise<HashState> {
    const { hasher, onHashed } = this.#options;
    const begin = row.plan.index === 0 ? null : last?.hash;
    const lent = row.from ?? row;
    const { bytes, state } = await hasher!.update(ownBytes(lent), begin);
    lent.bytes = bytes;
    lent.slot.adopt(bytes.buffer);
    onHashed?.(bytes.length, row.file);
    return state;
  }

  async #compare(file: StoredFile, expected: string, state: HashState): Promise<void> {
    const found = new Sha256(state).hex();
    if (found === expected) return;
    await this.#options.writer?.dropBlocks(file.path);
    throw new PronkError(
      "integrity",
      `"${file.source}" is not the file that was published: its SHA-256 is ${found.slice(0, 8)}…, not ${expected.slice(0, 8)}…. What was stored of it is discarded, other files are kept. Load again; if this repeats, something on the way changes it.`,
      { file: file.source, expected, found, mismatch: true },
    );
  }
}

/** Bytes that may be moved to another thread: in the slot's own buffer. A source may have given a view of its own. */
function ownBytes({ bytes, slot }: { bytes: Uint8Array; slot: Slot }): Uint8Array<ArrayBuffer> {
  const room = slot.room();
  if (bytes.buffer === room.buffer && bytes.length === room.length) return room;
  room.set(bytes);
  return room.subarray(0, bytes.length);
}

/** Rows of two versions of a file must not be mixed; where a hash is known it says so better. */
function checkVersion({ source: file }: StoredFile, expected: string | undefined, found: string | undefined): void {
  if (expected === undefined || found === undefined || expected === found) return;
  throw new PronkError(
    "integrity",
    `"${file}" changed on its server since a part of it was stored (ETag ${expected}, now ${found}). Load again.`,
    { file, expected, found, changed: true },
  );
}
