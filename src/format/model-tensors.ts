// The model's tensors in a source's safetensors files, whatever their scheme. Headers only: a file without a wanted
// tensor costs its header and no byte more.

import { foreignTensors } from "./foreign-layouts.ts";
import { settleHead } from "./head.ts";
import { expectedTensors } from "./llama-tensors.ts";
import { missingMatrices, toModelTensors } from "./linear-parts.ts";
import type { ModelConfig } from "./model-config.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { ModelTensor, TensorSlice } from "./quantized.ts";
import { missingError, readEntries } from "./shards.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** `stated`: what config.json says. The configuration that comes back is that of the tensors. */
export async function findModelTensors(
  source: TensorFiles,
  stated: ModelConfig,
  { declared, signal }: { declared?: DeclaredQuantization; signal?: AbortSignal } = {},
): Promise<{ config: ModelConfig; tensors: ModelTensor[] }> {
  const missingOf = (some: readonly TensorSlice[]) => {
    const { config, entries } = settleHead(stated, some);
    return missingMatrices(expectedTensors(config).keys(), entries);
  };
  const { entries: all, missing, where, lost } = await readEntries(source, missingOf, { signal });
  try {
    if (missing.length > 0) throw missingError(missing, where, lost);
    const { config, entries } = settleHead(stated, all);
    return { config, tensors: toModelTensors(expectedTensors(config), entries, declared) };
  } catch (error) {
    throw foreignTensors(all) ?? error;
  }
}
