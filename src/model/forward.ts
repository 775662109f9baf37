// Llama's forward pass (Touvron et al. 2023), the paper from top to bottom. It says what is computed, for T tokens at once;
// where intermediate values stand, and what is computed together, is gpu/fusion.ts's business. The same in float64, to
// compare with: test/reference/forward.ts.

import type { ModelConfig } from "../format/model-config.ts";
import {
  add,
  attend,
  embed,
  gate,
  headNorm,
  keep,
  norm,
  product,
  rope,
  ofRole,
  write,
  type Activation,
  type Operation,
} from "../gpu/operations.ts";
import type { KvCache } from "./cache.ts";
import type { LayerWeights, ModelWeights } from "./weights.ts";

interface ForwardTensors {
  weights: ModelWeights;
  cache: KvCache;
  ropeTable: GPUBuffer; // [context, headDim / 2, 2]
  unturnedTable?: GPUBuffer; // the same, of angles of 0
  tokens: GPUBuffer; // [T]
  x: Activation; // [T, dim], the residual stream
}

/** Tokens to the residual stream after the last layer. */
export function layersForward(config: ModelConfig, { weights, cache, tokens, x, ...tables }: ForwardTensors) {
  const { normEps: eps, unturned, activation, embeddingScale } = config;
  const shape = { ...config, context: cache.context, kv: cache.kv };

  /** x += Wo attend(rope(Wq norm(x)), what the cache holds with rope(Wk norm(x)) and Wv norm(x)) */
  const attention = ({ qkv, output, attentionNorm, headNorm: gain }: LayerWeights, i: number) => {
    const table = unturned?.includes(i) ? tables.unturnedTable! : tables.ropeTable;
    const rows = product(qkv, norm(x, { gain: attentionNorm, eps })); // [T, (heads + 2 kvHeads) * headDim]
    const [q, k] = (["q", "k"] as const).map((role) => {
      const heads = ofRole(rows, role);
      return rope(gain ? headNorm(heads, { gain, eps }) : heads, table);
    });
    const held = keep(cache.layers[i], k, ofRole(rows, "v"));
    return add(x, product(output, attend(q, held, shape)));
  };

  /** x += Wdown (silu(Wgate norm(x)) * Wup norm(x)), or gelu */
  const feedForward = ({ gateUp, down, ffnNorm }: LayerWeights) => {
    const rows = product(gateUp, norm(x, { gain: ffnNorm, eps })); // [T, 2 * hiddenDim]
    return add(x, product(down, gate(ofRole(rows, "gate"), ofRole(rows, "up"), activation)));
  };

  const layers = weights.layers.flatMap((layer, i): Operation[] => [attention(layer, i), feedForward(layer)]);
  return [...embedding(weights, tokens, x, embeddingScale), ...layers];
}

/** x = scale E[tokens], plus B A[tokens] where it has a LoRA */
function embedding(
  { embedding: table, embeddingLowRank: change }: ModelWeights,
  tokens: GPUBuffer,
  x: Activation,
  scale?: number,
) {
  const operations: Operation[] = [write(x, embed(table, tokens, scale))];
  if (change)
    operations.push(write(change.reduced, embed(change.table, tokens)), add(x, product(change.up, change.reduced)));
  return operations;
}

/** The residual stream to logits. [T, dim] -> [T, vocabSize] */
export function headForward(
  { normEps: eps }: ModelConfig,
  { finalNorm, head }: ModelWeights,
  x: Activation,
  logits: Activation,
): Operation[] {
  return [write(logits, product(head, norm(x, { gain: finalNorm, eps })))];
}
