// A model that the store has: everything from IndexedDB, nothing from the source. Rows are read three ahead.

import type { QuantizeChoice } from "../quant/layout.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelRecord } from "../store/model-record.ts";
import { storedRowLimit, type ModelStore } from "../store/model-store.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import { Delivery } from "./delivery.ts";
import { inOrder } from "./in-order.ts";
import { Outbox } from "./outbox.ts";
import type { ModelManifest, PreparedModel } from "./prepared-model.ts";
import { ProgressMeter } from "./progress-meter.ts";
import type { StoredRow } from "./stored-row.ts";

const lanes = 3; // measured best for 16 MiB rows of IndexedDB in Chromium

export interface WarmModel {
  record: ModelRecord;
  store: ModelStore;
  pool: ChunkPool;
  onProgress?: OnProgress;
  /** What the caller typed this time. */
  reference?: string;
}

/** Whether a record is of this version, so that `warmModel` can use it. */
export const isUsable = (record: ModelRecord): boolean => (record.manifest as ModelManifest).version === 1;

export function warmModel({ record, store, pool, onProgress, reference }: WarmModel): PreparedModel {
  const manifest = record.manifest as ModelManifest;
  return {
    ...manifest,
    sourceId: record.sourceId,
    label: record.label,
    quantize: record.variant as QuantizeChoice,
    sideFiles: record.sideFiles,
    warm: true,
    async stream(sink, { signal } = {}) {
      const meter = new ProgressMeter("read", record.sizeBytes, onProgress);
      const outbox = new Outbox(new Delivery(sink, manifest.tensors));
      const read = async ({ file, index, sizeBytes }: RowPlace, laneSignal: AbortSignal): Promise<StoredRow> => {
        const slot = await pool.take(sizeBytes, laneSignal);
        try {
          const bytes = await store.readRow(record, file, index);
          laneSignal.throwIfAborted();
          return { file, index, bytes, slot };
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

interface RowPlace {
  file: string;
  index: number;
  sizeBytes: number;
}

function* rowsIn(record: ModelRecord): Generator<RowPlace> {
  for (const { path: file, sizeBytes } of record.files)
    for (let index = 0; index * storedRowLimit < sizeBytes; index++)
      yield { file, index, sizeBytes: Math.min(storedRowLimit, sizeBytes - index * storedRowLimit) };
}
