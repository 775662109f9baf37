// The first half of a load: which model, which stored form, where its tensors lie. No weight is read; afterwards the
// GPU side knows every shape and can make its buffers. The second half is the `stream` of what comes back.

import { readCheckpoint } from "../format/checkpoint.ts";
import { countParameters } from "../format/llama-tensors.ts";
import type { GenerationDefaults, ModelConfig } from "../format/model-config.ts";
import { resolveQuantize, type AdapterRoom } from "../quant/choose.ts";
import type { QuantizeChoice, StoredTensor, WeightSink } from "../quant/layout.ts";
import { storedForm } from "../quant/stored-form.ts";
import { openSource } from "../source/open-source.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelReference, ModelSource } from "../source/source.ts";
import { ChunkPool } from "./chunk-pool.ts";
import { Delivery } from "./delivery.ts";
import { Outbox } from "./outbox.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { streamFromSource } from "./stream-from-source.ts";

export interface PrepareOptions {
  reference: ModelReference;
  /** Default `auto`. */
  quantize?: "auto" | QuantizeChoice;
  /** What `auto` may count on. */
  gpuLimits?: AdapterRoom;
  token?: string;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  /** Another hub than huggingface.co. */
  hubUrl?: string;
  /** Counts and bounds the bytes held; default one of six chunks. */
  pool?: ChunkPool;
}

/** A model whose shapes are known and whose weights are still to come. */
export interface PreparedModel {
  sourceId: string;
  label: string;
  card: ModelSource["card"];
  config: ModelConfig;
  generation: GenerationDefaults;
  parameters: number;
  /** What `auto` became. */
  quantize: QuantizeChoice;
  /** In the order in which `stream` delivers them. */
  tensors: StoredTensor[];
  /** config.json, tokenizer files, templates, card, licence: path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  /** Bytes of the weight files at the source. */
  downloadBytes: number;
  /** Bytes of the stored form; 0 where nothing is stored. */
  storedBytes: number;
  /** Whether the weights come from the store. Settled when `stream` resolves: another tab may have stored them meanwhile. */
  warm: boolean;
  /** Delivers all weights. Once per prepared model. On failure or abort nothing stays in the store. */
  stream(
    sink: WeightSink,
    options?: { signal?: AbortSignal },
  ): Promise<{ warm: boolean; storedBytes: number; peakChunkBytes: number }>;
}

export async function prepareModel(options: PrepareOptions): Promise<PreparedModel> {
  const { signal, onProgress, pool = new ChunkPool() } = options;
  const source = await openSource(options.reference, options);
  const checkpoint = await readCheckpoint(source, { signal });
  const parameters = countParameters(checkpoint.config);
  const quantize = resolveQuantize(options.quantize ?? "auto", { parameters, gpuLimits: options.gpuLimits });
  const form = storedForm(checkpoint, quantize, new Map(source.files.map((file) => [file.path, file.sizeBytes])));
  const weightFiles = new Set(form.files.map((file) => file.source));
  const downloadBytes = source.files.reduce((sum, file) => sum + (weightFiles.has(file.path) ? file.sizeBytes : 0), 0);
  return {
    sourceId: source.id,
    label: source.label,
    card: source.card,
    config: checkpoint.config,
    generation: checkpoint.generation,
    parameters,
    quantize,
    tensors: form.tensors,
    sideFiles: checkpoint.sideFiles,
    downloadBytes,
    storedBytes: 0,
    warm: false,
    async stream(sink, streamOptions = {}) {
      const streamSignal = streamOptions.signal ?? signal;
      const meter = new ProgressMeter(source.remote ? "download" : "read", downloadBytes, onProgress);
      const outbox = new Outbox(new Delivery(sink, form.tensors));
      await streamFromSource({
        ...{ source, tensors: checkpoint.tensors, form, pool, outbox, signal: streamSignal },
        onBytes: (count, file) => meter.add(count, file),
      });
      return { warm: false, storedBytes: 0, peakChunkBytes: pool.peakBytes };
    },
  };
}
