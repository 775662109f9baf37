// Llama's forward pass (Touvron et al. 2023), recorded once and replayed for every batch: the paper from top to bottom.
// Shapes are for a batch of T tokens; the KV cache and the position decide what attention sees.

import type { LayerCache, Recorder } from "../gpu/operations.ts";
import type { Activations } from "./activations.ts";
import type { Model } from "./model.ts";

export function recordForward(
  record: Recorder,
  model: Model,
  { allLogits }: { allLogits?: Activations["logits"] } = {},
): void {
  const { config, weights, cache, activations: a, ropeTable, tokens } = model;
  const shape = { ...config, context: cache.context, halfCache: cache.half };

  record.embed(a.x, weights.embedding, tokens); // [T, dim]
  for (const [i, layer] of weights.layers.entries()) {
    const kv: LayerCache = cache.layers[i];

    record.norm(a.normed, a.x, layer.attentionNorm, config.normEps);
    record.linear(a.q, layer.q, a.normed); // [T, heads * headDim]
    record.linear(a.k, layer.k, a.normed); // [T, kvHeads * headDim]
    record.linear(a.v, layer.v, a.normed); // [T, kvHeads * headDim]
    record.rope(a.q, ropeTable, config.heads, config.headDim);
    record.rope(a.k, ropeTable, config.kvHeads, config.headDim);
    record.writeCache(kv, a.k, a.v, shape);
    record.attend(a.attended, a.q, kv, shape); // [T, heads * headDim]
    record.linear(a.x, layer.output, a.attended, { add: true });

    record.norm(a.normed, a.x, layer.ffnNorm, config.normEps);
    record.linear(a.gate, layer.gate, a.normed); // [T, hiddenDim]
    record.linear(a.up, layer.up, a.normed); // [T, hiddenDim]
    record.swiglu(a.gate, a.up);
    record.linear(a.x, layer.down, a.gate, { add: true });
  }

  // Logits are wanted for the last position only, unless someone is debugging.
  if (allLogits) {
    record.norm(a.normed, a.x, weights.finalNorm, config.normEps);
    record.linear(allLogits, weights.head, a.normed); // [T, vocabSize]
  }
  record.norm(a.last, a.x, weights.finalNorm, config.normEps, { lastOnly: true }); // [1, dim]
  record.linear(a.logits, weights.head, a.last, { oneToken: true }); // [1, vocabSize]
}
