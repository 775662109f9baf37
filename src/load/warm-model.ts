// A model that the store has: everything from IndexedDB, nothing from the source, except a row that turns out to be
// damaged. Rows are read two ahead.

import { PronkError } from "../errors.ts";
import { packTensors } from "../quant/packed-tensor.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import { blockSpan, type ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { isRotten } from "../store/storage-errors.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import { Delivery, deliveredSlices } from "./delivery.ts";
import { sinkWithoutCopy, withoutCopy } from "./head-copy.ts";
import { inOrder } from "./in-order.ts";
import { Outbox } from "./outbox.ts";
import type { ModelManifest, PreparedModel } from "./prepared-model.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { repairRow } from "./repair-row.ts";
import type { StoredRow } from "./stored-row.ts";
import { parseVariant } from "./variant.ts";

const lanes = 2; // more gain nothing in Chromium and Firefox (16 MiB rows, 2026-11-27)

export interface WarmModel {
  record: ModelRecord;
  store: ModelStore;
  pool: ChunkPool;
  onProgress?: OnProgress;
  /** What the caller typed this time. */
  reference?: string;
  /** Opens the source that the model came from, for a row that is damaged; without it such a row is an error. */
  reopen?: () => Promise<ModelSource>;
}

export function warmModel({ record, store, pool, onProgress, reference, reopen }: WarmModel): PreparedModel {
  const { matrices = [], early = new Map(), ...manifest } = record.manifest as ModelManifest;
  return {
    ...manifest,
    tensors: withoutCopy(manifest),
    matrices,
    sourceId: record.sourceId,
    label: record.label,
    quantize: parseVariant(record.variant).quantize,
    variant: record.variant,
    sideFiles: record.sideFiles,
    warm: true,
    storeBytes: record.sizeBytes,
    pack: async () => packTensors(matrices, early),
    async stream(sink, { signal } = {}) {
      const meter = new ProgressMeter("read", record.sizeBytes, onProgress);
      const upload = new ProgressMeter("upload", record.sizeBytes, onProgress);
      const bare = sinkWithoutCopy(sink, manifest, { proven: true });
      const outbox = new Outbox(new Delivery(bare, deliveredSlices(manifest.tensors, matrices)), (row) =>
        upload.add(row.bytes.length, row.file),
      );
      const readOrRepair = (file: string, index: number, laneSignal: AbortSignal) =>
        store.readBlock(record, file, index).catch(async (error: unknown) => {
          if (!isRotten(error) || !reopen) throw error;
          return repairRow({ record, store, file, index, reopen, pool, signal: laneSignal }).catch((cause: unknown) => {
            laneSignal.throwIfAborted();
            throw isNetwork(cause) ? error : cause; // offline: the damage is the news
          });
        });
      const read = async ({ file, index, start, end }: RowPlace, laneSignal: AbortSignal): Promise<StoredRow> => {
        const slot = await pool.take(end - start, laneSignal);
        try {
          const bytes = await readOrRepair(file, index, laneSignal);
          laneSignal.throwIfAborted();
          return { file, index, start, bytes, slot };
        } catch (error) {
          slot.release();
          throw error;
        }
      };
      try {
        for await (const row of inOrder(rowsIn(record), lanes, read, {
          signal,
          discard: (unused) => unused.slot.release(),
        })) {
          await outbox.put(row);
          meter.add(row.bytes.length, row.file);
        }
        await outbox.finish();
      } finally {
        await outbox.finish().catch(() => {});
        pool.drain();
      }
      await store.touch(record.key, reference);
      return { warm: true, storedBytes: record.sizeBytes, peakChunkBytes: pool.peakBytes };
    },
  };
}

const isNetwork = (error: unknown) => error instanceof PronkError && error.code === "network";

interface RowPlace {
  file: string;
  index: number;
  start: number; // in the stored file
  end: number;
}

function* rowsIn(record: ModelRecord): Generator<RowPlace> {
  for (const file of record.files)
    for (let index = 0; index < file.rowEnds.length; index++)
      yield { file: file.path, index, ...blockSpan(file, index) };
}
