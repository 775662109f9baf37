// A Llama-family model's shape in the paper's words. Hugging Face's names are translated here once, by `config.ts`, and
// llama2.c's header by `llama2c.ts`; nothing downstream sees any other vocabulary.

import type { LinearRole } from "./tensor-roles.ts";

/** How rotary frequencies are stretched to let a model read further than it was trained for. */
export type RopeScaling =
  | {
      /** As they are. */
      kind: "none";
    }
  | {
      /** All are divided by `factor`. */
      kind: "linear";
      /** Above 0. */
      factor: number;
    }
  | {
      /** Hugging Face's NTK scaling, which grows with the context. */
      kind: "dynamic";
      /** Above 0. */
      factor: number;
      /** Positions before. */
      originalContextLength: number;
    }
  | {
      /** Llama 3.1's: low frequencies are divided, high ones kept, those between blended. */
      kind: "llama3";
      /** What low ones are divided by. */
      factor: number;
      /** Turns in the original context up to which a frequency is low. */
      lowFreqFactor: number;
      /** Turns in the original context from which on a frequency is high. */
      highFreqFactor: number;
      /** Positions before. */
      originalContextLength: number;
    }
  | {
      /** Phi-3's longrope: each frequency has its own divisor, one for the trained context and one for any longer. */
      kind: "long";
      /** Of the frequencies, in order, where the whole context is the trained one. */
      shortFactors: number[];
      /** Where it is longer. */
      longFactors: number[];
      /** Positions before. */
      originalContextLength: number;
      /** Multiplies what is turned. */
      attentionFactor: number;
    }
  | {
      /** Yarn's and GGUF's: each frequency has its own divisor. */
      kind: "factors";
      /** Of the headDim / 2 frequencies, in order. */
      factors: number[];
      /** Multiplies what is turned; undefined: 1. */
      attentionFactor?: number;
    };

/** Layers of local attention. */
export interface LocalLayers {
  /** Which. */
  layers: readonly number[];
  /** Positions that they see, the last of them their own. */
  window: number;
  /** Base of their rotary frequencies, which are not scaled then (Gemma 3, OLMo 3); undefined: as the others'. */
  ropeTheta?: number;
}

/** The shape of a model of the Llama family. */
export interface ModelConfig {
  /** Width of the residual stream. */
  dim: number;
  /** Width of SwiGLU. */
  hiddenDim: number;
  /** How many. */
  layers: number;
  /** Of queries. */
  heads: number;
  /** Of keys and values; divides `heads`. */
  kvHeads: number;
  /** Dimensions of a head; even. */
  headDim: number;
  /** How many tokens there are. */
  vocabSize: number;
  /** Positions the checkpoint was trained for (max_position_embeddings). */
  contextLength: number;
  /** Added to the mean square in RMSNorm. */
  normEps: number;
  /** Base of the rotary frequencies. */
  ropeTheta: number;
  /** How they are stretched. */
  ropeScaling: RopeScaling;
  /** Whether the head is the embedding. */
  tiedEmbeddings: boolean;
  /** The id that begins a text; undefined where there is none. */
  bosId?: number;
  /** Ids that end a generation (config.json and generation_config.json joined). */
  eosIds: number[];
  /** Products to which a bias is added (Qwen2: q, k, v). */
  biases?: readonly LinearRole[];
  /** RMSNorm of every head of q and k before they are turned (Qwen3). */
  headNorm?: boolean;
  /** All heads of q, and all of k, are normed at once (OLMo 2 and 3) rather than one by one; with `headNorm`. */
  jointNorm?: boolean;
  /** Where norms stand: before attention and FFN, as in Llama (undefined), behind them (OLMo 2 and 3), or both (Gemma 2 and 3). */
  norms?: "behind" | "both";
  /** Layers that see less than others (Gemma 2 and 3, OLMo 3). */
  local?: LocalLayers;
  /** Norms are LayerNorm, with biases, instead of RMSNorm (StableLM). */
  layerNorm?: boolean;
  /** `model_type` of a cousin, whose graph differs from Llama's by what stands below; undefined for Llama, Mistral and Qwen. */
  family?: string;
  /** Layers whose q and k are not turned (SmolLM3). */
  unturned?: readonly number[];
  /** Multiplies the embedding (Gemma, Granite). */
  embeddingScale?: number;
  /** Multiplies q k in attention; undefined: 1 / sqrt(headDim). */
  attentionScale?: number;
  /** What q k stays below in attention, softly: cap tanh(q k / cap) (Gemma 2). */
  attentionCap?: number;
  /** What logits stay below, softly (Gemma 2). */
  logitCap?: number;
  /** Multiplies the final norm, and so the logits (Granite). */
  logitScale?: number;
  /** Added to the gains of norms (Gemma's files hold them less 1). */
  gainOffset?: number;
  /** What gates up; undefined: silu. */
  activation?: "gelu";
  /** The first dims of a head, which alone are turned; even; undefined: all. */
  rotaryDim?: number;
  /** Attention sees this many positions, the last of them its own (Mistral v0.1); undefined: all. */
  window?: number;
}

/** Sampling defaults a repository publishes in generation_config.json; undefined where it is silent. */
export interface GenerationDefaults {
  /** As in requests; 0 where `do_sample` is false. */
  temperature?: number;
  /** As `top_p` in requests. */
  topP?: number;
  /** As `top_k` in requests. */
  topK?: number;
  /** As `min_p` in requests. */
  minP?: number;
  /** As `repetition_penalty` in requests. */
  repetitionPenalty?: number;
}
