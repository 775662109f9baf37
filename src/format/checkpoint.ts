// A source's files -> a Checkpoint: configuration, sampling defaults and the tensor list, headers checked, no weight read.
// This is the folder's only entry; open-weights.ts finds out which weights they are.

import type { PronkWarning } from "../errors.ts";
import type { GgufTokenizer } from "./gguf-tokenizer.ts";
import { readGenerationConfig } from "./generation-config.ts";
import type { ModelOrigin } from "./license-evidence.ts";
import { JsonFile } from "./json-file.ts";
import { openWeights, type OpenWeightsOptions } from "./open-weights.ts";
import { isQuantized } from "./quantized.ts";
import { readSideFiles } from "./side-files.ts";
import type { TensorInfo } from "./tensor.ts";
import type { Checkpoint } from "./checkpoint-headers.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { weightFormats, type WeightFormat } from "./weight-formats.ts";
import { mlcConfig } from "../source/torch-names.ts";

export interface OpenedCheckpoint extends Checkpoint {
  /** config.json, tokenizer files, templates, card, licence: path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  /** Which of the source's weights these are. */
  format: WeightFormat;
  /** The ids of all weights that the source has; the first is the default. */
  offered: string[];
  /** A GGUF file's own tokenizer. */
  tokenizer?: GgufTokenizer;
  /** What a GGUF file says about where it comes from. */
  origin?: ModelOrigin;
  /** What is wrong with the files and was left out. */
  warnings: PronkWarning[];
}

/** Reads the headers of a checkpoint. Throws PronkError `format`, `model-unsupported` or `integrity`, naming file and field. */
export async function readCheckpoint(source: TensorFiles, options: OpenWeightsOptions = {}): Promise<OpenedCheckpoint> {
  const [sideFiles, opened] = await Promise.all([readSideFiles(source, options), openWeights(source, options)]);
  const { format, config, tensors, tokenizer, origin } = opened;
  const file = format.kind === "mlc" ? mlcConfig : "generation_config.json";
  const bytes = sideFiles.get(file);
  const { generation, eosIds, warnings } = bytes
    ? readGenerationConfig(JsonFile.parse(file, bytes))
    : { generation: {}, eosIds: [], warnings: [] };
  config.eosIds = [...new Set([...config.eosIds, ...eosIds])];
  return {
    config,
    generation,
    tensors: tensors.filter((tensor): tensor is TensorInfo => !isQuantized(tensor)),
    matrices: tensors.filter(isQuantized),
    sideFiles,
    format,
    offered: weightFormats(source).map(({ id }) => id),
    warnings,
    ...(tokenizer ? { tokenizer } : {}),
    ...(origin ? { origin } : {}),
  };
}
