// The model that ships answers as it did where it was trained: the committed greedy ids of transformers, in both browsers,
// through chat and through plain prompts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRunner, type BrowserRunner } from "../../cli/runner.ts";
import { browserKinds } from "../support/harness.ts";

const root = join(import.meta.dirname, "../..");

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
