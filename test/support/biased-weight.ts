// Biases of a weight on the GPU, and of the reference's products.

import { placedRow, type RowPlace } from "../../src/gpu/row-place.ts";
import { strideOf } from "../../src/gpu/operations.ts";
import type { Weight } from "../../src/gpu/weight.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import type { Case } from "./gpu-case.ts";

/** Gives the weight a random bias for each row: the same for each of its tensors, which have `rows` rows in `places`. */
export function giveBiases(
  gpuCase: Case,
  weight: Weight,
  rows: readonly number[],
  places: readonly RowPlace[],
): Float64Array[] {
  const random = randomNumbers(weight.rows);
  const biases = rows.map((count) => Float64Array.from({ length: count }, () => Math.fround(2 * random())));
  const whole = new Float32Array(strideOf(weight.rows + 1));
  for (const [i, bias] of biases.entries()) bias.forEach((value, row) => (whole[placedRow(places[i], row)] = value));
  weight.bias = gpuCase.buffer(whole);
  weight.biasValues = whole;
  return biases;
}

/** Every row of products with the bias added. */
export function plusBias(products: Float64Array, bias: Float64Array | undefined): Float64Array {
  return bias ? products.map((value, i) => value + bias[i % bias.length]) : products;
}
