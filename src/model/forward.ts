// Llama's forward pass (Touvron et al. 2023), recorded once and replayed for every batch: the paper from top to bottom.
// Shapes are for a batch of T tokens; the KV cache and the position decide what attention sees.

import type { Recorder } from "../gpu/operations.ts";
import type { Model } from "./model.ts";

/** Tokens to the residual stream after the last layer. [T] -> [T, dim] */
export function recordLayers(record: Recorder, model: Model): void {
  const { config, weights, cache, activations: a, ropeTable, tokens } = model;
  const shape = { ...config, context: cache.context, kv: cache.kv };
  const norm = (gain: GPUBuffer) => ({ gain, eps: config.normEps });

  record.embed(a.x, weights.embedding, tokens); // [T, dim]
  for (const [i, layer] of weights.layers.entries()) {
    const kv = cache.layers[i];
    const headNorm = layer.headNorm && norm(layer.headNorm);
    record.queriesKeysValues(a.q, kv, layer.qkv, a.x, norm(layer.attentionNorm), ropeTable, shape, a, headNorm); // [T, heads * headDim]
    record.attend(a.attended, a.q, kv, shape, a); // [T, heads * headDim]
    record.linear(a.x, layer.output, a.attended, { add: true });
    record.gated(a.gated, layer.gateUp, a.x, norm(layer.ffnNorm), a); // [T, hiddenDim]
    record.linear(a.x, layer.down, a.gated, { add: true });
  }
}

/** The residual stream to logits. [T, dim] -> [T, vocabSize]; of a single token unless `logits` has room for more. */
export function recordHead(record: Recorder, { config, weights, activations: a }: Model, logits = a.logits): void {
  const norm = { gain: weights.finalNorm, eps: config.normEps };
  record.normedLinear(logits, weights.head, a.x, norm, a);
}
