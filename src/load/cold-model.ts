// A model that the store does not have: headers from the source, weights from the source, rows into the store and the
// sink at the same time.

import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import type { QuantizeChoice, WeightSink } from "../quant/layout.ts";
import { storedForm } from "../quant/stored-form.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import { Delivery } from "./delivery.ts";
import { Outbox, type KeepRow } from "./outbox.ts";
import type { ModelManifest, PreparedModel, StreamResult } from "./prepared-model.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { streamFromSource } from "./stream-from-source.ts";
import { warmModel } from "./warm-model.ts";

export interface ColdModel {
  source: ModelSource;
  checkpoint: OpenedCheckpoint;
  parameters: number;
  quantize: QuantizeChoice;
  /** What the caller typed, so that the store can be asked for it. */
  reference?: string;
  store?: ModelStore;
  pool: ChunkPool;
  onProgress?: OnProgress;
}

export function coldModel({
  source,
  checkpoint,
  parameters,
  quantize,
  reference,
  store,
  pool,
  onProgress,
}: ColdModel): PreparedModel {
  const form = storedForm(checkpoint, quantize, new Map(source.files.map((file) => [file.path, file.sizeBytes])));
  const weightFiles = new Set(form.files.map((file) => file.source));
  const manifest: ModelManifest = {
    version: 1,
    card: source.card,
    config: checkpoint.config,
    generation: checkpoint.generation,
    parameters,
    tensors: form.tensors,
    downloadBytes: source.files.reduce((sum, file) => sum + (weightFiles.has(file.path) ? file.sizeBytes : 0), 0),
  };
  const { sideFiles } = checkpoint;

  const streamCold = async (sink: WeightSink, signal?: AbortSignal, keep?: KeepRow) => {
    const phase = source.remote ? "download" : quantize === "none" ? "read" : "convert";
    const meter = new ProgressMeter(phase, manifest.downloadBytes, onProgress);
    const count = (bytes: number, file: string) => meter.add(bytes, file);
    const outbox = new Outbox(new Delivery(sink, form.tensors), keep);
    const counted = source.remote ? { onBytes: count } : { onConsumed: count };
    await streamFromSource({ source, tensors: checkpoint.tensors, form, pool, outbox, signal, ...counted });
  };

  const streamThroughStore = async (
    models: ModelStore,
    sink: WeightSink,
    signal?: AbortSignal,
  ): Promise<StreamResult> => {
    const files = form.files.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    const record = {
      sourceId: source.id,
      variant: quantize,
      label: source.label,
      references: reference ? [reference] : [],
      manifest,
      sideFiles,
      files,
    };
    const outcome = await models.add(
      record,
      (writer) => streamCold(sink, signal, (row) => writer.writeRow(row.file, row.index, row.bytes)),
      signal,
    );
    const stored = await models.find(source.id, quantize);
    if (outcome === "present" && stored)
      return warmModel({ record: stored, store: models, pool, onProgress }).stream(sink, { signal });
    return { warm: false, storedBytes: stored?.sizeBytes ?? 0, peakChunkBytes: pool.peakBytes };
  };

  return {
    ...manifest,
    sourceId: source.id,
    label: source.label,
    quantize,
    sideFiles,
    warm: false,
    async stream(sink, { signal } = {}) {
      if (store) return streamThroughStore(store, sink, signal);
      await streamCold(sink, signal);
      return { warm: false, storedBytes: 0, peakChunkBytes: pool.peakBytes };
    },
  };
}
