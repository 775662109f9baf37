// pronk/eval without a GPU: windows, splits and prompts are those of lm-evaluation-harness and llama.cpp (made by the tools
// themselves: fixtures/eval/golden.json), and sums over rows are what float64 over whole tables gives.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodePair, multipleChoice, scored } from "../../../src/eval/choices.ts";
import { compareModels, quantile } from "../../../src/eval/compare.ts";
import { type EvalEngine, type TextIds, stretches } from "../../../src/eval/engine-hooks.ts";
import { perplexity, type TextState } from "../../../src/eval/perplexity.ts";
import { readItems, type TaskName } from "../../../src/eval/prompts.ts";
import { weightErrors } from "../../../src/eval/weight-errors.ts";
import { harnessWindows, llamaCppWindows } from "../../../src/eval/windows.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { dialogFixture } from "../../support/tokenizer-fixture.ts";
import type { EvalGolden } from "../../golden/eval-golden.ts";

const root = join(import.meta.dirname, "../../..");
const fixture = (name: string) => readFileSync(join(root, "test/fixtures/eval", name), "utf8");
const golden = JSON.parse(fixture("golden.json")) as EvalGolden;
const text = readFileSync(join(root, "public/eval/text.txt"), "utf8");

async function idsOf(files: Map<string, Uint8Array>, own: { bosId?: number; eosIds: number[] }): Promise<TextIds> {
  const tokenizer = await loadTokenizer(files, { ...own, vocabSize: 200_000 });
  const begin = tokenizer.startsWithBos ? tokenizer.bosId : undefined;
  return {
    encode: async (given) => tokenizer.encode(given, { addBos: begin !== undefined }),
    encodeBare: async (given) => tokenizer.encode(given),
    begin,
    prefix: begin ?? tokenizer.bosId ?? tokenizer.eosId!,
  };
}

const tiny = () => {
  const names = ["tokenizer.json", "tokenizer_config.json"];
  const files = names.map(
    (name) => [name, new Uint8Array(readFileSync(join(root, "public/models/tiny", name)))] as const,
  );
  return idsOf(new Map(files), { bosId: 1, eosIds: [2] });
};

describe("windows", () => {
  test("the harness's, by its own code", async () => {
    const { encode, prefix } = await tiny();
    for (const { window, windows } of golden.harness)
      expect(harnessWindows(await encode(text), prefix, window)).toEqual(windows);
  });

  test("a text that fills windows, one token more, and one that fills none", () => {
    expect(harnessWindows([5, 6, 7, 8], 1, 4)).toEqual([{ ids: [1, 5, 6, 7], targets: [5, 6, 7, 8] }]);
    expect(harnessWindows([5, 6, 7, 8, 9], 1, 4)[1]).toEqual({ ids: [5, 6, 7, 8], targets: [9] });
    expect(harnessWindows([5], 1, 4)).toEqual([{ ids: [1], targets: [5] }]);
  });

  test("llama.cpp's: begun anew, the second half scored, the rest dropped", () => {
    const ids = Array.from({ length: 18 }, (_, i) => 10 + i);
    expect(llamaCppWindows(ids, 1, 8)).toEqual([
      { ids: [1, 11, 12, 13, 14, 15, 16], targets: [15, 16, 17] },
      { ids: [1, 19, 20, 21, 22, 23, 24], targets: [23, 24, 25] },
    ]);
    expect(llamaCppWindows(ids, undefined, 8)[1].ids[0]).toBe(18);
    expect(() => llamaCppWindows(ids, 1, 10)).toThrow(/at least two chunks, here 2 x 10 tokens; this one has 18/);
  });
});

test.each(["", "llama3", "qwen"])(
  "context and continuation part where the harness parts them: tokenizer %j",
  async (name) => {
    const eos = { llama3: "<|eot_id|>", qwen: "<|im_end|>" }[name];
    expect(eos === undefined).toBe(name === "");
    const ids = name === "" ? await tiny() : await idsOf(dialogFixture(name).files, { eosIds: [] });
    for (const [context, continuation, begin, rest] of golden.splits[name])
      expect(await encodePair(ids, context, continuation), JSON.stringify([context, continuation])).toEqual({
        context: begin,
        continuation: rest,
      });
  },
);

describe("items", () => {
  const rows = fixture("rows.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { task: string; row: object });
  const taskOf = (task: string) => (task.startsWith("arc") ? "arc" : task) as TaskName;

  test.each(rows.map(({ task, row }, i) => [`${i}: ${task}`, task, row, golden.items[i]] as const))(
    "%s reads as the harness writes it and counts as it counts",
    async (_, task, row, known) => {
      const [item] = readItems(JSON.stringify(row), taskOf(task));
      if (!task.startsWith("truthful")) expect(readItems(JSON.stringify(row))).toEqual([item]); // by its fields
      const contexts = typeof item.context === "string" ? known.contexts.map(() => item.context) : item.context;
      expect(contexts).toEqual(known.contexts);
      expect(item.continuations).toEqual(known.continuations);
      const ids = await tiny();
      const pairs = await Promise.all(known.contexts.map((one, i) => encodePair(ids, one, known.continuations[i])));
      expect(pairs.map(({ context, continuation }) => [context, continuation])).toEqual(known.ids);
      const found = scored(item, known.logLikelihoods);
      expect(found.acc).toBeCloseTo(known.acc, 6);
      if (known.accNorm !== undefined) expect(found.accNorm).toBe(known.accNorm);
    },
  );

  test("what a line lacks is told by its number and field", () => {
    const line = (row: object) => () => readItems(`\n${JSON.stringify(row)}`);
    expect(line({ context: "a", choices: ["b"], gold: 1 })).toThrow(
      /Line 2 of the task: "gold" should be a whole number/,
    );
    expect(line({ question: "q", choices: ["a"], answer: 0 })).toThrow(/"choices" should be four texts/);
    expect(line({ words: 1 })).toThrow(/"task" should be a row of a data set that is known/);
    expect(() => readItems("[1]")).toThrow(/Line 1 of the task is no JSON object/);
  });
});

const vocabSize = 7;

/** Logits that depend on all ids up to the position. */
function rowAfter(ids: readonly number[], salt: number): Float32Array {
  let state = salt;
  for (const id of ids) state = Math.imul(state ^ (id + 1), 2_654_435_761) >>> 0;
  return Float32Array.from({ length: vocabSize }, (_, i) => Math.sin(state / 1e6 + 2.4 * i) * 3);
}

/** Letters a to f are the ids 1 to 6, 0 begins a text. */
function fakeEngine(salt: number, asked: { length: number; from: number }[] = []): EvalEngine {
  const encode = (given: string, addBos = false) => [
    ...(addBos ? [0] : []),
    ...[...given].map((c) => c.charCodeAt(0) - 96),
  ];
  const create: unknown = async (
    { prompt }: { prompt: string | number[] },
    options: { onLogits?: (at: number, row: Float32Array) => void; logitsFrom?: number } = {},
  ) => {
    const ids = typeof prompt === "string" ? encode(prompt, true) : prompt;
    const from = options.logitsFrom ?? 0;
    if (options.onLogits) asked.push({ length: ids.length, from });
    for (let at = from; at < ids.length && options.onLogits; at++)
      options.onLogits(at, rowAfter(ids.slice(0, at + 1), salt));
    return { pronk: { prompt_ids: ids } };
  };
  const info = { model: "fake", contextLength: 8, config: { vocabSize, bosId: 0, eosIds: [] } };
  const tokenizer = { encode: async (given: string, options?: { addBos?: boolean }) => encode(given, options?.addBos) };
  return { completions: { create }, tokenizer, info } as unknown as EvalEngine;
}

/** The plainest way: all rows kept. */
function logProbabilities(ids: readonly number[], salt: number): number[] {
  const row = rowAfter(ids, salt);
  const sum = row.reduce((total, value) => total + Math.exp(value), 0);
  return Array.from(row, (value) => value - Math.log(sum));
}

describe("over rows", () => {
  const sample = "abcdefabcfedcbaabdfab";
  const expected = (salt: number) => {
    const ids = [0, ...[...sample].map((c) => c.charCodeAt(0) - 96)];
    const scores = harnessWindows(ids, 0, 8).flatMap((one) =>
      one.targets.map((target, i) => {
        const fed = one.ids.slice(0, one.ids.length - one.targets.length + i + 1);
        return { fed, value: logProbabilities(fed, salt)[target] };
      }),
    );
    return { scores, perplexity: Math.exp(-scores.reduce((sum, { value }) => sum + value, 0) / scores.length) };
  };

  test("perplexity, whole and gone on with after each window", async () => {
    const states: TextState[] = [];
    const onProgress = (state: TextState) => void states.push(structuredClone(state));
    const whole = await perplexity(fakeEngine(3), { text: sample }, { onProgress });
    expect(whole.perplexity).toBeCloseTo(expected(3).perplexity, 10);
    expect(whole).toMatchObject({ tokens: 22, windows: 3, window: 8, rule: "harness" });
    expect(whole.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(22);
    expect(states.map(({ done }) => done)).toEqual([1, 2, 3]);
    for (const from of states)
      expect(await perplexity(fakeEngine(3), { text: sample }, { from: structuredClone(from) })).toEqual(whole);
    await expect(perplexity(fakeEngine(3), { text: sample, window: 9 })).rejects.toThrow(/"window": expected 2 to 8/);
  });

  test("divergence, agreement and differences of logits", async () => {
    const found = await compareModels(fakeEngine(5), fakeEngine(3), { text: sample, window: 8 });
    const { scores } = expected(3);
    const pairs = scores.map(({ fed }) => [logProbabilities(fed, 3), logProbabilities(fed, 5)] as const);
    const kl = pairs.map(([p, q]) => p.reduce((sum, value, i) => sum + Math.exp(value) * (value - q[i]), 0));
    const differences = scores
      .flatMap(({ fed }) => [...rowAfter(fed, 3)].map((value, i) => Math.abs(value - rowAfter(fed, 5)[i])))
      .sort((a, b) => a - b);
    const topOf = (values: readonly number[]) => values.indexOf(Math.max(...values));
    expect(found.kl).toBeCloseTo(kl.reduce((a, b) => a + b, 0) / kl.length, 6);
    expect(found.klMax).toBeCloseTo(Math.max(...kl), 6);
    expect(found.top1).toBe(pairs.filter(([p, q]) => topOf(p) === topOf(q)).length / pairs.length);
    expect(found.maxLogit).toBeCloseTo(differences.at(-1)!, 6);
    const at = differences[Math.ceil(0.999 * differences.length) - 1];
    expect(found.logit999).toBeGreaterThanOrEqual(at * 0.999_999);
    expect(found.logit999).toBeLessThan(at * 1.004);
    expect(found.referencePerplexity).toBeCloseTo(expected(3).perplexity, 10);
    const same = await compareModels(fakeEngine(3), fakeEngine(3), { text: sample });
    expect(same).toMatchObject({ kl: 0, klMax: 0, top1: 1, maxLogit: 0, logit999: 0 });
  });

  test("weights of an engine on another thread are out of reach", async () => {
    await expect(weightErrors(fakeEngine(3), fakeEngine(3))).rejects.toThrow(/"worker": expected engines made on this/);
  });

  test("a choice's tokens, and one reading for choices that differ in the last", async () => {
    const asked: { length: number; from: number }[] = [];
    const item = { context: "abc", continuations: ["de", "df", "fab"], choices: ["de", "df", "fab"], gold: 1 };
    const { items } = await multipleChoice(fakeEngine(3, asked), [item]);
    const sumOf = (ids: number[]) =>
      ids.reduce((sum, id, i) => sum + logProbabilities([0, 1, 2, 3, ...ids.slice(0, i)], 3)[id], 0);
    expect(items[0].logLikelihoods).toEqual(
      [
        [4, 5],
        [4, 6],
        [6, 1, 2],
      ].map((ids) => expect.closeTo(sumOf(ids), 8)),
    );
    expect(asked).toEqual([
      { length: 5, from: 3 },
      { length: 6, from: 3 },
    ]);
  });

  test("no more rows are asked for at once than have room", () => {
    expect(stretches(128_256, 3, 200)).toEqual([{ from: 3, end: 68 }, { from: 68, end: 133 }, { from: 133, end: 198 }, { from: 198, end: 200 }]); // prettier-ignore
  });

  test("a quantile is the upper edge of its bin", () => {
    const bins = new Float64Array(2 ** 17);
    const bin = new Uint32Array(Float32Array.of(1).buffer)[0] >>> 14;
    bins[0] = 90;
    bins[bin] = 10;
    expect(quantile(bins, 0.9)).toBe(0);
    expect(quantile(bins, 0.91)).toBeCloseTo(1 + 2 ** -9, 6);
  });
});

test("mistakes that are easily made would be seen", () => {
  const least = 3e-4; // three times what the comparison in the browsers allows
  for (const one of [...golden.harness, ...golden["llama.cpp"]])
    for (const [mistake, value] of Object.entries(one.wrong))
      expect(Math.abs(value / one.perplexity - 1), `${mistake} in a window of ${one.window}`).toBeGreaterThan(least);
  const [{ logLikelihoods }] = golden.items;
  expect(golden.withoutSpace.some((value, i) => Math.abs(value - logLikelihoods[i]) > 0.01)).toBe(true);
});
