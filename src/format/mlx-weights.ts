// A model in MLX's first form, weights.npz or weights.00.npz and so on. Either under Meta's names with a config.json in
// Meta's words (ml-explore/mlx-examples, llms/llama and llms/mistral), or under Hugging Face's with its config.json.
// Quantized matrices are as in safetensors.

import { configReader } from "./config-reader.ts";
import type { JsonFile } from "./json-file.ts";
import type { ReadMatrix } from "./linear-parts.ts";
import { hubName, metaConfig } from "./meta-model.ts";
import type { ModelConfig } from "./model-config.ts";
import { findModelTensors } from "./model-tensors.ts";
import { readNpzFile } from "./npz-file.ts";
import type { ModelTensor } from "./quantized.ts";
import type { SafetensorsEntry } from "./safetensors.ts";
import type { ShardKind } from "./shards.ts";
import { sizeLimits } from "./size-limits.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { isNpzPath } from "../source/torch-names.ts";

/** Fields that MLX's converters write, or Mistral has, beside Meta's. */
const further = "model_type quantization rope_traditional hidden_dim head_dim sliding_window".split(" ");

interface OpenOptions {
  readMatrix?: ReadMatrix;
  headApart?: boolean;
  signal?: AbortSignal;
}

/**
 * `files`: the archives, in order. `json`: config.json. Throws PronkError `format` or `model-unsupported`, naming file and
 * field or tensor.
 */
export async function openMlx(
  source: TensorFiles,
  files: readonly string[],
  json: JsonFile,
  options: OpenOptions,
): Promise<{ config: ModelConfig; tensors: ModelTensor[] }> {
  const headers = new Map<string, SafetensorsEntry[]>();
  for (const file of files) headers.set(file, await readNpzFile(source, file, options));
  const shards: ShardKind = {
    whole: "weights.npz",
    index: "",
    isShard: isNpzPath,
    readHeader: async (_, file) => headers.get(file)!.map((entry) => ({ ...entry, name: hubName(entry.name) })),
  };
  if (json.get("dim") === undefined) {
    const { readConfig, layoutOf } = await configReader();
    const stated = readConfig(json);
    return findModelTensors(source, stated, { ...options, shards, ...layoutOf(stated) });
  }

  const entries = new Map([...headers.values()].flat().map((entry) => [entry.name, entry]));
  const modelType = json.text("model_type") ?? "llama";
  if (modelType !== "llama" && modelType !== "mistral")
    throw json.unsupported("model_type", modelType, "In such files llama and mistral are.");
  const [fallback] = entries.get("layers.0.feed_forward.w1.weight")?.shape ?? [];
  const isTold = fallback !== undefined || json.get("hidden_dim") !== undefined;
  const hiddenDim = isTold ? json.count("hidden_dim", { max: sizeLimits.hiddenDim, fallback }) : undefined;
  const stated = metaConfig(json, [{ file: files[0], entries }], { further, hiddenDim });
  const headDim = json.count("head_dim", { max: sizeLimits.headDim, fallback: stated.headDim });
  if (headDim !== stated.headDim) throw json.wrong("head_dim", `dim / n_heads (${stated.headDim})`, headDim);
  const window =
    json.get("sliding_window") === undefined
      ? {}
      : { window: json.count("sliding_window", { max: sizeLimits.context }) };
  const { config, tensors } = await findModelTensors(source, { ...stated, ...window }, { ...options, shards });
  const heads: Record<string, number> = { q: config.heads, k: config.kvHeads };
  // Meta's order of rows, unless it says that they are in halves.
  const inPairs = json.flag("rope_traditional", true);
  return {
    config,
    tensors: tensors.map((tensor) => {
      const [, role] = /self_attn\.([qk])_proj\.weight$/.exec(tensor.name) ?? [];
      return role && inPairs ? { ...tensor, interleavedRopeHeads: heads[role] } : tensor;
    }),
  };
}
