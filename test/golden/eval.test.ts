// pronk/eval on the model that ships, in both browsers: perplexities by both rules within 1e-4 of what lm_eval and llama.cpp's
// rule give over transformers in f32, and every item of every task as in lm_eval.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRunner, type BrowserRunner } from "../../cli/runner.ts";
import type { EvalModel, EvalResult, Measurement } from "../../cli/eval-request.ts";
import type { ChoicesResult, ComparisonResult, PerplexityResult, TaskName } from "../../src/eval/index.ts";
import { browserKinds } from "../support/harness.ts";
import type { EvalGolden } from "./eval-golden.ts";

const root = join(import.meta.dirname, "../..");
const fixture = (name: string) => readFileSync(join(root, "test/fixtures/eval", name), "utf8");
const golden = JSON.parse(fixture("golden.json")) as EvalGolden;
const text = readFileSync(join(root, "public/eval/text.txt"), "utf8");
const relative = (found: number, known: number) => Math.abs(found / known - 1);

describe.each(browserKinds)("%s", (kind) => {
  let runner: BrowserRunner;
  let model: EvalModel;
  beforeAll(async () => {
    runner = await openRunner(kind);
    model = { url: runner.serve(join(root, "public/models/tiny")), options: { quantize: "none", store: false } };
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("a text by the harness's rule", async () => {
    const [known] = golden.harness;
    const found = (await runner.evaluate({ model, text })) as unknown as PerplexityResult;
    expect(found).toMatchObject({ window: known.window, tokens: known.tokens, windows: known.windows.length });
    for (const name of ["perplexity", "wordPerplexity", "bytePerplexity", "bitsPerByte"] as const)
      expect(relative(found[name]!, known[name]), name).toBeLessThan(1e-4);
  });

  test("and by llama.cpp's", async () => {
    const [known] = golden["llama.cpp"];
    const request = { model, text, rule: "llama.cpp", window: known.window } as const;
    const found = (await runner.evaluate(request)) as unknown as PerplexityResult;
    expect(found.tokens).toBe(known.tokens);
    for (const name of ["perplexity", "standardError"] as const)
      expect(relative(found[name], known[name]), name).toBeLessThan(1e-4);
  });

  // In one browser: the sums over the same rows are plain TypeScript.
  test.runIf(kind === browserKinds[0])("every item of every task", async () => {
    const rows = fixture("rows.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { task: string; row: object });
    const isOf = (task: string) => (entry: { task: string }) => entry.task === task;
    const truthful = ["truthfulqa_mc1", "truthfulqa_mc2"];
    const byFields = rows.filter(({ task }) => !truthful.includes(task));
    for (const [own, prompts] of [
      [byFields, undefined],
      ...truthful.map((task) => [rows.filter(isOf(task)), task] as const),
    ] as const) {
      const request = {
        model,
        task: own.map(({ row }) => JSON.stringify(row)).join("\n"),
        prompts: prompts as TaskName,
      };
      const { items } = (await runner.evaluate(request)) as unknown as ChoicesResult;
      for (const [i, entry] of own.entries()) {
        const known = golden.items[rows.indexOf(entry)];
        const { task } = entry;
        expect(items[i].logLikelihoods, task).toEqual(known.logLikelihoods.map((value) => expect.closeTo(value, 2)));
        expect(items[i].acc, task).toBeCloseTo(known.acc, 4);
        if (known.accNorm !== undefined) expect(items[i].accNorm, task).toBe(known.accNorm);
      }
    }
  });

  test("choices that share their context have the numbers that each has alone", async () => {
    const item = (choices: string[]) => JSON.stringify({ context: text.slice(0, 400), choices, gold: 0 });
    const choices = ["and so it was", "and so it is", "Marta said nothing at all to them", "q"];
    const ask = async (given: string[]) => {
      const { items } = (await runner.evaluate({ model, task: item(given) })) as unknown as ChoicesResult;
      return items[0].logLikelihoods;
    };
    const together = await ask(choices);
    const alone: number[] = [];
    for (const choice of choices) alone.push(...(await ask([choice]))); // each by an engine of its own: nothing is cached
    expect(together).toEqual(alone.map((value) => expect.closeTo(value, 4)));
    // Far more apart than the comparison above allows, so that none can be another's.
    expect(new Set(together.map((value) => value.toFixed(2))).size).toBe(choices.length);
  });

  test("q4 and the file as it is against the file: what both tell of one run agrees with runs of each", async () => {
    const short = text.slice(0, 400);
    const q4 = { ...model, options: { ...model.options, quantize: "q4" as const } };
    const alone = (await runner.evaluate({ model: q4, text: short, window: 128 })) as unknown as PerplexityResult;
    const request = { model: q4, beside: [model], against: model, text: short, window: 128 };
    const both = (await runner.evaluate(request)) as EvalResult & ComparisonResult;
    expect(relative(both.perplexity, alone.perplexity)).toBeLessThan(1e-6);
    expect(both.tokens).toBe(alone.tokens);
    expect(both.kl).toBeGreaterThan(1e-3);
    expect(both.kl).toBeLessThan(1);
    expect(both.top1).toBeLessThan(1);
    expect(both.maxLogit).toBeGreaterThan(both.logit999);
    const [same] = both.beside as (Measurement & ComparisonResult)[];
    expect(same).toMatchObject({ kl: 0, top1: 1, quantize: "none", perplexity: both.referencePerplexity });
  });
});
