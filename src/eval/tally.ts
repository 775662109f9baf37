// What is kept of scored tokens while a run goes on: sums, so that memory does not grow with the text and an interrupted
// run can resume. Plain data: it can be stored and sent.

import { logSum, topOf } from "./log-probability.ts";

/** Predictions whose probability lies in one tenth of 0 to 1. */
export interface ReliabilityBin {
  /** How many. */
  count: number;
  /** Sum of the probabilities that the model gave its likeliest token. */
  confidence: number;
  /** How often that token came. */
  right: number;
}

/** Sums over scored tokens. */
export interface TextTally {
  /** Scored. */
  tokens: number;
  /** Sum of -ln(probability). */
  nll: number;
  /** Sum of its squares. */
  nllSquared: number;
  /** Ten, from improbable to certain. */
  reliability: ReliabilityBin[];
}

export const newTextTally = (): TextTally => ({
  tokens: 0,
  nll: 0,
  nllSquared: 0,
  reliability: Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 })),
});

/** Counts `target` as the token that came where `row` predicted one. [vocabSize] */
export function addToken(tally: TextTally, row: Float32Array, target: number): void {
  const sum = logSum(row);
  const nll = sum - row[target];
  tally.tokens++;
  tally.nll += nll;
  tally.nllSquared += nll * nll;
  const top = topOf(row);
  const confidence = Math.exp(row[top] - sum);
  const bin = tally.reliability[Math.min(9, Math.floor(10 * confidence))];
  bin.count++;
  bin.confidence += confidence;
  if (top === target) bin.right++;
}

/** exp of the mean of -ln(probability), and how far off it may be over this many tokens: one standard error of it. */
export function perplexityOf({ tokens, nll, nllSquared }: TextTally): { perplexity: number; standardError: number } {
  const mean = nll / tokens;
  const perplexity = Math.exp(mean);
  const variance = Math.max(0, nllSquared / tokens - mean * mean);
  return { perplexity, standardError: tokens > 1 ? perplexity * Math.sqrt(variance / (tokens - 1)) : 0 };
}

/** The mean distance between what a model claims and what comes, weighted by how often it claims it: 0 is calibrated. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / Math.max(1, all);
}
