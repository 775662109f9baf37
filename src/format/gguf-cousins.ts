// The cousins of Llama in GGUF files: what their metadata say beside Llama's own, and which tensors hold several matrices. Keys
// and names: ggml-org/llama.cpp, gguf-py/gguf/constants.py; which rows are in pairs: the rope types of src/llama-model.cpp.

import { PronkError } from "../errors.ts";
import type { GgufTensor } from "./gguf.ts";
import type { GgufArchitecture } from "./gguf-model.ts";
import { linearRows } from "./llama-tensors.ts";
import type { LocalLayers, ModelConfig } from "./model-config.ts";
import { scaledAsLlama } from "./scales.ts";
import type { LinearRole } from "./tensor-roles.ts";

const [longFactors, shortFactors] = ["rope_factors_long.weight", "rope_factors_short.weight"];

/** By `general.architecture`. */
export const ggufCousins: Readonly<Record<string, GgufArchitecture>> = {
  phi3: {
    partial: true,
    tables: [longFactors, shortFactors],
    scaling: (json, tables) => {
      const kind = json.text("phi3.rope.scaling.type") ?? "none";
      if (kind !== "none" && kind !== "longrope")
        throw json.unsupported("phi3.rope.scaling.type", kind, "In Phi-3 longrope works.");
      const [long, short] = [tables.get(longFactors), tables.get(shortFactors)];
      if (!long && !short) return { kind: "none" };
      if (!long || !short) throw json.missing(long ? shortFactors : longFactors, "the other table of factors");
      return {
        kind: "long",
        shortFactors: short,
        longFactors: long,
        originalContextLength: json.count("phi3.rope.scaling.original_context_length", { max: 2 ** 31 }),
        attentionFactor: json.positive("phi3.rope.scaling.attn_factor", 1),
      };
    },
    more: () => ({ family: "phi3" }),
    takeApart: phiTakenApart,
  },
  smollm3: {
    interleaved: true,
    // No key says it: llama.cpp has the number, too.
    more: (_, { layers }) => ({
      family: "smollm3",
      unturned: Array.from({ length: Math.floor(layers / 4) }, (_one, i) => 4 * i + 3),
    }),
  },
  granite: {
    interleaved: true,
    more: (json, config) => {
      if (!json.flag("granite.rope.scaling.finetuned", true))
        throw json.unsupported("granite.rope.scaling.finetuned", false, "Granite runs with RoPE.");
      const number = (key: string, silent = 1) => json.positive(`granite.${key}`, silent);
      return {
        family: "granite",
        ...scaledAsLlama(config, {
          embedding: number("embedding_scale"),
          attention: number("attention.scale", 1 / Math.sqrt(config.headDim)),
          residual: number("residual_scale"),
          logits: 1 / number("logit_scale"),
        }),
      };
    },
  },
  // The converters of Gemma have added the 1 to the gains.
  gemma: { more: (_, { dim }) => ({ family: "gemma", embeddingScale: Math.sqrt(dim), activation: "gelu" }) },
  gemma2: {
    local: true,
    more: (json, config) => ({
      family: "gemma2",
      ...laterGemma(config, 46),
      attentionCap: json.positive("gemma2.attn_logit_softcapping", 50),
      logitCap: json.positive("gemma2.final_logit_softcapping", 30),
      local: localLayers(config, 2, json.count("gemma2.attention.sliding_window", { max: 2 ** 31, fallback: 4096 })),
    }),
  },
  gemma3: {
    headNorm: true,
    local: true,
    more: (json, config) => {
      if (json.get("gemma3.final_logit_softcapping") !== undefined)
        throw json.unsupported(
          "gemma3.final_logit_softcapping",
          json.get("gemma3.final_logit_softcapping"),
          "Gemma 3 runs without.",
        );
      const pattern = json.count("gemma3.attention.sliding_window_pattern", { max: 2 ** 16, fallback: 6 });
      const window = json.count("gemma3.attention.sliding_window", { max: 2 ** 31 });
      const ropeTheta = json.positive("gemma3.rope.freq_base_swa", 10_000);
      const local = { ...localLayers(config, pattern, window), ropeTheta };
      return { family: "gemma3_text", ...laterGemma(config, 62), local };
    },
  },
  stablelm: {
    partial: true,
    epsKey: "layer_norm_epsilon",
    more: (json) => {
      if (json.flag("stablelm.use_parallel_residual", false))
        throw json.unsupported("stablelm.use_parallel_residual", true, "In StableLM the FFN behind attention runs.");
      return { family: "stablelm", layerNorm: true };
    },
  },
  olmo2: {
    headNorm: true,
    more: (json) => {
      // OLMo 3 goes by this name, too.
      if (json.get("olmo2.attention.sliding_window") !== undefined)
        throw json.unsupported(
          "olmo2.attention.sliding_window",
          json.get("olmo2.attention.sliding_window"),
          "OLMo 2 runs, which sees everything.",
        );
      return { family: "olmo2", jointNorm: true, norms: "behind" };
    },
  },
};

/** `largest`: layers of 27B, whose scale is that of another width than its heads'. No key says it: llama.cpp has the numbers, too. */
function laterGemma({ dim, heads, headDim, layers }: ModelConfig, largest: number): Partial<ModelConfig> {
  const attentionScale = 1 / Math.sqrt(layers === largest ? dim / heads : headDim);
  return { norms: "both", embeddingScale: Math.sqrt(dim), attentionScale, activation: "gelu" };
}

/** All but the last of each `pattern` layers. */
function localLayers({ layers }: ModelConfig, pattern: number, window: number): LocalLayers {
  const all = Array.from({ length: layers }, (_, i) => i);
  return { layers: all.filter((i) => (i + 1) % pattern !== 0), window };
}

const joined: Readonly<Record<string, [LinearRole, string][]>> = {
  attn_qkv: [["q", "attn_q"], ["k", "attn_k"], ["v", "attn_v"]],
  ffn_up: [["gate", "ffn_gate"], ["up", "ffn_up"]],
}; // prettier-ignore

/** q, k and v, and gate and up, stand below each other: each gets its own rows. Any other tensor as it is. */
function phiTakenApart(tensor: GgufTensor, config: ModelConfig): GgufTensor[] {
  const { name, file, start, end, shape, type } = tensor;
  const [, layer, part] = /^(blk\.\d+\.)(attn_qkv|ffn_up)\.weight$/.exec(name) ?? [];
  if (part === undefined) return [tensor];
  if (type === "NVFP4")
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${file}" holds several matrices in NVFP4, which this version of pronk does not run. Take the file in another type.`,
      { file, field: name, expected: "another type", found: type },
    );
  const rows = linearRows(config);
  const all = joined[part].reduce((sum, [role]) => sum + rows[role], 0);
  if (shape[0] !== all)
    throw new PronkError(
      "format",
      `Tensor "${name}" in "${file}" has ${shape[0]} rows; the file's metadata ask for ${all}.`,
      { file, field: name, expected: `${all} rows`, found: `${shape[0]}` },
    );
  const rowBytes = (end - start) / all;
  let at = start;
  return joined[part].map(([role, own]) => {
    const first = at;
    at += rows[role] * rowBytes;
    return { ...tensor, name: `${layer}${own}.weight`, shape: [rows[role], shape[1]], start: first, end: at };
  });
}
