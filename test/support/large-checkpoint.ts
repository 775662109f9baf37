// A checkpoint of several blocks: f16 weights of moderate size over a prime period, so that nothing lines up. About 70 MB,
// which is five blocks unquantized.

import { madeSafetensors, tiedLlama } from "./made-checkpoint.ts";

// By chance (seeded), so that no store can pack them.
const tile = new Uint8Array(2 * 1_000_003);
for (let i = 0, state = 1; i < tile.length; i += 2) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  tile[i] = state >>> 24;
  tile[i + 1] = 0x20 | ((state >>> 16) & 0x83);
}

export function largeCheckpoint(layers = 3): Map<string, Uint8Array> {
  const [dim, hiddenDim, vocabSize] = [1024, 2816, 1500];
  const { config, shapes } = tiedLlama({ dim, hiddenDim, layers, vocabSize });
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
  return new Map([
    ["config.json", new TextEncoder().encode(JSON.stringify(config))],
    ["model.safetensors", madeSafetensors(tensors)],
  ]);
}
