// How far a model's predictions are from those of another with the same tokenizer: its own file before quantization, say.
// Both read the same windows; of each stretch, the reference's rows are kept until the other's have been compared.

import { type EvalEngine, rowsOf, stretches } from "./engine-hooks.ts";
import { logSum, topOf } from "./log-probability.ts";
import { badRequest, type RunOptions, type TextRequest, windowsOf } from "./perplexity.ts";
import { addToken, newTextTally, perplexityOf, type ReliabilityBin, type TextTally } from "./tally.ts";

/** How far the model is from the reference. */
export interface ComparisonResult {
  /** Mean over the scored positions of the Kullback-Leibler divergence of the model from the reference, in nats; 0 is equal. */
  kl: number;
  /** One standard error of that mean. */
  klStandardError: number;
  /** The largest of one position. */
  klMax: number;
  /** Share of positions where both find the same token likeliest. */
  top1: number;
  /** The largest difference of a logit. */
  maxLogit: number;
  /** 99.9 % of all logits differ by no more: the upper edge of a bin that is 0.2 % wide. */
  logit999: number;
  /** Scored positions. */
  tokens: number;
  /** Of the model. */
  perplexity: number;
  /** Of the reference, over the same tokens. */
  referencePerplexity: number;
  /** Of the model, by tenths of probability: how sure it was, and how often it was right. */
  reliability: ReliabilityBin[];
}

/** After some windows. */
export interface ComparisonState {
  /** Windows that are counted. */
  done: number;
  /** Of the model's tokens. */
  model: TextTally;
  /** Of the reference's. */
  reference: TextTally;
  /** Sum over positions, nats. */
  kl: number;
  /** Sum of squares. */
  klSquared: number;
  /** The largest. */
  klMax: number;
  /** Positions where the likeliest token is the same. */
  same: number;
  /** The largest difference of a logit. */
  maxLogit: number;
  /** How many differences of logits lie in each bin, by their 8 bits of exponent and 9 of significand as float32. */
  differences: Float64Array;
}

const binBits = 14; // of a float32 that are dropped: 9 of its significand's 23 stay
const bins = 2 ** 17; // no difference is below 0

const newState = (): ComparisonState => ({
  done: 0,
  model: newTextTally(),
  reference: newTextTally(),
  kl: 0,
  klSquared: 0,
  klMax: 0,
  same: 0,
  maxLogit: 0,
  differences: new Float64Array(bins),
});

/**
 * Reads the text by the rule of `request` with both. Rejects with PronkError (`bad-request` where their tokenizers differ), or
 * with the signal's reason.
 */
export async function compareModels(
  model: EvalEngine,
  reference: EvalEngine,
  request: TextRequest,
  { onProgress, from, signal }: RunOptions<ComparisonState> = {},
): Promise<ComparisonResult> {
  const { vocabSize } = model.info.config;
  const window = request.window ?? Math.min(model.info.contextLength, reference.info.contextLength, 512);
  const [{ windows }, other] = await Promise.all(
    [model, reference].map((engine) => windowsOf(engine, { ...request, window })),
  );
  if (vocabSize !== reference.info.config.vocabSize || JSON.stringify(windows) !== JSON.stringify(other.windows))
    throw badRequest("against", `a model with the tokenizer of ${model.info.model}`, reference.info.model);
  const comparer = new RowComparer(vocabSize);
  let state = from ?? newState();
  for (const { ids, targets } of windows.slice(state.done)) {
    const first = ids.length - targets.length;
    const next = structuredClone(state);
    for (const stretch of stretches(vocabSize, first, ids.length)) {
      const kept: Float32Array[] = [];
      await rowsOf(reference, ids, stretch, (at, row) => void (kept[at - stretch.from] = row), signal);
      const compare = (at: number, row: Float32Array) =>
        comparer.add(next, kept[at - stretch.from], row, targets[at - first]);
      await rowsOf(model, ids, stretch, compare, signal);
    }
    next.done++;
    state = next;
    await onProgress?.(state, state.done, windows.length);
  }
  return resultOf(state);
}

class RowComparer {
  readonly #difference: Float32Array;
  readonly #bits: Uint32Array;

  constructor(vocabSize: number) {
    this.#difference = new Float32Array(vocabSize);
    this.#bits = new Uint32Array(this.#difference.buffer);
  }

  /** Both [vocabSize]. */
  add(state: ComparisonState, reference: Float32Array, row: Float32Array, target: number): void {
    addToken(state.model, row, target);
    addToken(state.reference, reference, target);
    if (topOf(row) === topOf(reference)) state.same++;
    const kl = divergence(reference, row);
    state.kl += kl;
    state.klSquared += kl * kl;
    state.klMax = Math.max(state.klMax, kl);
    for (let i = 0; i < row.length; i++) {
      const difference = Math.abs(row[i] - reference[i]);
      if (difference > state.maxLogit) state.maxLogit = difference;
      this.#difference[i] = difference;
    }
    for (const bits of this.#bits) state.differences[bits >>> binBits]++;
  }
}

/** The Kullback-Leibler divergence of the distribution of `row` from that of `reference`, in nats. Both [vocabSize] logits. */
export function divergence(reference: Float32Array, row: Float32Array): number {
  const sums = [logSum(reference), logSum(row)];
  let kl = 0;
  for (let i = 0; i < row.length; i++) {
    const expected = reference[i] - sums[0];
    kl += Math.exp(expected) * (expected - (row[i] - sums[1]));
  }
  return Math.max(0, kl); // below it is rounding
}

function resultOf(state: ComparisonState): ComparisonResult {
  const { tokens } = state.model;
  const kl = state.kl / tokens;
  const variance = Math.max(0, state.klSquared / tokens - kl * kl);
  return {
    kl,
    klStandardError: tokens > 1 ? Math.sqrt(variance / (tokens - 1)) : 0,
    klMax: state.klMax,
    top1: state.same / tokens,
    maxLogit: state.maxLogit,
    logit999: quantile(state.differences, 0.999),
    tokens,
    perplexity: perplexityOf(state.model).perplexity,
    referencePerplexity: perplexityOf(state.reference).perplexity,
    reliability: state.model.reliability,
  };
}

/** The upper edge of the bin that the share `of` of all differences reaches into; 0 where they are 0. */
export function quantile(differences: Float64Array, of: number): number {
  const all = differences.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const bin = differences.findIndex((count) => (seen += count) >= of * all);
  return bin <= 0 ? 0 : new Float32Array(Uint32Array.of((bin + 1) << binBits).buffer)[0];
}
