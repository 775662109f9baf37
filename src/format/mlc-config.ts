// mlc-chat-config.json -> the model's configuration, and how its matrices are kept. Source: mlc-ai/mlc-llm,
// interface/gen_config.py and quantization/quantization.py.

import type * as ConfigReader from "./config.ts";
import { JsonFile } from "./json-file.ts";
import type { ModelConfig } from "./model-config.ts";
import { sizeLimits } from "./size-limits.ts";
import { readIds } from "./token-ids.ts";

/** Bits of a code; 0: not quantized. */
export type MlcBits = 0 | 3 | 4;

/** By the name of the quantization. */
const quantizations: Readonly<Record<string, MlcBits>> = {
  ...{ q0f16: 0, q0bf16: 0, q0f32: 0 },
  ...{ q3f16_1: 3 },
  ...{ q4f16_1: 4, q4f16_2: 4, q4bf16_1: 4, q4f32_1: 4 },
};

const whatWorks = `Of MLC's quantizations ${Object.keys(quantizations).join(", ")} work.`;

/** Throws PronkError `format` or `model-unsupported`, naming the field. */
export function readMlcConfig(
  json: JsonFile,
  { readConfig }: typeof ConfigReader,
): { config: ModelConfig; bits: MlcBits } {
  const quantization = json.text("quantization");
  if (quantization === undefined) throw json.missing("quantization", "a name like q4f16_1");
  if (!Object.hasOwn(quantizations, quantization)) throw json.unsupported("quantization", quantization, whatWorks);
  const model = json.object("model_config");
  if (!model) throw json.missing("model_config", "an object of the model's sizes");
  const theta = model.positive("rope_theta", 10_000); // Qwen's name; Llama's is MLC's own
  const window = model.count("sliding_window_size", { min: -1, max: sizeLimits.context, fallback: -1 });
  const context = model.count("context_window_size", { min: -1, max: sizeLimits.context, fallback: window });
  const fields = {
    ...model.fields,
    model_type: json.get("model_type"),
    rope_theta: model.positive("position_embedding_base", theta),
    max_position_embeddings: context > 0 ? context : window, // -1 stands for none beside a window
    sliding_window: window > 0 ? window : null,
    bos_token_id: json.get("bos_token_id"),
    eos_token_id: endIds(json),
  };
  const config = readConfig(new JsonFile(json.file, fields, "model_config."));
  if (config.family !== undefined)
    throw json.unsupported("model_type", config.family, "Of MLC's files those of Llama, Mistral, Qwen2 and Qwen3 run.");
  return { config, bits: quantizations[quantization] };
}

/** Those of the tokenizer, and those that the conversation stops at. In older files that is only a name. */
function endIds(json: JsonFile): number[] {
  const stops = typeof json.get("conv_template") === "string" ? undefined : json.object("conv_template");
  return [...new Set([...readIds(json, "eos_token_id"), ...(stops ? readIds(stops, "stop_token_ids") : [])])];
}
