// A model between the two halves of a load: shapes known, weights still to come.

import type { GenerationDefaults, ModelConfig } from "../format/model-config.ts";
import type { QuantizeChoice, StoredTensor, WeightSink } from "../quant/layout.ts";
import type { ModelSource } from "../source/source.ts";

/** What is known, and what the store keeps so that a warm start knows it without the source. */
export interface ModelManifest {
  /** Version of this record and of the stored rows. A record with another version is not used. */
  version: 1;
  card: ModelSource["card"];
  config: ModelConfig;
  generation: GenerationDefaults;
  parameters: number;
  /** In the order in which `stream` delivers them. */
  tensors: StoredTensor[];
  /** Bytes of the weight files at the source. */
  downloadBytes: number;
}

export interface PreparedModel extends Omit<ModelManifest, "version"> {
  sourceId: string;
  label: string;
  /** What `auto` became. */
  quantize: QuantizeChoice;
  /** config.json, tokenizer files, templates, card, licence: path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  /** Whether the weights are in the store already. */
  warm: boolean;
  /** Bytes of the weights in their stored form. */
  storeBytes: number;
  /**
   * Delivers all weights, in order. Once for each prepared model. What is stored of them when it fails or is aborted
   * stays there, unseen, and the next load goes on behind it.
   * Throws PronkError `network`, `integrity`, `format` or `storage-full`, or the signal's reason.
   */
  stream(sink: WeightSink, options?: { signal?: AbortSignal }): Promise<StreamResult>;
}

export interface StreamResult {
  /** True when no weight byte came from the source (another tab may have stored the model meanwhile). */
  warm: boolean;
  /** Bytes in the store; 0 without one. */
  storedBytes: number;
  /** Largest number of weight bytes the loader held at once. */
  peakChunkBytes: number;
}
