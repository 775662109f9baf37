// A model's GGUF files -> configuration, tensors, tokenizer and where they say it comes from. Headers only; no weight is
// read but the one tensor that is configuration.

import { PronkError } from "../errors.ts";
import { configReader } from "./config-reader.ts";
import { readGgufModel } from "./gguf-files.ts";
import { type GgufHeader, type GgufTensor, readGgufHeader } from "./gguf.ts";
import { ggufConfig, ggufOrigin, ggufTensors, hubName, isInterleaved, isOwn, ropeTablesOf } from "./gguf-model.ts";
import type { GgufArchitecture } from "./gguf-model.ts";
import { ggufTokenizer, type GgufTokenizer } from "./gguf-tokenizer.ts";
import type { ModelOrigin } from "./license-evidence.ts";
import type { ModelConfig } from "./model-config.ts";
import type { ModelTensor } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";

// For adapters, which are not models: the parts of a header that are read the same way.
export { hubName, isInterleaved, ggufOrigin, readGgufHeader };

interface GgufWeights {
  config: ModelConfig;
  tensors: ModelTensor[];
  origin: ModelOrigin;
  tokenizer?: GgufTokenizer;
}

/** `paths`: one of `ggufModels`. */
export async function openGguf(
  source: TensorFiles,
  paths: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<GgufWeights> {
  const header = await readGgufModel(source, paths, { signal });
  const name = header.metadata.get("general.architecture");
  const cousins = isOwn(name) ? {} : (await configReader()).ggufCousins;
  const cousin = Object.hasOwn(cousins, String(name)) ? cousins[String(name)] : undefined;
  const config = ggufConfig(header, await readTables(source, header, { cousin, signal }), cousin);
  const tokenizer = header.metadata.has("tokenizer.ggml.model") ? ggufTokenizer(header) : undefined;
  const tensors = ggufTensors(header, config, cousin);
  return { config, tensors, origin: ggufOrigin(header), ...(tokenizer ? { tokenizer } : {}) };
}

/** Half a head of floats each: the tensors that are configuration. */
async function readTables(
  source: TensorFiles,
  header: GgufHeader,
  { cousin, signal }: { cousin?: GgufArchitecture; signal?: AbortSignal },
): Promise<Map<string, number[]>> {
  const tables = new Map<string, number[]>();
  for (const tensor of ropeTablesOf(header, cousin)) tables.set(tensor.name, await readTable(source, tensor, signal));
  return tables;
}

async function readTable(source: TensorFiles, tensor: GgufTensor, signal?: AbortSignal): Promise<number[]> {
  const bytes = await source.read(tensor.file, tensor.start, tensor.end, { signal });
  const factors = [...new Float32Array(bytes.slice().buffer)];
  if (factors.every((factor) => Number.isFinite(factor) && factor > 0)) return factors;
  throw new PronkError("format", `Tensor "${tensor.name}" in "${tensor.file}" has factors that are not over 0.`, {
    file: tensor.file,
    field: tensor.name,
    expected: "numbers over 0",
  });
}
