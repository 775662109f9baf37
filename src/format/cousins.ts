// Model types whose graph differs from Llama's by a switch or two, as transformers' configuration classes have them: how
// config.json says it. What would change the numbers and is not computed is refused here by its field.

import { attention, ffn, mostPositions, type Family } from "./family.ts";
import { readFused, takenApart } from "./fused.ts";
import { fromInternLm2, headPanels } from "./internlm2.ts";
import type { JsonFile } from "./json-file.ts";
import type { LocalLayers, ModelConfig } from "./model-config.ts";
import type { TensorSlice } from "./quantized.ts";
import { readGlobalRope, readLongRope, readPartialRope } from "./rope-config.ts";
import { scaledAsLlama } from "./scales.ts";
import type { LinearRole } from "./tensor-roles.ts";

/** By `model_type`; part of `families`. */
export const cousins: Readonly<Record<string, Family>> = {
  phi3: {
    architectures: ["Phi3ForCausalLM"],
    biases: (json) => {
      refuse(json, "attention_bias", false, "Phi-3 has no biases.");
      return [];
    },
    window: (json) =>
      json.get("sliding_window") === undefined ? undefined : json.count("sliding_window", { max: mostPositions }),
    rope: readLongRope,
    more: () => ({ family: "phi3" }),
    takeApart: takenApart,
    readWithin: readFused,
  },
  smollm3: {
    architectures: ["SmolLM3ForCausalLM"],
    kvHeads: 4,
    tied: true,
    theta: 2_000_000,
    biases,
    window: (json) => {
      // Only the layers that are not turned would be narrow.
      refuse(json, "use_sliding_window", false, "In SmolLM3 all layers see everything.");
      return undefined;
    },
    more: (json, { layers }) => ({ family: "smollm3", unturned: unturnedOf(json, layers) }),
  },
  granite: {
    architectures: ["GraniteForCausalLM"],
    biases,
    window: () => undefined,
    more: (json, config) => {
      const number = (field: string) => json.positive(field, 1);
      const scales = {
        embedding: number("embedding_multiplier"),
        attention: number("attention_multiplier"),
        residual: number("residual_multiplier"),
        logits: 1 / number("logits_scaling"),
      };
      return { family: "granite", ...scaledAsLlama(config, scales) };
    },
  },
  gemma: {
    architectures: ["GemmaForCausalLM"],
    headDim: 256,
    kvHeads: 16,
    tied: true,
    // "gelu" in the first releases meant the same, and transformers reads it so.
    activations: ["gelu_pytorch_tanh", "gelu"],
    biases: attentionBiases,
    window: () => undefined,
    more: (json, { dim }) => {
      refuse(json, "use_bidirectional_attention", false, "In Gemma tokens see those before them.");
      refuse(json, "hidden_activation", "gelu_pytorch_tanh", "In Gemma gelu_pytorch_tanh runs.");
      return { family: "gemma", embeddingScale: Math.sqrt(dim), gainOffset: 1, activation: "gelu" };
    },
  },
  internlm2: {
    architectures: ["InternLM2ForCausalLM"],
    biases: (json) => {
      // Silent means true there, and all that is published says false.
      if (json.flag("bias", true)) throw json.unsupported("bias", json.get("bias") ?? true, "In InternLM2 false runs.");
      return [];
    },
    window: () => undefined,
    more: () => ({ family: "internlm2" }),
    takeApart: fromInternLm2,
    panelsOf: headPanels,
  },
  olmo2: {
    architectures: ["Olmo2ForCausalLM"],
    headNorm: true,
    biases: attentionBiases,
    window: () => undefined,
    more: () => ({ family: "olmo2", jointNorm: true, norms: "behind" }),
    takeApart: withEndNorms,
  },
  olmo3: {
    architectures: ["Olmo3ForCausalLM"],
    theta: 500_000,
    headNorm: true,
    biases: attentionBiases,
    window: () => undefined,
    rope: readGlobalRope,
    more: (json, { layers, ropeTheta, ropeScaling }) => {
      const own = localTheta(json, json.positive("rope_theta", 500_000));
      const isOther = ropeScaling.kind !== "none" || own !== ropeTheta;
      const local = { ...localLayers(json, layers, 4), ...(isOther ? { ropeTheta: own } : {}) };
      const some = local.layers.length > 0 ? { local } : {};
      return { family: "olmo3", jointNorm: true, norms: "behind", ...some };
    },
    takeApart: withEndNorms,
  },
  stablelm: {
    architectures: ["StableLmForCausalLM", "StableLMEpochForCausalLM"],
    kvHeads: 32,
    epsField: "layer_norm_eps",
    biases: (json) => (json.flag("use_qkv_bias", false) ? ["q", "k", "v"] : []),
    window: () => undefined,
    rope: readPartialRope,
    more: (json) => {
      refuse(json, "qk_layernorm", false, "In StableLM heads that are not normed run.");
      refuse(json, "use_parallel_residual", false, "In StableLM the FFN behind attention runs.");
      return { family: "stablelm", layerNorm: true };
    },
  },
  gemma2: {
    architectures: ["Gemma2ForCausalLM"],
    headDim: 256,
    kvHeads: 4,
    tied: true,
    activations: ["gelu_pytorch_tanh"],
    biases: attentionBiases,
    window: () => undefined,
    more: (json, { dim, layers }) => {
      const cap = (field: string, silent: number) =>
        json.fields[field] === null ? undefined : json.positive(field, silent);
      const local = localLayers(json, layers, 2);
      const [attentionCap, logitCap] = [cap("attn_logit_softcapping", 50), cap("final_logit_softcapping", 30)];
      return {
        family: "gemma2",
        ...laterGemma(json, dim),
        ...(attentionCap ? { attentionCap } : {}),
        ...(logitCap ? { logitCap } : {}),
        ...(local.layers.length > 0 ? { local } : {}),
      };
    },
    takeApart: withEndNorms,
  },
  gemma3_text: {
    architectures: ["Gemma3ForCausalLM"],
    headDim: 256,
    kvHeads: 4,
    tied: true,
    theta: 1_000_000,
    activations: ["gelu_pytorch_tanh"],
    headNorm: true,
    biases: attentionBiases,
    window: () => undefined,
    rope: readGlobalRope,
    more: (json, { dim, layers }) => {
      for (const field of ["attn_logit_softcapping", "final_logit_softcapping"])
        refuse(json, field, undefined, "Gemma 3 runs without.");
      const pattern = json.count("sliding_window_pattern", { max: mostPositions, fallback: 6 });
      const local = {
        ...localLayers(json, layers, pattern),
        ropeTheta: localTheta(json, json.positive("rope_local_base_freq", 10_000)),
      };
      const some = local.layers.length > 0 ? { local } : {};
      return { family: "gemma3_text", ...laterGemma(json, dim), ...some };
    },
    takeApart: withEndNorms,
  },
};

function attentionBiases(json: JsonFile): LinearRole[] {
  return json.flag("attention_bias", false) ? attention : [];
}

function biases(json: JsonFile): LinearRole[] {
  return [...attentionBiases(json), ...(json.flag("mlp_bias", false) ? ffn : [])];
}

/** What Gemma 2 and 3 have alike. */
function laterGemma(json: JsonFile, dim: number): Partial<ModelConfig> {
  refuse(json, "use_bidirectional_attention", false, "In Gemma tokens see those before them.");
  refuse(json, "hidden_activation", "gelu_pytorch_tanh", "In Gemma gelu_pytorch_tanh runs.");
  const attentionScale = 1 / Math.sqrt(json.positive("query_pre_attn_scalar", 256));
  return { norms: "both", embeddingScale: Math.sqrt(dim), attentionScale, gainOffset: 1, activation: "gelu" };
}

/** The last of each `pattern` layers sees everything, unless `layer_types` say otherwise. */
function localLayers(json: JsonFile, layers: number, pattern: number): LocalLayers {
  const usual = Array.from({ length: layers }, (_, i) => `${(i + 1) % pattern ? "sliding" : "full"}_attention`);
  const types = json.get("layer_types") ?? usual;
  const isType = (type: unknown) => type === "sliding_attention" || type === "full_attention";
  if (!Array.isArray(types) || types.length !== layers || !types.every(isType))
    throw json.wrong("layer_types", `sliding_attention or full_attention for each of ${layers} layers`, types);
  return {
    layers: types.flatMap((type, i) => (type === "sliding_attention" ? [i] : [])),
    window: json.count("sliding_window", { max: mostPositions, fallback: 4096 }),
  };
}

/** The base of layers that see less. `silent`: where transformers 5's parameters do not say it. */
function localTheta(json: JsonFile, silent: number): number {
  const rope = json.object("rope_parameters")?.object("sliding_attention");
  if (rope) refuse(rope, "rope_type", "default", "Local layers run without scaling.");
  return rope?.positive("rope_theta", silent) ?? silent;
}

/** What OLMo and Gemma call their norms -> their names here. */
const normNames: Readonly<Record<string, string>> = {
  post_attention_layernorm: "post_self_attn_layernorm",
  pre_feedforward_layernorm: "post_attention_layernorm",
  post_feedforward_layernorm: "post_mlp_layernorm",
};

function withEndNorms(entry: TensorSlice): TensorSlice[] {
  return [{ ...entry, name: entry.name.replace(/\b(post|pre)_\w+_layernorm\b/, (name) => normNames[name] ?? name) }];
}

/** `no_rope_layers` has a 1 for each layer that is turned and a 0 for others; without it each fourth is not. */
function unturnedOf(json: JsonFile, layers: number): number[] {
  const value = json.get("no_rope_layers");
  const interval = json.count("no_rope_layer_interval", { max: mostPositions, fallback: 4 });
  const turned = value ?? Array.from({ length: layers }, (_, i) => Number((i + 1) % interval !== 0));
  if (!Array.isArray(turned) || turned.length !== layers || !turned.every((one) => one === 0 || one === 1))
    throw json.wrong("no_rope_layers", `a 0 or 1 for each of ${layers} layers`, value);
  return turned.flatMap((one, i) => (one === 0 ? [i] : []));
}

/** Throws `model-unsupported` for a field that says anything but what is known. */
function refuse(json: JsonFile, field: string, known: unknown, whatWorks: string): void {
  const value = json.get(field) ?? known;
  if (value !== known) throw json.unsupported(field, value, whatWorks);
}
