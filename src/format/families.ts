// The model types that are Llama's graph, and how each differs from it, as transformers' configuration classes have it: what
// config.json means where it is silent, which products add a bias, whether heads are normed, how far attention reaches.

import type { JsonFile } from "./json-file.ts";
import type { LinearRole } from "./tensor-roles.ts";

export interface Family {
  /** In config.json's `architectures`. */
  architectures: readonly string[];
  headDim?: number;
  kvHeads?: number;
  biases(json: JsonFile): LinearRole[];
  /** q and k are normed, head by head. */
  headNorm?: true;
  /** Positions that attention reaches back, its own included; undefined for all. */
  window(json: JsonFile, layers: number): number | undefined;
}

const attention: LinearRole[] = ["q", "k", "v", "output"];
const ffn: LinearRole[] = ["gate", "up", "down"];
const mostPositions = 2 ** 31;

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
};

/** For messages. */
export const whatRuns =
  "pronk runs LlamaForCausalLM (Llama 1 to 3, Code Llama, Vicuna, TinyLlama, SmolLM2), MistralForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM, with silu.";

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
