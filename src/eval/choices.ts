// Multiple choice by log-likelihood, as lm-evaluation-harness has it: the answer is the choice whose tokens are likeliest
// after the context, as they are (acc) or per character of the choice (acc_norm). The choices of an item are read one after
// the other over what the KV cache holds of their context, which is computed once; choices that differ only in their last
// token are read once.

import { type EvalEngine, eachRow, type TextIds, textIds } from "./engine-hooks.ts";
import { logSum } from "./log-probability.ts";
import { badRequest, type RunOptions } from "./perplexity.ts";

/** A question, written as the model reads it. */
export interface ChoiceItem {
  /** What stands before the choices; or before each, where the choices are beginnings of one sentence. */
  context: string | readonly string[];
  /** What is scored after it, leading white space included; if several beginnings share one end, that end each time. */
  continuations: readonly string[];
  /** The answers as they are written, whose lengths acc_norm counts. */
  choices: readonly string[];
  /** Which is right; for mc2, every one that is true. */
  gold: number | readonly number[];
  /** What counts: the right choice being likeliest, or the true ones' probability together. Default `choice`. */
  score?: "choice" | "mass";
}

/** What came of an item. */
export interface ItemResult {
  /** ln(probability) of each choice, all its tokens together. */
  logLikelihoods: number[];
  /** 1 where the likeliest choice is right, else 0; with `score: "mass"` the share of the true ones. */
  acc: number;
  /** The same per character; absent with `score: "mass"`, as the harness has none. */
  accNorm?: number;
}

/** Of all items. */
export interface ChoicesResult {
  /** Mean over the items. */
  acc: number;
  /** Absent where an item has none. */
  accNorm?: number;
  /** One standard error of `acc`: with few items, chance is large. */
  accStandardError: number;
  /** In their order. */
  items: ItemResult[];
}

/** Rejects with PronkError, or with the signal's reason. */
export async function multipleChoice(
  engine: EvalEngine,
  items: readonly ChoiceItem[],
  { onProgress, from = [], signal }: RunOptions<readonly ItemResult[]> = {},
): Promise<ChoicesResult> {
  if (items.length === 0) throw badRequest("task", "at least one item", "none");
  const ids = await textIds(engine);
  const results = [...from];
  for (const item of items.slice(results.length)) {
    const logLikelihoods = await likelihoodsOf(engine, ids, item, signal);
    results.push({ logLikelihoods, ...scored(item, logLikelihoods) });
    await onProgress?.(results, results.length, items.length);
  }
  const mean = (of: (result: ItemResult) => number) => results.reduce((sum, one) => sum + of(one), 0) / results.length;
  const acc = mean((one) => one.acc);
  const variance = mean((one) => (one.acc - acc) ** 2) * (results.length / Math.max(1, results.length - 1));
  return {
    acc,
    ...(results.every(({ accNorm }) => accNorm !== undefined) && { accNorm: mean(({ accNorm }) => accNorm!) }),
    accStandardError: Math.sqrt(variance / results.length),
    items: results,
  };
}

/** What is fed for a choice, and what of it is scored. */
interface Asked {
  ids: number[];
  targets: number[];
}

async function likelihoodsOf(
  engine: EvalEngine,
  ids: TextIds,
  { context, continuations }: ChoiceItem,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { contextLength } = engine.info;
  const asked: Asked[] = [];
  for (const [i, continuation] of continuations.entries()) {
    const pair = await encodePair(ids, typeof context === "string" ? context : context[i], continuation);
    if (pair.continuation.length === 0) throw badRequest(`choices[${i}]`, "a text that makes tokens", '""');
    if (pair.continuation.length > contextLength)
      throw badRequest(`choices[${i}]`, `at most ${contextLength} tokens`, `${pair.continuation.length}`);
    const whole = [...pair.context, ...pair.continuation].slice(-(contextLength + 1)); // cut at the left, as the harness does
    asked.push({ ids: whole.slice(0, -1), targets: pair.continuation });
  }
  const found = asked.map(() => 0);
  const together = new Map<string, number[]>(); // choices by what is fed for them
  for (const [i, { ids: fed }] of asked.entries()) together.set(fed.join(), [...(together.get(fed.join()) ?? []), i]);
  for (const group of together.values()) {
    const { ids: fed } = asked[group[0]];
    const from = fed.length - Math.max(...group.map((i) => asked[i].targets.length));
    const add = (at: number, row: Float32Array) => {
      const sum = logSum(row);
      for (const i of group) {
        const place = at - (fed.length - asked[i].targets.length);
        if (place >= 0) found[i] += row[asked[i].targets[place]] - sum;
      }
    };
    await eachRow(engine, { ids: fed, from }, add, signal);
  }
  return found;
}

/**
 * Where the context ends and the choice begins, in ids (`_encode_pair` and `loglikelihood` in lm_eval/api/model.py): spaces that
 * end the context go to the choice; both are encoded as one text, and what is longer than the context's ids is the choice's.
 */
export async function encodePair(
  { encode, encodeBare, prefix }: TextIds,
  context: string,
  continuation: string,
): Promise<{ context: number[]; continuation: number[] }> {
  if (context === "") {
    const ids = await encodeBare(continuation);
    return ids[0] === prefix
      ? { context: ids.slice(0, 1), continuation: ids.slice(1) }
      : { context: [prefix], continuation: ids };
  }
  const kept = context.trimEnd();
  const whole = await encode(context + continuation);
  const begin = await encode(kept);
  return { context: begin, continuation: whole.slice(begin.length) };
}

/** Of equal ones, the first counts as largest. */
export function scored(
  { choices, gold, score }: Pick<ChoiceItem, "choices" | "gold" | "score">,
  logLikelihoods: readonly number[],
): Pick<ItemResult, "acc" | "accNorm"> {
  const right = typeof gold === "number" ? [gold] : gold;
  if (score === "mass") {
    const most = Math.max(...logLikelihoods);
    const shares = logLikelihoods.map((value) => Math.exp(value - most));
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    return { acc: sum(right.map((i) => shares[i])) / sum(shares) };
  }
  const isRight = (values: readonly number[]) => (right.includes(values.indexOf(Math.max(...values))) ? 1 : 0);
  const lengths = choices.map((choice) => [...choice].length); // characters, as Python counts them
  return { acc: isRight(logLikelihoods), accNorm: isRight(logLikelihoods.map((value, i) => value / lengths[i])) };
}
