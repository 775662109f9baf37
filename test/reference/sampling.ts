// Logits -> the next id, in one defined order: bias, repetition, frequency and presence penalties, then (for a temperature
// above 0) temperature, top-k, top-p, min-p, and a draw in index order. Ties at a cut are all kept.

import type { SamplingSettings } from "../../src/generate/request.ts";
import { uniformAt } from "./uniform.ts";

/** What the penalties look back at. */
export interface History {
  promptIds: readonly number[];
  answerIds: readonly number[];
  /** Whether a token may be chosen; without it, all may. */
  isAllowed?: (id: number) => boolean;
}

/** Logits after bias and penalties; what is not allowed is -1e30. -> [vocabSize], a copy. */
export function penalizedLogits(logits: Float64Array, settings: SamplingSettings, history: History): Float64Array {
  const out = logits.slice();
  for (const [id, bias] of Object.entries(settings.logitBias ?? {})) out[Number(id)] += bias;
  // As transformers: once per distinct id, away from "likely" whatever the sign.
  for (const id of new Set([...history.promptIds, ...history.answerIds]))
    out[id] = out[id] > 0 ? out[id] / settings.repetitionPenalty : out[id] * settings.repetitionPenalty;
  for (const id of history.answerIds) out[id] -= settings.frequencyPenalty;
  for (const id of new Set(history.answerIds)) out[id] -= settings.presencePenalty;
  const { isAllowed } = history;
  return isAllowed ? out.map((value, id) => (isAllowed(id) ? value : -1e30)) : out;
}

/**
 * Weights exp((x - max) / temperature) of the ids that survive the cuts, 0 elsewhere. -> [vocabSize], not normalised.
 * Temperature above 0.
 */
export function candidateWeights(penalized: Float64Array, settings: SamplingSettings): Float64Array {
  const max = penalized.reduce((a, b) => Math.max(a, b), -Infinity);
  let weights = penalized.map((x) => Math.exp((x - max) / settings.temperature));
  const keepFrom = (least: number) => {
    weights = weights.map((w) => (w >= least ? w : 0));
  };
  if (settings.topK > 0 && settings.topK < weights.length) {
    // Cut on the logits: small weights may underflow to equal zeros.
    const least = penalized.toSorted().at(-settings.topK)!;
    weights = weights.map((w, i) => (penalized[i] >= least ? w : 0));
  }
  if (settings.topP < 1) {
    const descending = weights.toSorted().reverse();
    const target = settings.topP * descending.reduce((a, b) => a + b, 0);
    let mass = 0;
    let last = 0;
    do mass += descending[last++];
    while (mass < target && last < descending.length); // the one that crosses stays
    keepFrom(descending[last - 1]);
  }
  if (settings.minP > 0) keepFrom(settings.minP); // the largest weight is 1
  return weights;
}

/** The first id whose running sum of weights, in index order, is above u * total. */
export function draw(weights: Float64Array, u: number): number {
  const target = u * weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  let chosen = 0;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id] === 0) continue;
    chosen = id;
    sum += weights[id];
    if (sum > target) break;
  }
  return chosen;
}

/** The id of the largest value; the lowest such id on a tie. */
export function argmax(x: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}

/** The next id. `position` is the one it will stand at, and names the random number; history is needed for penalties only. */
export function sample(
  logits: Float64Array,
  settings: SamplingSettings,
  position: number,
  history: History = { promptIds: [], answerIds: [] },
): number {
  const penalized = penalizedLogits(logits, settings, history);
  if (settings.temperature === 0) return argmax(penalized);
  return draw(candidateWeights(penalized, settings), uniformAt(settings.seed, position));
}
