// A Llama-family model's shape in the paper's words. Hugging Face's names are translated here once, by `config.ts`,
// and llama2.c's header by `llama2c.ts`; nothing downstream sees another vocabulary.

import type { LinearRole } from "./tensor-roles.ts";

export type RopeScaling =
  | { kind: "none" }
  | { kind: "linear"; factor: number }
  | { kind: "dynamic"; factor: number; originalContextLength: number }
  | { kind: "llama3"; factor: number; lowFreqFactor: number; highFreqFactor: number; originalContextLength: number }
  /** GGUF's: what each of the headDim / 2 frequencies is divided by. */
  | { kind: "factors"; factors: number[] };

export interface ModelConfig {
  dim: number; // residual stream width
  hiddenDim: number; // SwiGLU width
  layers: number;
  heads: number;
  kvHeads: number; // divides heads
  headDim: number; // even
  vocabSize: number;
  /** Positions the checkpoint was trained for (max_position_embeddings). */
  contextLength: number;
  normEps: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  tiedEmbeddings: boolean;
  bosId?: number;
  /** Ids that end a generation (config.json and generation_config.json joined). */
  eosIds: number[];
  /** Products to which a bias is added (Qwen2: q, k, v). */
  biases?: readonly LinearRole[];
  /** RMSNorm of every head of q and k before they are turned (Qwen3). */
  headNorm?: boolean;
  /** Attention sees this many positions, the last of them its own (Mistral v0.1); undefined: all. */
  window?: number;
}

/** Sampling defaults a repository publishes in generation_config.json; undefined where it is silent. */
export interface GenerationDefaults {
  temperature?: number; // 0 when do_sample is false
  topP?: number;
  topK?: number;
  minP?: number;
  repetitionPenalty?: number;
}
