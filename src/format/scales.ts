// Multipliers of a graph (Granite) as a Llama computes them.

import type { ModelConfig } from "./model-config.ts";

/** What multiplies the embedding, q k, each layer's two sums into the stream, and the logits. */
export interface Scales {
  embedding: number;
  attention: number;
  residual: number;
  logits: number;
}

/**
 * The stream x = embedding E + residual (f1 + f2 ...) is residual times y = embedding / residual E + f1 + f2 ...; and what
 * reads it is a norm, which takes no notice of the size once its epsilon is that of y.
 */
export function scaledAsLlama({ normEps }: ModelConfig, scales: Scales): Partial<ModelConfig> {
  return {
    normEps: normEps / scales.residual ** 2,
    embeddingScale: scales.embedding / scales.residual,
    attentionScale: scales.attention,
    logitScale: scales.logits,
  };
}
