// Damage at rest. `remakeBlock` fetches one block of a stored model and makes it anew: the same source, the same borders,
// the same bytes; the result must have the checksum that the block had when it was stored. `verifyModel` reads every block
// once, sums it on another thread, and has damaged ones replaced. Loaded when either is wanted.

import { PronkError } from "../errors.ts";
import { FileHasher } from "../source/file-hasher.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import { ProgressMeter, type OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import { checksum64 } from "../source/checksum.ts";
import { blockSpan, type ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { isRotten } from "../store/storage-errors.ts";
import { convertBlock } from "./blocks.ts";
import { checkBlock } from "./check-block.ts";
import { BufferPool } from "./look-ahead.ts";
import { ScriptQuantizer } from "./quantizers.ts";
import { cutAs } from "./update.ts";

export interface Repair {
  record: ModelRecord;
  store: ModelStore;
  file: string;
  index: number;
  /** Opens the model's source again; throws where there is no network. */
  reopen: () => Promise<ModelSource>;
  pool: BufferPool;
  signal?: AbortSignal;
}

/** Returns the bytes of a block as they were stored, without storing them. Throws PronkError `network` or `integrity`. */
export async function remakeBlock(repair: Repair): Promise<Uint8Array<ArrayBuffer>> {
  const { record, store, file: path, index, signal } = repair;
  const source = await repair.reopen();
  const cut = (await cutAs(record, source, signal)).find(({ file }) => file.path === path);
  const stored = record.files.find((file) => file.path === path)!;
  if (!cut || cut.file.sizeBytes !== stored.sizeBytes) throw unlike(record, path, index);
  const span = blockSpan(stored, index);
  const room = new Uint8Array(span.end - span.start); // the damaged block's slot counts it
  const quantizer = new ScriptQuantizer();
  for (const block of cut.blocks) {
    const from = Math.max(block.stored.start, span.start);
    const to = Math.min(block.stored.end, span.end);
    if (from >= to) continue; // blocks of the first schema are not cut where today's are
    const slot = await repair.pool.take(block.source.end - block.source.start, signal);
    try {
      let made: Uint8Array = await source.read(cut.file.source, block.source.start, block.source.end, { signal });
      if (!cut.file.verbatim) {
        const converted = new Uint8Array(block.stored.end - block.stored.start);
        await convertBlock({ pairs: cut.pairs, block }, made, converted, quantizer, signal);
        made = converted;
      }
      room.set(made.subarray(from - block.stored.start, to - block.stored.start), from - span.start);
    } finally {
      slot.release();
    }
  }
  const note = await store.noteOf(record, path, index);
  if (note && note.checksum !== checksum64(room)) throw unlike(record, path, index);
  return room;
}

/** Publicly a block is called a row, as in store/storage-errors.ts. */
function unlike({ label }: ModelRecord, file: string, block: number): PronkError {
  return new PronkError(
    "integrity",
    `Row ${block} of "${file}" in the stored copy of ${label} is damaged, and its source has other bytes now. Delete the stored model and load it again.`,
    { file, row: block },
  );
}

export interface Verification {
  record: ModelRecord;
  store: ModelStore;
  /** Opens the source again; without this nothing is repaired. */
  reopen?: () => Promise<ModelSource>;
  /** Default: blocks are summed on this thread. */
  startHashThread?: StartHashThread;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export interface Verified {
  blocks: number;
  checkedBytes: number;
  damaged: { file: string; block: number; repaired: boolean; reason: string }[];
}

/** Rejects only with the signal's reason; what could not be repaired is in the report. */
export async function verifyModel(verification: Verification): Promise<Verified> {
  const hasher = await FileHasher.open(verification.startHashThread);
  try {
    return await verifyBlocks(verification, hasher);
  } finally {
    hasher.close();
  }
}

async function verifyBlocks(
  { record, store, reopen, onProgress, signal }: Verification,
  hasher: FileHasher,
): Promise<Verified> {
  const meter = new ProgressMeter("verify", record.sizeBytes, onProgress);
  const pool = new BufferPool();
  const verified: Verified = { blocks: 0, checkedBytes: 0, damaged: [] };
  for (const stored of record.files)
    for (let index = 0; index < stored.rowEnds.length; index++) {
      signal?.throwIfAborted();
      const file = stored.path;
      const { start, end } = blockSpan(stored, index);
      try {
        await checkBlock(record, store, file, index, hasher);
      } catch (error) {
        if (!isRotten(error)) throw error;
        let reason = (error as Error).message;
        let repaired = false;
        try {
          if (reopen) {
            const bytes = await remakeBlock({ record, store, file, index, reopen, pool, signal });
            await store.replaceBlock(record, file, index, bytes);
          }
          repaired = reopen !== undefined;
        } catch (cause) {
          signal?.throwIfAborted();
          reason = `${reason} ${(cause as Error).message}`;
        }
        verified.damaged.push({ file, block: index, repaired, reason });
      }
      verified.blocks++;
      verified.checkedBytes += end - start;
      meter.add(end - start, file);
    }
  return verified;
}
