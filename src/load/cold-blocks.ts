// The path of a cold block: read from the source (four ahead, over up to two lanes each), converted (two at a time), put
// into the outbox in order. Blocks that an earlier load stored come from the store instead. Memory: six buffers of the pool,
// whatever the model's size.

import { PronkError } from "../errors.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { ModelSource } from "../source/source.ts";
import { convertBlock, type Block, type CutFile } from "./blocks.ts";
import { blocksAhead, BufferPool, inOrder, type Slot } from "./look-ahead.ts";
import type { FreshBlock, Outbox } from "./outbox.ts";

export interface FileToLoad extends CutFile {
  /** How many of its blocks are in the store already, from the first on. */
  stored: number;
}

export interface ColdBlocks {
  source: ModelSource;
  files: readonly FileToLoad[];
  pool: BufferPool;
  outbox: Outbox;
  /** Reads a block that is in the store. */
  readStored: (file: string, index: number) => Promise<Uint8Array>;
  /** Hashes and stores a fresh block. Called in order; the keeper owns the bytes until the promise resolves. */
  keep: (block: FreshBlock) => Promise<void>;
  quantizer: RowQuantizer;
  /** Bytes arrived from the source. */
  onBytes?: (count: number, file: string) => void;
  /** Bytes of the source converted, or passed on as they are. */
  onConverted?: (count: number, file: string) => void;
  signal?: AbortSignal;
}

interface Task extends FileToLoad {
  block: Block;
  isStored: boolean;
}

interface ReadBlock extends Task {
  bytes: Uint8Array; // of the source, or of the stored file
  slot: Slot;
}

export async function streamColdBlocks(stream: ColdBlocks): Promise<void> {
  const { files, pool, outbox, signal } = stream;
  const unstored = new BufferPool(blocksAhead);
  const read = (task: Task, laneSignal: AbortSignal) => readBlock(stream, unstored, task, laneSignal);
  const discard = (block: ReadBlock) => block.slot.release();
  let put: Promise<void> = Promise.resolve();
  try {
    for await (const block of inOrder(tasks(files), blocksAhead, read, { signal, discard })) {
      const before = put;
      put = handOn(stream, block, before);
      put.catch(() => {}); // thrown when its turn comes
      await before; // so two are converted at a time, and a GPU is never without work
    }
    await put;
    await outbox.finish();
  } finally {
    await put.catch(() => {});
    await outbox.finish().catch(() => {});
    pool.drain();
  }
}

function* tasks(files: readonly FileToLoad[]): Generator<Task> {
  for (const file of files)
    for (const block of file.blocks) yield { ...file, block, isStored: block.index < file.stored };
}

async function readBlock(
  { source, pool, readStored, onBytes }: ColdBlocks,
  unstored: BufferPool,
  task: Task,
  signal: AbortSignal,
): Promise<ReadBlock> {
  const { file, block, isStored } = task;
  const { start, end } = isStored ? block.stored : block.source;
  const slot = await takeBoth(unstored, pool, end - start, signal);
  try {
    if (isStored) return { ...task, bytes: await readStored(file.path, block.index), slot };
    const path = file.source;
    const bytes = await source.read(path, start, end, {
      signal,
      into: () => slot.room(),
      onBytes: (count) => onBytes?.(count, path),
    });
    checkLength(path, block, bytes);
    return { ...task, bytes, slot };
  } catch (error) {
    slot.release();
    throw error;
  }
}

/** A slot of the pool that also counts among the unstored. */
async function takeBoth(unstored: BufferPool, pool: BufferPool, sizeBytes: number, signal: AbortSignal): Promise<Slot> {
  const place = await unstored.take(sizeBytes, signal);
  try {
    const slot = await pool.take(sizeBytes, signal);
    const release = () => {
      slot.release();
      place.release();
    };
    return { ...slot, release };
  } catch (error) {
    place.release();
    throw error;
  }
}

/** Converts what was read and puts it into the outbox after the block `before`. Takes over the slot. */
async function handOn(
  { pool, outbox, keep, quantizer, onConverted, signal }: ColdBlocks,
  read: ReadBlock,
  before: Promise<void>,
): Promise<void> {
  const { file, block, isStored, bytes, slot } = read;
  const place = { file: file.path, index: block.index, start: block.stored.start };
  const sourceBytes = bytes.length;
  let outSlot: Slot | undefined;
  try {
    if (isStored) {
      await before;
      await outbox.put({ ...place, bytes, slot });
    } else if (file.verbatim) {
      await before;
      onConverted?.(sourceBytes, file.source);
      await outbox.put({ ...place, bytes, slot, cut: block }, keep);
    } else {
      const sizeBytes = block.stored.end - block.stored.start;
      outSlot = await pool.take(sizeBytes, signal);
      const out = outSlot.room().subarray(0, sizeBytes);
      await convertBlock(read, bytes, out, quantizer, signal);
      await before;
      onConverted?.(sourceBytes, file.source);
      await outbox.put({ ...place, bytes: out, slot: outSlot, cut: block, from: { bytes, slot } }, keep);
    }
  } catch (error) {
    slot.release();
    outSlot?.release();
    throw error;
  }
}

function checkLength(file: string, { source: { start, end } }: Block, bytes: Uint8Array): void {
  if (bytes.length === end - start) return;
  throw new PronkError(
    "integrity",
    `"${file}" is truncated: bytes ${start} to ${end} were asked for and ${bytes.length} came. Fetch the shard again.`,
    { file, expected: end - start, found: bytes.length },
  );
}
