// What becomes of a fresh block besides going to the sink: its source bytes go through their file's hash, then the block
// into the store with the state of that hash, so that a later load can resume right behind it. With a file's last block the
// hash is compared with the published one; a file that differs is forgotten, and that file alone.

import { PronkError } from "../errors.ts";
import type { StoredFile } from "../quant/stored-form.ts";
import type { ModelSource } from "../source/source.ts";
import type { FileHasher } from "../source/file-hasher.ts";
import { Sha256, type HashState } from "../source/sha256.ts";
import type { BlockNote } from "../store/model-record.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import type { Slot } from "./look-ahead.ts";
import type { FreshBlock } from "./outbox.ts";

export interface KeeperOptions {
  source: ModelSource;
  files: readonly StoredFile[];
  /** For a file resumed behind blocks that are already stored: the note on the last of them. */
  resumed: ReadonlyMap<string, BlockNote>;
  /** Without one, blocks are only hashed. */
  writer?: ModelWriter;
  /** Undefined where no file has a known hash. */
  hasher?: FileHasher;
  onHashed?: (count: number, file: string) => void;
  onStored?: (count: number, file: string) => void;
}

export class BlockKeeper {
  readonly #options: KeeperOptions;
  readonly #resumed: Map<string, BlockNote>; // stored file -> the note on the block before its next

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#resumed = new Map(options.resumed);
  }

  /** Blocks of a file come in order, files one after another. */
  async keep(block: FreshBlock): Promise<void> {
    const { source, files, writer, onStored } = this.#options;
    const file = files.find((candidate) => candidate.path === block.file)!;
    const published = source.files.find(({ path }) => path === file.source)!;
    const last = this.#resumed.get(block.file);
    this.#resumed.delete(block.file);
    try {
      const version = source.versionOf?.(file.source);
      if (published.sha256 === undefined) checkVersion(file, last?.version, version);
      const hash = published.sha256 === undefined ? undefined : await this.#hash(block, last);
      if (hash && block.cut.source.end === published.sizeBytes) await this.#compare(file, published.sha256!, hash);
      await writer?.writeBlock(block.file, block.index, block.bytes, {
        ...(hash ? { hash } : {}),
        ...(version === undefined ? {} : { version }),
      });
      onStored?.(block.bytes.length, block.file);
    } finally {
      block.from?.slot.release();
    }
  }

  /** The block's bytes travel to the hasher and back, and end up in another array. */
  async #hash(block: FreshBlock, last: BlockNote | undefined): Promise<HashState> {
    const { hasher, onHashed } = this.#options;
    const begin = block.cut.index === 0 ? null : last?.hash;
    const lent = block.from ?? block;
    const { bytes, state } = await hasher!.update(ownBytes(lent), begin);
    lent.bytes = bytes;
    lent.slot.adopt(bytes.buffer);
    onHashed?.(bytes.length, block.file);
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

/** Blocks of two versions of a file must not be mixed; a known hash detects this better. */
function checkVersion({ source: file }: StoredFile, expected: string | undefined, found: string | undefined): void {
  if (expected === undefined || found === undefined || expected === found) return;
  throw new PronkError(
    "integrity",
    `"${file}" changed on its server since a part of it was stored (ETag ${expected}, now ${found}). Load again.`,
    { file, expected, found, changed: true },
  );
}
