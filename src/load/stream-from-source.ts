// The cold way: every weight file of the source in ranges of 16 MiB, four at a time, consumed in order, turned into
// rows of stored files and put into the outbox. Memory: six chunks, whatever the model's size.

import { PronkError } from "../errors.ts";
import type { TensorInfo } from "../format/tensor.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import { maxReadBytes } from "../source/read-limit.ts";
import type { ModelSource } from "../source/source.ts";
import type { ChunkPool, Slot } from "./chunk-pool.ts";
import { FileConverter } from "./file-converter.ts";
import { inOrder } from "./in-order.ts";
import type { Outbox } from "./outbox.ts";
import { RowAssembler } from "./row-assembler.ts";

const lanes = 4; // enough to hide the round trip of a hub; more only adds memory

interface Range {
  file: string;
  start: number;
  end: number;
}

interface Chunk extends Range {
  bytes: Uint8Array;
  slot: Slot;
}

export interface ColdStream {
  source: ModelSource;
  tensors: readonly TensorInfo[];
  form: StoredForm;
  pool: ChunkPool;
  outbox: Outbox;
  /** Bytes arrived; negative when a retry takes some back. */
  onBytes?: (count: number, file: string) => void;
  /** Bytes converted, or handed on as they are. */
  onConsumed?: (count: number, file: string) => void;
  signal?: AbortSignal;
}

export async function streamFromSource(stream: ColdStream): Promise<void> {
  const { source, form, pool, outbox, onBytes, onConsumed, signal } = stream;
  const readChunk = async (range: Range, laneSignal: AbortSignal): Promise<Chunk> => {
    const { file, start, end } = range;
    const slot = await pool.take(end - start, laneSignal);
    try {
      const bytes = await source.read(file, start, end, {
        signal: laneSignal,
        into: () => slot.room(),
        onBytes: (count) => onBytes?.(count, file),
      });
      checkLength(range, bytes);
      return { ...range, bytes, slot };
    } catch (error) {
      slot.release();
      throw error;
    }
  };
  const handlers = new Map(form.files.map((file) => [file.source, makeHandler(stream, file)]));
  const chunks = inOrder(ranges(form, source), lanes, readChunk, { signal, discard: (chunk) => chunk.slot.release() });
  try {
    for await (const chunk of chunks) {
      try {
        await handlers.get(chunk.file)!.take(chunk);
        onConsumed?.(chunk.end - chunk.start, chunk.file);
      } catch (error) {
        chunk.slot.release();
        throw error;
      }
    }
    await outbox.finish();
  } finally {
    for (const handler of handlers.values()) handler.release();
    await outbox.finish().catch(() => {});
    pool.drain();
  }
}

function* ranges(form: StoredForm, source: ModelSource): Generator<Range> {
  for (const { source: file } of form.files) {
    const { sizeBytes } = source.files.find((candidate) => candidate.path === file)!;
    for (let start = 0; start < sizeBytes; start += maxReadBytes)
      yield { file, start, end: Math.min(start + maxReadBytes, sizeBytes) };
  }
}

interface ChunkHandler {
  /** Takes over the chunk's slot, except when it throws. */
  take(chunk: Chunk): Promise<void>;
  release(): void;
}

function makeHandler(
  { tensors, form, pool, outbox, signal }: ColdStream,
  file: StoredForm["files"][number],
): ChunkHandler {
  if (file.verbatim)
    return {
      take: ({ start, bytes, slot }) => outbox.put({ file: file.path, index: start / maxReadBytes, bytes, slot }),
      release: () => {},
    };
  const targets = new Map(form.tensors.map((tensor) => [tensor.name, tensor]));
  const pairs = tensors
    .filter((tensor) => tensor.file === file.source)
    .map((from) => ({ from, to: targets.get(from.name)! }));
  const assembler = new RowAssembler(file.path, file.sizeBytes, pool, (row) => outbox.put(row));
  const converter = new FileConverter(pairs, assembler);
  return {
    async take({ start, bytes, slot }) {
      await converter.push(bytes, start, signal);
      slot.release();
    },
    release: () => assembler.release(),
  };
}

function checkLength({ file, start, end }: Range, bytes: Uint8Array): void {
  if (bytes.length === end - start) return;
  throw new PronkError(
    "integrity",
    `"${file}" is truncated: bytes ${start} to ${end} were asked for and ${bytes.length} came. Fetch the shard again.`,
    { file, expected: end - start, found: bytes.length },
  );
}
