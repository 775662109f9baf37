// One cold stream from beginning to end: where each file goes on, what becomes of its rows, what is told of it. A file
// that changes on its server begins again, and so does the stream: the sink gets every tensor anew, from its first byte.

import { PronkError } from "../errors.ts";
import { readCheckpoint, type OpenedCheckpoint } from "../format/checkpoint.ts";
import type { WeightSink } from "../quant/layout.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import { isRotten } from "../store/storage-errors.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import { Delivery, deliveredSlices } from "./delivery.ts";
import { FileHasher } from "./file-hasher.ts";
import { Outbox } from "./outbox.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { RowKeeper } from "./row-keeper.ts";
import { streamFromSource, type FilePlan } from "./stream-from-source.ts";

export interface ColdStreamOptions {
  source: ModelSource;
  checkpoint: OpenedCheckpoint;
  form: StoredForm;
  plans: readonly FilePlan[];
  sink: WeightSink;
  pool: ChunkPool;
  quantizer: RowQuantizer;
  store?: ModelStore;
  writer?: ModelWriter;
  startHashThread?: StartHashThread;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

const mostRestarts = 3; // a file that changes more often than that is being written

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
  const plans = await goOn(options);
  const meters = makeMeters(options, plans);
  const keeper = new RowKeeper({
    source,
    files: form.files,
    writer,
    hasher,
    onHashed: (count, file) => meters.verify?.add(count, file),
    onStored: (count, file) => meters.store?.add(count, file),
  });
  for (const { plan, last } of plans) if (last) keeper.resume(plan.file.path, last);
  const outbox = new Outbox(new Delivery(sink, deliveredSlices(form.tensors, checkpoint.matrices)), (row) =>
    meters.upload.add(row.bytes.length, row.file),
  );
  await streamFromSource({
    source,
    plans: plans.map(({ plan }) => plan),
    pool,
    outbox,
    readStored: (file, index) => store!.readBlock(writer!.record, file, index),
    keep: (row) => keeper.keep(row),
    quantizer,
    onBytes: source.remote ? (count, file) => meters.fetch.add(count, file) : undefined,
    onConverted: (count, file) => {
      if (!source.remote) meters.fetch.add(count, file);
      meters.convert?.add(count, file);
    },
    signal,
  });
}

type Resumed = { plan: FilePlan; last: Awaited<ReturnType<ModelWriter["finished"]>>["last"] };

/** Each file's plan with the rows that need not be fetched any more. */
async function goOn({ source, plans, writer }: ColdStreamOptions): Promise<Resumed[]> {
  const resumed: Resumed[] = [];
  for (const plan of plans) {
    const { blocks, last } = (await writer?.finished(plan.file.path)) ?? { blocks: 0 };
    // Rows that were stored before a hash was known cannot be part of it.
    const usable = blocks === 0 || hashOf(source, plan.file.source) === undefined || last?.hash !== undefined;
    if (!usable) await writer!.dropBlocks(plan.file.path);
    resumed.push(
      usable ? { plan: { ...plan, stored: blocks }, last } : { plan: { ...plan, stored: 0 }, last: undefined },
    );
  }
  return resumed;
}

function makeMeters({ source, form, writer, onProgress }: ColdStreamOptions, plans: readonly Resumed[]) {
  const sum = (of: (plan: FilePlan) => number) => plans.reduce((total, { plan }) => total + of(plan), 0);
  const sourceBytes = sum(({ rows }) => rows.at(-1)?.source.end ?? 0);
  const sourceDone = sum(({ rows, stored }) => (stored > 0 ? rows[stored - 1].source.end : 0));
  const storedBytes = form.files.reduce((total, file) => total + file.sizeBytes, 0);
  const storedDone = sum(({ rows, stored }) => (stored > 0 ? rows[stored - 1].stored.end : 0));
  const isHashed = ({ file }: FilePlan) => hashOf(source, file.source) !== undefined;
  const hashedBytes = sum((plan) => (isHashed(plan) ? (plan.rows.at(-1)?.source.end ?? 0) : 0));
  const hashedDone = sum((plan) => (isHashed(plan) && plan.stored > 0 ? plan.rows[plan.stored - 1].source.end : 0));
  const converts = form.files.some(({ verbatim }) => !verbatim);
  return {
    fetch: new ProgressMeter(source.remote ? "download" : "read", sourceBytes, onProgress, sourceDone),
    verify: hashedBytes > 0 ? new ProgressMeter("verify", hashedBytes, onProgress, hashedDone) : undefined,
    convert: converts ? new ProgressMeter("convert", sourceBytes, onProgress, sourceDone) : undefined,
    store: writer ? new ProgressMeter("store", storedBytes, onProgress, storedDone) : undefined,
    upload: new ProgressMeter("upload", storedBytes, onProgress),
  };
}

/** Forgets what is known and stored of a file that changed. Throws where its tensors are not the same any more. */
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
