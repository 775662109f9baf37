// The model that ships answers as it did where it was trained: the committed greedy ids of transformers, in both browsers,
// by chat and by plain prompts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRunner, type BrowserRunner } from "../../cli/runner.ts";
import { browserKinds } from "../support/harness.ts";

const root = join(import.meta.dirname, "../..");

// What runs in the page finds the library as a global.
declare const pronk: typeof import("../../src/index.ts");

interface EmbeddingCase {
  input?: string;
  ids: number[];
  mean: number[];
  last: number[];
}

interface TinyCase {
  messages?: { role: string; content: string }[];
  promptIds: number[];
  greedyIds: number[];
}

const { cases } = JSON.parse(readFileSync(join(root, "test/fixtures/tiny/golden.json"), "utf8")) as {
  cases: TinyCase[];
};

describe.each(browserKinds)("%s", (kind) => {
  let runner: BrowserRunner;
  beforeAll(async () => {
    runner = await openRunner(kind);
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("greedy ids of every golden prompt", async () => {
    const { answers, info } = await runner.run({
      model: runner.serve(join(root, "public/models/tiny")),
      options: { quantize: "none", store: false },
      prompts: cases.map(({ promptIds, greedyIds }) => ({
        prompt: promptIds,
        maxTokens: greedyIds.length,
        ignoreEos: true,
        temperature: 0,
      })),
    });
    expect(info.dialog).toBe("llama-2");
    expect(info.kv).toBe("f32");
    for (const [i, { greedyIds }] of cases.entries()) expect(answers[i].ids, `case ${i}`).toEqual(greedyIds);
  });

  test("embeddings are those of transformers, and a conversation goes on behind them", async () => {
    const { models } = JSON.parse(readFileSync(join(root, "test/fixtures/embeddings/golden.json"), "utf8")) as {
      models: Record<string, EmbeddingCase[]>;
    };
    // As text: the test runner would rewrite the import.
    await runner.page.evaluate(`async () => Object.assign(globalThis, { pronk: await import("/lib/index.js") }) && 1`);
    for (const [folder, wanted] of Object.entries(models)) {
      const inputs = wanted.map(({ input, ids }) => input ?? ids);
      const argument = { model: runner.serve(join(root, folder)), inputs };
      const found = await runner.page.evaluate<Embedded>(embedInPage, argument);
      expect(found.tokens).toBe(wanted.reduce((sum, { ids }) => sum + ids.length, 0));
      for (const [i, golden] of wanted.entries())
        for (const pooling of ["mean", "last"] as const) {
          const error = Math.max(...found[pooling][i].map((value, at) => Math.abs(value - golden[pooling][at])));
          expect(error, `${folder}, ${i}, ${pooling}`).toBeLessThan(1e-4);
        }
      expect([found.cached, found.goneOn]).toEqual([found.held, found.alone]);
    }
  });

  test("a question through chat is encoded as it was in training", async () => {
    const asked = cases.find(({ messages }) => messages?.length === 1)!;
    const prompt = { prompt: asked.messages![0].content, chat: true, maxTokens: 200, temperature: 0, logits: true };
    const { answers, info, logits } = await runner.run({
      model: runner.serve(join(root, "public/models/tiny")),
      options: { store: false },
      prompts: [prompt],
    });
    expect(answers[0].promptIds).toEqual(asked.promptIds);
    expect(asked.greedyIds.slice(0, answers[0].ids.length)).toEqual(answers[0].ids);
    expect(answers[0].text.length).toBeGreaterThan(3);
    expect(answers[0].finishReason).toBe("stop");
    // A row for every position up to the one that gave the last id; none for the end.
    const { promptIds, ids } = answers[0];
    expect(logits[0].length / info.config.vocabSize).toBe(promptIds.length + ids.length - 1);
  });
});

interface Embedded {
  mean: number[][];
  last: number[][];
  tokens: number;
  /** Positions of the prompt that its first answer left in the cache, and how many of them the second found. */
  held: number;
  cached: number;
  /** What follows after the embeddings, and without them. */
  goneOn: number[];
  alone: number[];
}

async function embedInPage({ model, inputs }: { model: string; inputs: (string | number[])[] }): Promise<Embedded> {
  const engine = await pronk.createEngine(model, { store: false, quantize: "none", kv: "f32", tokenizer: "optional" });
  const go = (prompt: number[]) =>
    engine.completions.create({ prompt, temperature: 0, max_tokens: 6, ignore_eos: true });
  const prompt = Array.from({ length: 20 }, (_, i) => 5 + ((i * 7) % 60));
  const said = await go(prompt);
  const next = [...prompt, ...said.pronk.ids, 9];
  const alone = await go(next);
  const embedded = async (pooling: "mean" | "last") => {
    const { data, usage } = await engine.embeddings.create({ input: inputs as string[], pooling });
    return { numbers: data.map(({ embedding }) => embedding), tokens: usage.prompt_tokens };
  };
  const [mean, last] = [await embedded("mean"), await embedded("last")];
  const goneOn = await go(next);
  await engine.unload();
  return {
    mean: mean.numbers,
    last: last.numbers,
    tokens: mean.tokens,
    held: next.length - 1, // the last id is always computed
    cached: goneOn.usage!.prompt_tokens_details.cached_tokens,
    goneOn: goneOn.pronk.ids,
    alone: alone.pronk.ids,
  };
}
