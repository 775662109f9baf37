// A checkpoint of several blocks: f16 weights of moderate size over a prime period, so that nothing lines up. About 70 MB,
// which is five blocks unquantized.

import { madeConfig, madeSafetensors } from "./made-checkpoint.ts";

// By chance (seeded), so that no store can pack them.
const tile = new Uint8Array(2 * 1_000_003);
for (let i = 0, state = 1; i < tile.length; i += 2) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  tile[i] = state >>> 24;
  tile[i + 1] = 0x20 | ((state >>> 16) & 0x83);
}

export function largeCheckpoint(layers = 3): Map<string, Uint8Array> {
  const [dim, hiddenDim, vocabSize] = [1024, 2816, 1500];
  const shapes: [string, number[]][] = [["model.embed_tokens.weight", [vocabSize, dim]]];
  for (let layer = 0; layer < layers; layer++)
    for (const [part, shape] of [
      ["input_layernorm", [dim]],
      ["mlp.down_proj", [dim, hiddenDim]],
      ["mlp.gate_proj", [hiddenDim, dim]],
      ["mlp.up_proj", [hiddenDim, dim]],
      ["post_attention_layernorm", [dim]],
      ["self_attn.k_proj", [dim / 2, dim]],
      ["self_attn.o_proj", [dim, dim]],
      ["self_attn.q_proj", [dim, dim]],
      ["self_attn.v_proj", [dim / 2, dim]],
    ] as [string, number[]][])
      shapes.push([`model.layers.${layer}.${part}.weight`, shape]);
  shapes.push(["model.norm.weight", [dim]]);
  let position = 0;
  const tensors = shapes.map(([name, shape]) => {
    const bytes = new Uint8Array(2 * shape.reduce((product, count) => product * count, 1));
    for (let at = 0; at < bytes.length;) {
      const piece = tile.subarray(position % tile.length, (position % tile.length) + bytes.length - at);
      bytes.set(piece, at);
      at += piece.length;
      position += piece.length;
    }
    return { name, dtype: "F16", shape, bytes };
  });
  const config = madeConfig({
    hidden_size: dim,
    intermediate_size: hiddenDim,
    num_hidden_layers: layers,
    vocab_size: vocabSize,
    tie_word_embeddings: true,
  });
  return new Map([
    ["config.json", new TextEncoder().encode(JSON.stringify(config))],
    ["model.safetensors", madeSafetensors(tensors)],
  ]);
}
