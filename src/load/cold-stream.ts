// One cold stream from beginning to end: where each file resumes, what becomes of its blocks, what is reported. A file that
// changes on its server begins again, and so does the stream: the sink gets every tensor anew, from its first byte.

import { PronkError } from "../errors.ts";
import { readCheckpoint, type OpenedCheckpoint } from "../format/checkpoint.ts";
import type { WeightSink } from "../quant/layout.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import { FileHasher } from "../source/file-hasher.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import { ProgressMeter, type OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import type { BlockNote } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import { isRotten } from "../store/storage-errors.ts";
import { BlockKeeper } from "./block-keeper.ts";
import type { CutFile } from "./blocks.ts";
import { streamColdBlocks, type FileToLoad } from "./cold-blocks.ts";
import type { BufferPool } from "./look-ahead.ts";
import { Outbox } from "./outbox.ts";

export interface ColdStreamOptions {
  source: ModelSource;
  checkpoint: OpenedCheckpoint;
  form: StoredForm;
  cut: readonly CutFile[];
  sink: WeightSink;
  pool: BufferPool;
  quantizer: RowQuantizer;
  store?: ModelStore;
  writer?: ModelWriter;
  startHashThread?: StartHashThread;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

const mostRestarts = 3; // a file that changes more often is still being written

export async function coldStream(options: ColdStreamOptions): Promise<void> {
  const { source, form, writer, startHashThread, signal } = options;
  const isHashed = form.files.some(({ source: path }) => hashOf(source, path) !== undefined);
  const hasher = isHashed ? await FileHasher.open(startHashThread) : undefined;
  try {
    for (let restarts = 0; ; restarts++) {
      try {
        return await attempt(options, hasher);
      } catch (error) {
        signal?.throwIfAborted();
        if (restarts >= mostRestarts || !(error instanceof PronkError)) throw error;
        if (isRotten(error)) await writer?.dropBlocks(error.facts.file as string, error.facts.row as number);
        else if (error.facts.changed === true) await startFileAgain(options, error);
        else throw error;
      }
    }
  } finally {
    hasher?.close();
  }
}

async function attempt(options: ColdStreamOptions, hasher: FileHasher | undefined): Promise<void> {
  const { source, checkpoint, form, sink, pool, quantizer, store, writer, signal } = options;
  const files = await goOn(options);
  const meters = makeMeters(options, files);
  const keeper = new BlockKeeper({
    source,
    files: form.files,
    resumed: new Map(files.flatMap(({ file, last }) => (last ? [[file.path, last]] : []))),
    writer,
    hasher,
    onHashed: (count, file) => meters.verify?.add(count, file),
    onStored: (count, file) => meters.store?.add(count, file),
  });
  const delivered = { tensors: form.tensors, matrices: checkpoint.matrices };
  await streamColdBlocks({
    source,
    files,
    pool,
    outbox: new Outbox(sink, delivered, ({ bytes, file }) => meters.upload.add(bytes.length, file)),
    readStored: (file, index) => store!.readBlock(writer!.record, file, index),
    keep: (block) => keeper.keep(block),
    quantizer,
    onBytes: source.remote ? (count, file) => meters.fetch.add(count, file) : undefined,
    onConverted: (count, file) => {
      if (!source.remote) meters.fetch.add(count, file);
      meters.convert?.add(count, file);
    },
    signal,
  });
}

interface ResumedFile extends FileToLoad {
  /** The note on the last block that is stored. */
  last?: BlockNote;
}

/** Each file with the blocks that need not be fetched any more. */
async function goOn({ source, cut, writer }: ColdStreamOptions): Promise<ResumedFile[]> {
  const resumed: ResumedFile[] = [];
  for (const one of cut) {
    const { path, source: from } = one.file;
    const { blocks: stored, last }: { blocks: number; last?: BlockNote } = (await writer?.finished(path)) ?? {
      blocks: 0,
    };
    // Blocks that were stored before a hash was known cannot be part of it.
    const usable = stored === 0 || hashOf(source, from) === undefined || last?.hash !== undefined;
    if (!usable) await writer!.dropBlocks(path);
    resumed.push(usable ? { ...one, stored, last } : { ...one, stored: 0 });
  }
  return resumed;
}

function makeMeters({ source, form, writer, onProgress }: ColdStreamOptions, files: readonly FileToLoad[]) {
  const sum = (of: (file: FileToLoad) => number, some = files) => some.reduce((total, file) => total + of(file), 0);
  const endOf = ({ blocks }: FileToLoad) => blocks.at(-1)?.source.end ?? 0;
  const doneOf = ({ blocks, stored }: FileToLoad) => (stored > 0 ? blocks[stored - 1].source.end : 0);
  const hashed = files.filter(({ file }) => hashOf(source, file.source) !== undefined);
  const [sourceBytes, sourceDone] = [sum(endOf), sum(doneOf)];
  const [hashedBytes, hashedDone] = [sum(endOf, hashed), sum(doneOf, hashed)];
  const storedBytes = sum(({ file }) => file.sizeBytes);
  const storedDone = sum(({ blocks, stored }) => (stored > 0 ? blocks[stored - 1].stored.end : 0));
  const converts = form.files.some(({ verbatim }) => !verbatim);
  return {
    fetch: new ProgressMeter(source.remote ? "download" : "read", sourceBytes, onProgress, sourceDone),
    verify: hashedBytes > 0 ? new ProgressMeter("verify", hashedBytes, onProgress, hashedDone) : undefined,
    convert: converts ? new ProgressMeter("convert", sourceBytes, onProgress, sourceDone) : undefined,
    store: writer ? new ProgressMeter("store", storedBytes, onProgress, storedDone) : undefined,
    upload: new ProgressMeter("upload", storedBytes, onProgress),
  };
}

/** Forgets what is known and stored of a file that changed. Throws where its tensors are no longer the same. */
async function startFileAgain(
  { source, checkpoint, form, writer, onProgress, signal }: ColdStreamOptions,
  error: PronkError,
): Promise<void> {
  const path = error.facts.file as string;
  source.forget?.(path);
  for (const file of form.files) if (file.source === path) await writer?.dropBlocks(file.path);
  const notice = `"${path}" changed on its server while it was being fetched. It is fetched again from its beginning.`;
  onProgress?.({ phase: "download", loadedBytes: 0, totalBytes: 0, bytesPerSecond: 0, detail: path, notice });
  const now = await readCheckpoint(source, { weights: checkpoint.format.id, signal });
  const tensorsOf = ({ tensors, matrices }: OpenedCheckpoint) => JSON.stringify([tensors, matrices]);
  if (tensorsOf(now) === tensorsOf(checkpoint)) return;
  throw new PronkError(
    "integrity",
    `"${path}" changed on its server while it was being fetched, and holds other tensors now. Load the model again.`,
    { ...error.facts, changed: undefined },
    { cause: error },
  );
}

const hashOf = (source: ModelSource, path: string) => source.files.find((file) => file.path === path)?.sha256;
