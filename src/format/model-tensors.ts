// The model's tensors in a source's safetensors files, whatever their scheme. Headers only: a file without a wanted
// tensor costs its header and no byte more.

import { expectedTensors } from "./llama-tensors.ts";
import { foreignLayout, missingMatrices, toModelTensors } from "./linear-parts.ts";
import type { ModelConfig } from "./model-config.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { ModelTensor } from "./quantized.ts";
import { missingError, readEntries } from "./shards.ts";
import type { TensorFiles } from "./tensor-files.ts";

export async function findModelTensors(
  source: TensorFiles,
  config: ModelConfig,
  { declared, signal }: { declared?: DeclaredQuantization; signal?: AbortSignal } = {},
): Promise<ModelTensor[]> {
  const expected = expectedTensors(config);
  const missingOf = (some: Parameters<typeof missingMatrices>[1]) => missingMatrices(expected.keys(), some);
  const { entries, missing, where, lost } = await readEntries(source, missingOf, { signal });
  if (missing.length > 0) throw foreignLayout(entries, where) ?? missingError(missing, where, lost);
  return toModelTensors(expected, entries, declared);
}
