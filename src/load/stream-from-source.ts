// The cold way: every weight file of the source in rows, four at a time, converted two at a time, and put into the outbox
// in order. Rows that an earlier load has stored come from the store instead. Memory: six chunks, whatever the model's size.

import { PronkError } from "../errors.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { StoredFile } from "../quant/stored-form.ts";
import type { ModelSource } from "../source/source.ts";
import { ChunkPool, chunksAhead, type Slot } from "./chunk-pool.ts";
import { inOrder } from "./in-order.ts";
import type { KeepRow, Outbox } from "./outbox.ts";
import { RowConverter } from "./row-converter.ts";
import type { RowPlan, TensorPair } from "./row-plan.ts";

export interface FilePlan {
  file: StoredFile;
  pairs: readonly TensorPair[];
  rows: readonly RowPlan[];
  /** How many of the rows are in the store already, from the first on. */
  stored: number;
}

export interface ColdStream {
  source: ModelSource;
  plans: readonly FilePlan[];
  pool: ChunkPool;
  outbox: Outbox;
  /** Reads a row that is in the store. */
  readStored: (file: string, index: number) => Promise<Uint8Array>;
  keep: KeepRow;
  quantizer: RowQuantizer;
  /** Bytes arrived from the source. */
  onBytes?: (count: number, file: string) => void;
  /** Bytes of the source converted, or handed on as they are. */
  onConverted?: (count: number, file: string) => void;
  signal?: AbortSignal;
}

interface Task {
  plan: FilePlan;
  row: RowPlan;
  isStored: boolean;
}

interface Chunk extends Task {
  bytes: Uint8Array;
  slot: Slot;
}

export async function streamFromSource(stream: ColdStream): Promise<void> {
  const { plans, pool, outbox, quantizer, signal } = stream;
  const converters = new Map(plans.map((plan) => [plan, new RowConverter(plan.pairs, quantizer)]));
  const unstored = new ChunkPool(chunksAhead);
  const chunks = inOrder(
    tasks(plans),
    chunksAhead,
    (task, laneSignal) => readChunk(stream, unstored, task, laneSignal),
    {
      signal,
      discard: (chunk) => chunk.slot.release(),
    },
  );
  let put: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of chunks) {
      const before = put;
      put = handOn(stream, chunk, converters.get(chunk.plan)!, before);
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

function* tasks(plans: readonly FilePlan[]): Generator<Task> {
  for (const plan of plans) for (const row of plan.rows) yield { plan, row, isStored: row.index < plan.stored };
}

async function readChunk(stream: ColdStream, unstored: ChunkPool, task: Task, signal: AbortSignal): Promise<Chunk> {
  const { source, pool, readStored, onBytes } = stream;
  const { plan, row, isStored } = task;
  const { start, end } = isStored ? row.stored : row.source;
  const slot = await takeBoth(unstored, pool, end - start, signal);
  try {
    if (isStored) return { ...task, bytes: await readStored(plan.file.path, row.index), slot };
    const path = plan.file.source;
    const bytes = await source.read(path, start, end, {
      signal,
      into: () => slot.room(),
      onBytes: (count) => onBytes?.(count, path),
    });
    checkLength(path, row, bytes);
    return { ...task, bytes, slot };
  } catch (error) {
    slot.release();
    throw error;
  }
}

/** A slot of the pool that holds a place among the unstored as well. */
async function takeBoth(unstored: ChunkPool, pool: ChunkPool, sizeBytes: number, signal: AbortSignal): Promise<Slot> {
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

/** Makes the chunk's row and puts it into the outbox behind the one `before`. Takes over the chunk's slot. */
async function handOn(stream: ColdStream, chunk: Chunk, converter: RowConverter, before: Promise<void>): Promise<void> {
  const { pool, outbox, keep, onConverted, signal } = stream;
  const { plan, row, isStored, bytes, slot } = chunk;
  const place = { file: plan.file.path, index: row.index, start: row.stored.start };
  const sourceBytes = bytes.length;
  let outSlot: Slot | undefined;
  try {
    if (isStored) {
      await before;
      await outbox.put({ ...place, bytes, slot });
    } else if (plan.file.verbatim) {
      await before;
      onConverted?.(sourceBytes, plan.file.source);
      await outbox.put({ ...place, bytes, slot, plan: row }, keep);
    } else {
      const sizeBytes = row.stored.end - row.stored.start;
      outSlot = await pool.take(sizeBytes, signal);
      const out = outSlot.room().subarray(0, sizeBytes);
      await converter.convert(row, bytes, out, signal);
      await before;
      onConverted?.(sourceBytes, plan.file.source);
      await outbox.put({ ...place, bytes: out, slot: outSlot, plan: row, from: { bytes, slot } }, keep);
    }
  } catch (error) {
    slot.release();
    outSlot?.release();
    throw error;
  }
}

function checkLength(file: string, { source: { start, end } }: RowPlan, bytes: Uint8Array): void {
  if (bytes.length === end - start) return;
  throw new PronkError(
    "integrity",
    `"${file}" is truncated: bytes ${start} to ${end} were asked for and ${bytes.length} came. Fetch the shard again.`,
    { file, expected: end - start, found: bytes.length },
  );
}
