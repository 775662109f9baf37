// The model types that are Llama's graph, and how each differs from it, as transformers' configuration classes have it: what
// config.json means where it is silent, which products add a bias, whether heads are normed, how far attention reaches.

import { cousins } from "./cousins.ts";
import { attention, ffn, mostPositions, type Family } from "./family.ts";
import type { JsonFile } from "./json-file.ts";

/** By `model_type`. */
export const families: Readonly<Record<string, Family>> = {
  llama: {
    architectures: ["LlamaForCausalLM", "LLaMAForCausalLM"], // the second in conversions of Llama 1
    biases: (json) => [
      ...(json.flag("attention_bias", false) ? attention : []),
      ...(json.flag("mlp_bias", false) ? ffn : []),
    ],
    window: () => undefined,
  },
  mistral: {
    architectures: ["MistralForCausalLM"],
    kvHeads: 8,
    biases: () => [],
    // null means none; a missing field means 4096.
    window: (json) =>
      json.fields.sliding_window === null
        ? undefined
        : json.count("sliding_window", { max: mostPositions, fallback: 4096 }),
  },
  qwen2: {
    architectures: ["Qwen2ForCausalLM"],
    kvHeads: 32,
    biases: () => ["q", "k", "v"],
    window: qwenWindow,
  },
  qwen3: {
    architectures: ["Qwen3ForCausalLM"],
    kvHeads: 32,
    headDim: 128,
    biases: (json) => (json.flag("attention_bias", false) ? attention : []),
    headNorm: true,
    window: qwenWindow,
  },
  ...cousins,
};

/** For messages. */
export const whatRuns =
  "pronk runs the ForCausalLM of Llama, Mistral, Qwen2, Qwen3, Phi3, SmolLM3, Granite, Gemma, Gemma2, Gemma3, Olmo2, Olmo3, InternLM2 and StableLm.";

/** All layers reach equally far, or the model is refused: the layers behind `max_window_layers` may be narrower. */
function qwenWindow(json: JsonFile, layers: number): number | undefined {
  const window = json.flag("use_sliding_window", false)
    ? json.count("sliding_window", { max: mostPositions, fallback: 4096 })
    : undefined;
  const wide = Math.min(layers, json.count("max_window_layers", { min: 0, max: mostPositions, fallback: 28 }));
  const types = json.get("layer_types");
  const kinds = Array.isArray(types)
    ? [...new Set(types)]
    : [...(wide > 0 ? ["full_attention"] : []), ...(wide < layers && window ? ["sliding_attention"] : [])];
  if (kinds.length > 1)
    throw json.unsupported(
      types ? "layer_types" : "max_window_layers",
      types ?? wide,
      "All layers must reach equally far.",
    );
  return kinds[0] === "sliding_attention" ? window : undefined;
}
