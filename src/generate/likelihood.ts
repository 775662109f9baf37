// How likely a chosen token was, and what else was: natural logarithms of probabilities before anything shaped the logits.
// The GPU finds the most likely (top_tokens.wgsl); where all logits are read back anyway, they are found here.

import { count, list, number, object } from "../message-shape.ts";

export interface TokenProbability {
  id: number;
  logProbability: number;
}

export interface Likelihood {
  /** Of the token that was chosen. */
  chosen: number;
  /** The most likely, at most 20, in order. */
  top: TokenProbability[];
}

/** How likely an id was among the logits that were looked at for it. */
export type LikelihoodOf = (id: number) => Promise<Likelihood>;

export const likelihoodShape = object({
  chosen: number,
  top: list(object({ id: count, logProbability: number })),
});

/** `row`: [vocabSize] logits that `id` was chosen from; `most`: how many of the most likely. */
export function likelihoodIn(row: Float32Array, id: number, most: number): Likelihood {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = largest + Math.log(row.reduce((total, value) => total + Math.exp(value - largest), 0));
  return {
    chosen: row[id] - sum,
    top: largestOf(row, most).map((other) => ({ id: other, logProbability: row[other] - sum })),
  };
}

/** Places of the largest values, in order; of equal ones the first come first. */
function largestOf(row: Float32Array, most: number): number[] {
  const places: number[] = [];
  for (let place = 0; place < row.length; place++) {
    if (places.length === most && (most === 0 || !(row[place] > row[places[most - 1]]))) continue;
    let at = places.length;
    while (at > 0 && row[place] > row[places[at - 1]]) at--;
    places.splice(at, 0, place);
    if (places.length > most) places.pop();
  }
  return places;
}
