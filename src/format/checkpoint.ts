// A source's files -> a Checkpoint: configuration, sampling defaults and the tensor list, headers checked, no weight
// read. This is the one door of the folder; what kind of checkpoint it is, is decided here.

import { PronkError } from "../errors.ts";
import { readConfig, refuseQuantized } from "./config.ts";
import { readGenerationConfig } from "./generation-config.ts";
import { JsonFile } from "./json-file.ts";
import { expectedTensors } from "./llama-tensors.ts";
import { findLlama2c, readLlama2c } from "./llama2c.ts";
import { findTensors } from "./shards.ts";
import { readSideFiles } from "./side-files.ts";
import type { Checkpoint } from "./tensor.ts";
import type { TensorFiles } from "./tensor-files.ts";

export interface OpenedCheckpoint extends Checkpoint {
  /** config.json, tokenizer files, templates, card, licence: path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
}

/** Reads the headers of a checkpoint. Throws PronkError `format`, `unsupported` or `integrity`, naming file and field. */
export async function readCheckpoint(
  source: TensorFiles,
  options: { signal?: AbortSignal } = {},
): Promise<OpenedCheckpoint> {
  const sideFiles = await readSideFiles(source, options);
  const configBytes = sideFiles.get("config.json");
  if (!configBytes) {
    const bin = findLlama2c(source);
    if (bin) return { ...(await readLlama2c(source, bin, options)), sideFiles };
    throw new PronkError(
      "format",
      `${source.label} has no config.json. A model needs config.json and safetensors (or one llama2.c .bin) in the folder named; its files are: ${listed(source)}.`,
      { file: "config.json", expected: "config.json", found: null },
    );
  }
  const json = JsonFile.parse("config.json", configBytes);
  refuseQuantized(json);
  const config = readConfig(json);
  const generationBytes = sideFiles.get("generation_config.json");
  const { generation, eosIds } = generationBytes
    ? readGenerationConfig(JsonFile.parse("generation_config.json", generationBytes))
    : { generation: {}, eosIds: [] };
  config.eosIds = [...new Set([...config.eosIds, ...eosIds])];
  const tensors = await findTensors(source, expectedTensors(config), options);
  return { config, generation, tensors, sideFiles };
}

function listed(source: TensorFiles): string {
  const paths = source.files.map((file) => file.path);
  return paths.length === 0 ? "none" : paths.slice(0, 8).join(", ") + (paths.length > 8 ? ", …" : "");
}
