// Shapes that can be counted and measured without their files. Llama 2 from the configurations that Meta publishes (70B
// shares each key and value head among eight query heads), TinyLlama from its repository, tiny from public/models/tiny.

import type { ModelConfig } from "../format/model-config.ts";

const family = {
  headDim: 128,
  vocabSize: 32_000,
  contextLength: 4096,
  normEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: "none" },
  tiedEmbeddings: false,
  bosId: 1,
  eosIds: [2] as number[],
} as const;

export const knownShapes: Record<string, ModelConfig> = {
  "llama-2-7b": { ...family, dim: 4096, hiddenDim: 11_008, layers: 32, heads: 32, kvHeads: 32 },
  "llama-2-13b": { ...family, dim: 5120, hiddenDim: 13_824, layers: 40, heads: 40, kvHeads: 40 },
  "llama-2-70b": { ...family, dim: 8192, hiddenDim: 28_672, layers: 80, heads: 64, kvHeads: 8 },
};

/** What can be benchmarked by name, smallest first. */
export const benchShapes: Record<string, ModelConfig> = {
  tiny: {
    ...family,
    dim: 192,
    hiddenDim: 512,
    layers: 9,
    heads: 6,
    kvHeads: 2,
    headDim: 32,
    vocabSize: 2048,
    contextLength: 512,
  },
  "tinyllama-1.1b": {
    ...family,
    dim: 2048,
    hiddenDim: 5632,
    layers: 22,
    heads: 32,
    kvHeads: 4,
    headDim: 64,
    contextLength: 2048,
  },
  ...knownShapes,
};
