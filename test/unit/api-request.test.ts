import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../src/api/chat.ts";
import { createCompletions } from "../../src/api/text-completion.ts";
import { PronkError } from "../../src/errors.ts";
import type { GenerationDefaults } from "../../src/format/model-config.ts";
import { fakeCore, fakeGenerator, fakeVocabSize } from "../support/fake-core.ts";

const user = [{ role: "user" as const, content: "hi" }];

async function refusal(answer: Promise<unknown>): Promise<PronkError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PronkError);
  return error as PronkError;
}

describe("a wrong field is a bad-request that names it", () => {
  const generator = fakeGenerator(() => "ok");
  const chat = createChatCompletions(fakeCore(generator));

  test.each<[string, object]>([
    ["messages", { messages: [] }],
    ["messages", {}],
    ["messages", { messages: "hi" }],
    ["messages[0]", { messages: ["hi"] }],
    ["messages[1].role", { messages: [...user, { role: "tool", content: "x" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: 3 }] }],
    ["temperature", { messages: user, temperature: -1 }],
    ["temperature", { messages: user, temperature: NaN }],
    ["temperature", { messages: user, temperature: "1" }],
    ["temperature", { messages: user, temperature: Infinity }],
    ["max_tokens", { messages: user, max_tokens: 0 }],
    ["max_tokens", { messages: user, max_tokens: 1.5 }],
    ["top_p", { messages: user, top_p: 0 }],
    ["top_p", { messages: user, top_p: 1.01 }],
    ["top_k", { messages: user, top_k: -1 }],
    ["min_p", { messages: user, min_p: 2 }],
    ["repetition_penalty", { messages: user, repetition_penalty: 0 }],
    ["frequency_penalty", { messages: user, frequency_penalty: 3 }],
    ["presence_penalty", { messages: user, presence_penalty: -2.5 }],
    ["seed", { messages: user, seed: 0.5 }],
    ["stop", { messages: user, stop: "" }],
    ["stop", { messages: user, stop: [1] }],
    ["stop", { messages: user, stop: Array.from({ length: 17 }, (_, i) => `s${i}`) }],
    ["logit_bias", { messages: user, logit_bias: { [fakeVocabSize]: 1 } }],
    ["logit_bias", { messages: user, logit_bias: { "-1": 1 } }],
    ["logit_bias.5", { messages: user, logit_bias: { 5: 101 } }],
    ["stream", { messages: user, stream: "yes" }],
    ["ignore_eos", { messages: user, ignore_eos: 1 }],
    ["include_usage", { messages: user, stream_options: { include_usage: 1 } }],
    ["request", []],
  ])("%s of %j", async (field, request) => {
    const error = await refusal(chat.create(request as never));
    expect(error.code).toBe("bad-request");
    expect(error.facts.field).toBe(field);
    expect(error.message).toContain(field);
  });

  test("and no generation starts", () => expect(generator.requests).toEqual([]));

  test("prompt ids outside the vocabulary, an empty list, a wrong type", async () => {
    const completions = createCompletions(fakeCore(generator));
    for (const prompt of [[1, fakeVocabSize], [-1], [1.5], [], ["a"], 7, undefined]) {
      const error = await refusal(completions.create({ prompt } as never));
      expect([error.code, error.facts.field]).toEqual(["bad-request", "prompt"]);
    }
  });

  test("chat with a model that has no dialog points at completions", async () => {
    const plain = createChatCompletions(fakeCore(generator, { dialog: undefined }));
    const error = await refusal(plain.create({ messages: user }));
    expect(error.code).toBe("bad-request");
    expect(error.message).toContain("completions.create");
  });

  test("what the dialog refuses is passed on", async () => {
    const error = await refusal(chat.create({ messages: [...user, { role: "assistant", content: "hello" }] }));
    expect(error.message).toBe("Last message must be from user");
  });
});

describe("sampling", () => {
  async function sampling(defaults: GenerationDefaults, request: object = {}) {
    const generator = fakeGenerator(() => "ok");
    await createChatCompletions(fakeCore(generator, { defaults })).create({ messages: user, ...request });
    return generator.requests[0].sampling;
  }

  test("comes from generation_config.json", async () => {
    const published = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };
    expect(await sampling(published)).toMatchObject({ ...published, minP: 0, frequencyPenalty: 0, presencePenalty: 0 });
    expect(await sampling({ temperature: 0 })).toMatchObject({ temperature: 0, topP: 1, topK: 0 });
  });

  test("is pronk's own where the repository says nothing", async () => {
    expect(await sampling({})).toMatchObject({ temperature: 0.7, topP: 0.95, topK: 0, repetitionPenalty: 1 });
    expect(await sampling({ repetitionPenalty: 1.2 })).toMatchObject({ temperature: 0.7, repetitionPenalty: 1.2 });
  });

  test("is the request's where it speaks; null means not given, unknown fields nothing", async () => {
    const request = { temperature: 0, top_p: null, top_k: 5, logit_bias: { 7: -100 }, seed: -1, user: "me", n: 1 };
    expect(await sampling({ temperature: 0.6, topP: 0.9 }, request)).toEqual({
      temperature: 0,
      topP: 0.9,
      topK: 5,
      minP: 0,
      repetitionPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      seed: 0xffffffff,
      logitBias: { 7: -100 },
    });
  });

  test("draws another seed each time when none is given", async () => {
    const seeds = new Set(await Promise.all(Array.from({ length: 5 }, async () => (await sampling({})).seed)));
    expect(seeds.size).toBeGreaterThan(1);
  });
});
