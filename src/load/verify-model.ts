// Every row of a stored model read once and held against its checksum; what is damaged is fetched again where that can be.

import type { OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import { blockSpan, type ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { isRotten } from "../store/storage-errors.ts";
import { ChunkPool } from "./chunk-pool.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { repairRow } from "./repair-row.ts";

export interface Verification {
  record: ModelRecord;
  store: ModelStore;
  /** Opens the source again; without it nothing is repaired. */
  reopen?: () => Promise<ModelSource>;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export interface Verified {
  rows: number;
  checkedBytes: number;
  damaged: { file: string; row: number; repaired: boolean; reason: string }[];
}

/** Rejects with the signal's reason only; what could not be repaired is in the report. */
export async function verifyModel({ record, store, reopen, onProgress, signal }: Verification): Promise<Verified> {
  const meter = new ProgressMeter("verify", record.sizeBytes, onProgress);
  const pool = new ChunkPool();
  const verified: Verified = { rows: 0, checkedBytes: 0, damaged: [] };
  for (const stored of record.files)
    for (let index = 0; index < stored.rowEnds.length; index++) {
      signal?.throwIfAborted();
      const file = stored.path;
      const { start, end } = blockSpan(stored, index);
      try {
        await store.readBlock(record, file, index);
      } catch (error) {
        if (!isRotten(error)) throw error;
        let reason = (error as Error).message;
        let repaired = false;
        try {
          if (reopen) await repairRow({ record, store, file, index, reopen, pool, signal });
          repaired = reopen !== undefined;
        } catch (cause) {
          signal?.throwIfAborted();
          reason = `${reason} ${(cause as Error).message}`;
        }
        verified.damaged.push({ file, row: index, repaired, reason });
      }
      verified.rows++;
      verified.checkedBytes += end - start;
      meter.add(end - start, file);
    }
  return verified;
}
