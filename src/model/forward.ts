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
  layerNorm,
  norm,
  product,
  rope,
  ofRole,
  write,
  type Activation,
  type Operation,
  type Product,
} from "../gpu/operations.ts";
import type { KvCache } from "./cache.ts";
import type { LayerWeights, ModelWeights } from "./weights.ts";

interface ForwardTensors {
  weights: ModelWeights;
  cache: KvCache;
  ropeTable: GPUBuffer; // [context, headDim / 2, 2]
  otherTable?: GPUBuffer; // the same for layers that are not turned, or local
  tokens: GPUBuffer; // [T]
  x: Activation; // [T, dim], the residual stream
}

/** Tokens to the residual stream after the last layer. */
export function layersForward(config: ModelConfig, { weights, cache, tokens, x, ...tables }: ForwardTensors) {
  const { normEps: eps, jointNorm: joint, unturned, local, activation, embeddingScale } = config;
  const everywhere = { ...config, context: cache.context, kv: cache.kv };
  const before = (gain?: GPUBuffer) => (gain ? normOf(config)(x, { gain, eps }) : x);
  const behind = (value: Product, gain?: GPUBuffer) => (gain ? norm(value, { gain, eps }) : value);

  /** x += Wo attend(rope(Wq norm(x)), what the cache holds with rope(Wk norm(x)) and Wv norm(x)) */
  const attention = ({ qkv, output, attentionNorm, attentionEndNorm, headNorm: gain }: LayerWeights, i: number) => {
    const isLocal = local?.layers.includes(i);
    const shape = isLocal ? { ...everywhere, window: local!.window } : everywhere;
    const table = (isLocal || unturned?.includes(i) ? tables.otherTable : undefined) ?? tables.ropeTable;
    const rows = product(qkv, before(attentionNorm)); // [T, (heads + 2 kvHeads) * headDim]
    const [q, k] = (["q", "k"] as const).map((role) => {
      const heads = ofRole(rows, role);
      return rope(gain ? headNorm(heads, { gain, eps, joint }) : heads, table);
    });
    const held = keep(cache.layers[i], k, ofRole(rows, "v"));
    return add(x, behind(product(output, attend(q, held, shape)), attentionEndNorm));
  };

  /** x += Wdown (silu(Wgate norm(x)) * Wup norm(x)), or gelu */
  const feedForward = ({ gateUp, down, ffnNorm, ffnEndNorm }: LayerWeights) => {
    const rows = product(gateUp, before(ffnNorm)); // [T, 2 * hiddenDim]
    const gated = gate(ofRole(rows, "gate"), ofRole(rows, "up"), activation);
    return add(x, behind(product(down, gated), ffnEndNorm));
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

const normOf = ({ layerNorm: isCentred }: ModelConfig) => (isCentred ? layerNorm : norm<Activation>);

/** The residual stream to logits. [T, dim] -> [T, vocabSize] */
export function headForward(
  config: ModelConfig,
  { finalNorm, head }: ModelWeights,
  x: Activation,
  logits: Activation,
): Operation[] {
  const normed = normOf(config)(x, { gain: finalNorm, eps: config.normEps });
  return [write(logits, product(head, normed, config.logitCap))];
}
