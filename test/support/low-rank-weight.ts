// A LoRA on a weight on the GPU, and on the reference's products.

import { allocateLowRank, type LowRankMatrix, rankOf, scaleRows } from "../../src/gpu/low-rank.ts";
import { strideOf } from "../../src/gpu/operations.ts";
import type { RowPlace } from "../../src/gpu/row-place.ts";
import type { Weight } from "../../src/gpu/weight.ts";
import { matmul } from "../reference/linear.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import type { Case } from "./gpu-case.ts";

/** What a product W x becomes. x: [tokens, cols] */
export type Change = (product: Float64Array, x: Float64Array) => Float64Array;

const ranks = [3, 0, 8]; // of q, k and v: one that isn't a multiple of four, and a matrix that stays as it is

/**
 * Gives the weight a random LoRA with biases: of its tensors, of `rows` rows in `places`, the second stays as it is.
 * `values`: the weights of each, [rows, cols]; with them the changed rows get lengths of their own (DoRA).
 */
export async function giveLowRank(
  gpuCase: Case,
  weight: Weight,
  rows: readonly number[],
  places: readonly RowPlace[],
  tokens: number,
  values?: readonly Float64Array[],
): Promise<Change[]> {
  const { cols } = weight;
  const random = randomNumbers(weight.rows + cols);
  const floats = (count: number, size = 1) => Float32Array.from({ length: count }, () => size * random());
  const matrices = rows.flatMap((count, i): LowRankMatrix[] => {
    const rank = ranks[i];
    if (rank === 0) return [];
    const numbers = { a: floats(rank * cols), b: floats(count * rank), scale: 0.75 };
    const magnitude = values && floats(count, 2);
    return [{ place: places[i], rows: count, rank, ...numbers, ...(magnitude && { magnitude }) }];
  });
  const biases = [{ place: places[0], values: floats(rows[0], 2), added: true }];
  const reduced = gpuCase.buffer(new Float32Array(tokens * strideOf(rankOf(matrices))));
  const request = { gpu: gpuCase.gpu, memory: gpuCase.memory, weight, matrices, biases, reduced };
  weight.lowRank = allocateLowRank(request);
  await scaleRows(request, weight.lowRank, gpuCase.kernels);
  return rows.map((count, i) => (product, x) => {
    const matrix = matrices.find(({ place }) => place === places[i]);
    const length = x.length / cols;
    const bias = i === 0 ? biases[0].values : undefined;
    if (!matrix) return product.map((value, at) => value + (bias?.[at % count] ?? 0));
    const { a, b, rank, scale, magnitude } = matrix;
    const [down, up] = [Float64Array.from(a), Float64Array.from(b)];
    const change = matmul(matmul(x, down, length, rank), up, length, count);
    const scales = Float64Array.from({ length: count }, (_, row) => {
      if (!magnitude) return 1;
      let squares = 0;
      for (let col = 0; col < cols; col++) {
        let changed = values![i][row * cols + col];
        for (let k = 0; k < rank; k++) changed += scale * b[row * rank + k] * a[k * cols + col];
        squares += changed * changed;
      }
      return magnitude[row] / Math.sqrt(squares);
    });
    return product.map((value, at) => (value + scale * change[at]) * scales[at % count] + (bias?.[at % count] ?? 0));
  });
}
