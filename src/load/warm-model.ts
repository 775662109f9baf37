// A model that the store has: everything from IndexedDB, nothing from the source, except a block that proves damaged. Blocks
// are read two ahead.

import { PronkError } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import { packTensors } from "../quant/packed-tensor.ts";
import { ProgressMeter, type OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import { blockSpan, type ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { isRotten } from "../store/storage-errors.ts";
import { sinkWithoutCopy, withoutCopy } from "./head-copy.ts";
import { inOrder, type BufferPool } from "./look-ahead.ts";
import { Outbox, type HeldBlock } from "./outbox.ts";
import { parseVariant, type ModelManifest, type PreparedModel } from "./prepared-model.ts";

const repairs = onDemand("repairs stored models", () => import("./repair.ts"));

const lanes = 2; // more gain nothing in Chromium and Firefox (16 MiB blocks, 2026-11-27)

export interface WarmModel {
  record: ModelRecord;
  store: ModelStore;
  pool: BufferPool;
  onProgress?: OnProgress;
  /** What the caller typed this time. */
  reference?: string;
  /** Opens the source that the model came from, to replace a damaged block; without it such a block is an error. */
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
      const delivered = { tensors: manifest.tensors, matrices };
      const outbox = new Outbox(bare, delivered, ({ bytes, file }) => upload.add(bytes.length, file));
      const readOrRepair = (file: string, index: number, laneSignal: AbortSignal) =>
        store.readBlock(record, file, index).catch(async (error: unknown) => {
          if (!isRotten(error) || !reopen) throw error;
          try {
            const { remakeBlock } = await repairs();
            const bytes = await remakeBlock({ record, store, file, index, reopen, pool, signal: laneSignal });
            await store.replaceBlock(record, file, index, bytes).catch(() => {}); // a full disk: the next load makes it again
            return bytes;
          } catch (cause) {
            laneSignal.throwIfAborted();
            throw isNetwork(cause) ? error : cause; // offline: the damage is the news
          }
        });
      const read = async ({ file, index, start, end }: BlockAtRest, laneSignal: AbortSignal): Promise<HeldBlock> => {
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
        const discard = (unused: HeldBlock) => unused.slot.release();
        for await (const block of inOrder(blocksIn(record), lanes, read, { signal, discard })) {
          await outbox.put(block);
          meter.add(block.bytes.length, block.file);
        }
        await outbox.finish();
      } finally {
        await outbox.finish().catch(() => {});
        pool.drain();
      }
      await store.touch(record.key, reference).catch(() => {}); // a full disk keeps no note, but its models can be used
      return { warm: true, storedBytes: record.sizeBytes, peakChunkBytes: pool.peakBytes };
    },
  };
}

const isNetwork = (error: unknown) => error instanceof PronkError && error.code === "network";

interface BlockAtRest {
  file: string;
  index: number;
  start: number; // in the stored file
  end: number;
}

function* blocksIn(record: ModelRecord): Generator<BlockAtRest> {
  for (const file of record.files)
    for (let index = 0; index < file.rowEnds.length; index++)
      yield { file: file.path, index, ...blockSpan(file, index) };
}
