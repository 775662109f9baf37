// AQLM's linear layers with one codebook -> weights [out, in]: eight neighbouring inputs of an output are a vector of the codebook, times the
// output's scale. Shares nothing with src/.

import { numbers, type Dequantized, type Layer } from "./dequantize-packed.ts";

export function dequantizeAqlm(layer: Layer): Dequantized {
  const [codes, codebook, scales] = ["codes", "codebooks", "scales"].map((end) => layer(end)!);
  const [rows, groups] = codes.shape;
  const [, vectors, , size] = codebook.shape;
  const cols = groups * size;
  const view = new DataView(codes.bytes.buffer, codes.bytes.byteOffset, codes.bytes.byteLength);
  const [value, scale] = [numbers(codebook), numbers(scales)];
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let g = 0; g < groups; g++) {
      const signed = view.getInt16(2 * (n * groups + g), true);
      const vector = signed < 0 ? signed + vectors : signed;
      for (let i = 0; i < size; i++)
        weights[n * cols + g * size + i] = Math.fround(scale(n) * value(vector * size + i));
    }
  return { rows, cols, weights, rounded: (weight) => weight };
}
