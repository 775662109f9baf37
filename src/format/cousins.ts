// Model types whose graph differs from Llama's by a switch or two, as transformers' configuration classes have them: how
// config.json says it. What would change the numbers and is not computed is refused here by its field.

import { attention, ffn, mostPositions, type Family } from "./family.ts";
import { takenApart } from "./fused.ts";
import { fromInternLm2, headPanels } from "./internlm2.ts";
import type { JsonFile } from "./json-file.ts";
import { readLongRope } from "./rope-config.ts";
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
    biases: (json) => (json.flag("attention_bias", false) ? attention : []),
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
};

function biases(json: JsonFile): LinearRole[] {
  const ofAttention = json.flag("attention_bias", false) ? attention : [];
  return [...ofAttention, ...(json.flag("mlp_bias", false) ? ffn : [])];
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
