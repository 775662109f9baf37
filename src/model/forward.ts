// Llama's forward pass (Touvron et al. 2023), the paper from top to bottom. It says what is computed, for T tokens at once;
// where values stand on the way, and what is computed together, is gpu/fusion.ts's business. The same in float64, to
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

export interface ForwardTensors {
  weights: ModelWeights;
  cache: KvCache;
  ropeTable: GPUBuffer; // [context, headDim / 2, 2]
  tokens: GPUBuffer; // [T]
  x: Activation; // [T, dim], the residual stream
}

/** Tokens to the residual stream after the last layer. */
export function layersForward(config: ModelConfig, { weights, cache, ropeTable, tokens, x }: ForwardTensors) {
  const { normEps: eps } = config;
  const shape = { ...config, context: cache.context, kv: cache.kv };

  const layer = ({ qkv, output, gateUp, down, ...gains }: LayerWeights, i: number): Operation[] => {
    const a = product(qkv, norm(x, { gain: gains.attentionNorm, eps })); // [T, (heads + 2 kvHeads) * headDim]
    const turned = (role: "q" | "k") => {
      const heads = ofRole(a, role);
      return rope(gains.headNorm ? headNorm(heads, { gain: gains.headNorm, eps }) : heads, ropeTable);
    };
    const held = keep(cache.layers[i], turned("k"), ofRole(a, "v"));
    const b = product(gateUp, norm(x, { gain: gains.ffnNorm, eps })); // [T, 2 * hiddenDim]
    return [
      add(x, product(output, attend(turned("q"), held, shape))), // x += Wo attend(q, k, v)
      add(x, product(down, gate(ofRole(b, "gate"), ofRole(b, "up")))), // x += Wdown (silu(gate) * up)
    ];
  };

  return [write(x, embed(weights.embedding, tokens)), ...weights.layers.flatMap(layer)];
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
