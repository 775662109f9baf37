// A model between the two halves of a load: shapes known, weights still to come. Also its variant: the name under which the
// store keeps this form of a source's weights.

import type { PronkWarning } from "../errors.ts";
import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import type { GenerationDefaults, ModelConfig } from "../format/model-config.ts";
import type { GgufTokenizer } from "../format/gguf-tokenizer.ts";
import type { ModelOrigin } from "../format/license-evidence.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import type { WeightFormat } from "../format/weight-formats.ts";
import type { QuantizeChoice, StoredTensor, WeightSink } from "../quant/layout.ts";
import type { PackedTensor } from "../quant/packed-tensor.ts";
import type { PartBytes } from "../quant/row-format.ts";
import type { ModelSource } from "../source/source.ts";
import type { manifestVersion } from "../versions.ts";
import type { QuantizationReport } from "./quantizers.ts";

/** What is known about a model, and kept in the store for a warm start to know it without the source. */
export interface ModelManifest {
  /** Version of this record and of the stored blocks. store/standing.ts says which others are used. */
  version: typeof manifestVersion;
  card: ModelSource["card"];
  config: ModelConfig;
  generation: GenerationDefaults;
  parameters: number;
  /** Kept as in the file, or in pronk's q8 and q4. */
  tensors: StoredTensor[];
  /** Quantized by their publisher, and kept as in the file. Absent in old records, as are the following fields. */
  matrices?: QuantizedMatrix[];
  /** For each matrix, the small parts that decide its layout. */
  early?: Map<string, PartBytes>;
  /** Which of the source's weights these are. */
  format?: WeightFormat;
  /** The ids of all of them, the default first. */
  offered?: string[];
  /** A GGUF file's own. */
  ggufTokenizer?: GgufTokenizer;
  /** What the weight file says about where it comes from. */
  origin?: ModelOrigin;
  /** What is wrong with the model's files even though it runs; absent where nothing is. */
  warnings?: PronkWarning[];
  /** Bytes of the weight files at the source. */
  downloadBytes: number;
}

export interface PreparedModel extends Omit<ModelManifest, "version" | "matrices" | "early"> {
  sourceId: string;
  label: string;
  /** What `auto` resolved to; `none` for weights that are quantized already. */
  quantize: QuantizeChoice;
  /** The store's name for this form: see variantOf. */
  variant: string;
  matrices: QuantizedMatrix[];
  /** config.json, tokenizer files, templates, card, licence: path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  /** The bytes at the source of each of the weights offered; absent where that was not asked. */
  offeredBytes?: number[];
  /** Whether the weights are in the store already. */
  warm: boolean;
  /** Bytes of the weights in their stored form. */
  storeBytes: number;
  /**
   * The matrices with their layouts on the GPU. If the model is not in the store this reads the small parts that decide
   * them. Throws PronkError `network`, `format` or `model-unsupported`.
   */
  pack(options?: { signal?: AbortSignal }): Promise<PackedTensor[]>;
  /**
   * Delivers all weights, in order. Once for each prepared model. If it fails or is aborted, what is stored by then stays
   * there, invisible, and the next load resumes behind it. Throws PronkError `network`, `integrity`, `format` or
   * `storage-full`, or the signal's reason.
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
  /** For weights that were quantized while loading; absent where none were. */
  quantization?: QuantizationReport;
}

/** The quantization, and which of several sets of weights where it is not the source's default. */
export function variantOf(
  { format, offered }: Pick<OpenedCheckpoint, "format" | "offered">,
  quantize: QuantizeChoice,
): string {
  return format.id === offered[0] ? quantize : `${quantize}:${format.id}`;
}

/** The parts of `variantOf`; no weights for the source's default. */
export function parseVariant(variant: string): { quantize: QuantizeChoice; weights?: string } {
  const colon = variant.indexOf(":");
  if (colon < 0) return { quantize: variant as QuantizeChoice };
  return { quantize: variant.slice(0, colon) as QuantizeChoice, weights: variant.slice(colon + 1) };
}
