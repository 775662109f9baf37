// A model that the store does not have, or has only in part: headers from the source, then blocks from the store as far as
// it has them and from the source after that, into the sink and the store at the same time.

import { bytesOf, weightFormats } from "../format/weight-formats.ts";
import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import type { QuantizeChoice, WeightSink } from "../quant/layout.ts";
import { readEarlyParts } from "../quant/early-parts.ts";
import { packTensors } from "../quant/packed-tensor.ts";
import type { PartBytes } from "../quant/row-format.ts";
import type { RowQuantizer } from "../quant/rows.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelSource } from "../source/source.ts";
import { announce, follow } from "../store/followers.ts";
import { modelKey, type NewModel } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import type { ModelWriter } from "../store/model-writer.ts";
import { manifestVersion } from "../versions.ts";
import { type CutFile, fileBlocks, formAndCut } from "./blocks.ts";
import { coldStream } from "./cold-stream.ts";
import { sinkWithoutCopy, withoutCopy } from "./head-copy.ts";
import type { BufferPool } from "./look-ahead.ts";
import { variantOf, type ModelManifest, type PreparedModel, type StreamResult } from "./prepared-model.ts";
import { MeasuredQuantizer, ScriptQuantizer } from "./quantizers.ts";
import { copyUnchanged } from "./unchanged.ts";
import { warmModel } from "./warm-model.ts";

export interface ColdModel {
  source: ModelSource;
  checkpoint: OpenedCheckpoint;
  parameters: number;
  quantize: QuantizeChoice;
  /** The names under which the store is to find it. */
  references: readonly string[];
  /** How it is stored, if that is already settled; otherwise it follows from checkpoint and quantization. */
  as?: { form: StoredForm; cut: CutFile[]; downloadBytes: number };
  store?: ModelStore;
  pool: BufferPool;
  /** Default: in JavaScript. */
  quantizer?: RowQuantizer;
  startHashThread?: StartHashThread;
  onProgress?: OnProgress;
}

export function coldModel(options: ColdModel): PreparedModel {
  const { source, checkpoint, parameters, quantize, references, store, pool, startHashThread, onProgress } = options;
  const { form, cut } = options.as ?? formAndCut(source, checkpoint, quantize);
  const weightFiles = new Set(form.files.map((file) => file.source));
  const { sideFiles, matrices, format, offered, tokenizer, origin, warnings } = checkpoint;
  const variant = variantOf(checkpoint, quantize);
  let early: Promise<Map<string, PartBytes>> | undefined;
  const readEarly = (signal?: AbortSignal) => (early ??= readEarlyParts(source, matrices, { signal }));
  const manifest: ModelManifest = {
    version: manifestVersion,
    card: source.card,
    config: checkpoint.config,
    generation: checkpoint.generation,
    parameters,
    tensors: form.tensors,
    matrices,
    format,
    offered,
    ...(tokenizer ? { ggufTokenizer: tokenizer } : {}),
    ...(origin ? { origin } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    downloadBytes:
      options.as?.downloadBytes ??
      source.files.reduce((sum, file) => sum + (weightFiles.has(file.path) ? file.sizeBytes : 0), 0),
  };

  const quantizer = new MeasuredQuantizer(options.quantizer ?? new ScriptQuantizer());

  const stream = async (sink: WeightSink, tell: OnProgress | undefined, signal?: AbortSignal, writer?: ModelWriter) => {
    const from = { source, checkpoint, form, cut, quantizer };
    const to = { sink: sinkWithoutCopy(sink, manifest), store, writer };
    await coldStream({ ...from, ...to, pool, startHashThread, onProgress: tell, signal });
  };

  const result = (): StreamResult => ({
    warm: false,
    storedBytes: 0,
    peakChunkBytes: pool.peakBytes,
    quantization: quantizer.report(),
  });

  const streamThroughStore = async (
    models: ModelStore,
    sink: WeightSink,
    signal?: AbortSignal,
  ): Promise<StreamResult> => {
    const record: NewModel<ModelManifest> = {
      sourceId: source.id,
      variant,
      label: source.label,
      references: [...references],
      manifest: { ...manifest, early: await readEarly(signal) },
      sideFiles,
      files: cut.map(fileBlocks),
    };
    const key = modelKey(source.id, variant);
    const unfollow = follow(key, (event) => onProgress?.(event)); // until this tab writes itself
    const write = async (writer: ModelWriter) => {
      unfollow();
      const followers = announce(key);
      const tell: OnProgress = (event) => {
        onProgress?.(event);
        followers.tell(event);
      };
      const fill = async () => {
        await copyUnchanged(models, writer, cut, source, signal);
        await stream(sink, tell, signal, writer);
      };
      await fill().finally(() => followers.close());
    };
    const outcome = await models.add(record, write, signal).finally(unfollow);
    const stored = await models.find(source.id, variant);
    if (outcome === "present") {
      if (!stored) return streamThroughStore(models, sink, signal); // deleted since
      return warmModel({ record: stored, store: models, pool, onProgress, reopen: async () => source }).stream(sink, {
        signal,
      });
    }
    return { ...result(), storedBytes: stored?.sizeBytes ?? 0 };
  };

  return {
    ...manifest,
    tensors: withoutCopy(manifest),
    matrices,
    sourceId: source.id,
    label: source.label,
    quantize,
    variant,
    sideFiles,
    offeredBytes: weightFormats(source).map((offer) => bytesOf(source, offer)),
    warm: false,
    storeBytes: form.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    pack: async ({ signal } = {}) => packTensors(matrices, await readEarly(signal)),
    async stream(sink, { signal } = {}) {
      if (store) return streamThroughStore(store, sink, signal);
      await stream(sink, onProgress, signal);
      return result();
    },
  };
}
