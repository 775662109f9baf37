import { mostLogprobs } from "../../../src/api/sampling.ts";
import { mostTopTokens } from "../../../src/gpu/operations.ts";
import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import { createCompletions } from "../../../src/api/text-completion.ts";
import { PronkError } from "../../../src/errors.ts";
import type { GenerationDefaults } from "../../../src/format/model-config.ts";
import { fakeCore, fakeGenerator, fakeTokenizer, fakeVocabSize } from "../../support/fake-core.ts";

const user = [{ role: "user" as const, content: "hi" }];

async function refusal(answer: Promise<unknown>): Promise<PronkError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PronkError);
  return error as PronkError;
}

test("as many logprobs may be asked for as the GPU finds", () => expect(mostLogprobs).toBe(mostTopTokens));

describe("a wrong field is a bad-request that names it", () => {
  const generator = fakeGenerator(() => "ok");
  const chat = createChatCompletions(fakeCore(generator));

  test.each<[string, object]>([
    ["messages", { messages: [] }],
    ["messages", {}],
    ["messages", { messages: "hi" }],
    ["messages[0]", { messages: ["hi"] }],
    ["messages[1].role", { messages: [...user, { role: "function", content: "x" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: null }] }],
    ["messages[0].content", { messages: [{ role: "user", content: [] }] }],
    ["messages[0].content[1].type", { messages: [{ role: "user", content: [{ type: "text", text: "a" }, { type: "image_url" }] }] }], // prettier-ignore
    ["messages[0].content[0].text", { messages: [{ role: "user", content: [{ type: "text" }] }] }],
    ["messages[0].content[0].type", { messages: [{ role: "user", content: [{ type: "refusal", refusal: "no" }] }] }],
    ["messages[0].text", { messages: [{ role: "user", text: "hi", content: "hi" }] }],
    ["messages[0].name", { messages: [{ role: "user", content: "hi", name: "<s>" }] }],
    ["messages[0].tool_calls", { messages: [{ role: "user", content: "hi", tool_calls: [{}] }] }],
    ["messages[1].tool_calls[0].function.name", { messages: [...user, { role: "assistant", tool_calls: [{ id: "1", function: { arguments: "{}" } }] }] }], // prettier-ignore
    ["messages[1].tool_calls[0].function.arguments", { messages: [...user, { role: "assistant", tool_calls: [{ id: "1", function: { name: "f", arguments: {} } }] }] }], // prettier-ignore
    ["messages[0].tool_call_id", { messages: [{ role: "user", content: "hi", tool_call_id: "1" }] }],
    ["max_completion_tokens", { messages: user, max_completion_tokens: 0 }],
    ["max_completion_tokens", { messages: user, max_completion_tokens: 3, max_tokens: 4 }],
    ["response_format.type", { messages: user, response_format: { type: "json" } }],
    ["tools", { messages: user, tools: "f" }],
    ["tool_choice", { messages: user, tool_choice: "any" }],
    ["functions", { messages: user, functions: [{ name: "f" }] }],
    ["n", { messages: user, n: 129 }],
    ["logprobs", { messages: user, logprobs: 3.5 }],
    ["top_logprobs", { messages: user, top_logprobs: 3 }],
    ["modalities", { messages: user, modalities: ["text", "audio"] }],
    ["reasoning_effort", { messages: user, reasoning_effort: "high" }],
    ["include_usages", { messages: user, stream_options: { include_usages: true } }],
    ["stream_options", { messages: user, stream_options: [] }],
    ["toString", { messages: user, toString: 1 }],
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

  test.each([
    ["n", 0, ["at least 1"]],
    ["best_of", 3, ["1"]],
    ["suffix", "!", ['""']],
    ["logprobs", 21, ["at most 20"]],
    ["messages", user, ["not a field"]],
  ])("completions: %s of %j", async (field, value, said) => {
    const error = await refusal(
      createCompletions(fakeCore(generator)).create({ prompt: "a", [field]: value } as never),
    );
    expect([error.code, error.facts.field]).toEqual(["bad-request", field]);
    for (const part of said) expect(error.message).toContain(part);
  });

  test.each([
    ["max_token", "max_tokens"],
    ["maxTokens", "max_tokens"],
    ["max_new_tokens", "max_tokens"],
    ["temprature", "temperature"],
    ["stop_sequences", undefined],
    ["repeat_penalty", "repetition_penalty"],
    ["Stream", "stream"],
    ["message", "messages"],
    ["mirostat", undefined],
  ])("a name that is not a field (%s) is refused with the nearest that is", async (field, nearest) => {
    const error = await refusal(chat.create({ messages: user, [field]: 1 } as never));
    expect([error.code, error.facts.field, error.facts.expected]).toEqual(["bad-request", field, nearest]);
    if (nearest) expect(error.message).toContain(`Did you mean "${nearest}"?`);
  });

  test("and no generation starts", () => expect(generator.requests).toEqual([]));

  test("prompt ids outside the vocabulary, an empty list, a wrong type", async () => {
    const completions = createCompletions(fakeCore(generator));
    for (const prompt of [[1, fakeVocabSize], [-1], [1.5], [], {}, 7, undefined]) {
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
    const error = await refusal(chat.create({ messages: [...user, { role: "system", content: "hello" }] }));
    expect(error.message).toBe("Last message must be from user");
  });
});

describe("what OpenAI's clients send", () => {
  async function prompt(request: object): Promise<string> {
    const generator = fakeGenerator(() => "ok");
    await createChatCompletions(fakeCore(generator)).create(request as never);
    return fakeTokenizer.decode(generator.requests[0].promptIds);
  }
  const call = { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } };

  // Bodies as openai 7.59, @ai-sdk/openai-compatible 3.0.92 and @langchain/openai 1.6.0 posted them.
  test.each<[string, object, string]>([
    ["openai", { model: "m", messages: [{ role: "developer", content: "be kind" }, { role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }], max_completion_tokens: 5 }, "s:be kind|u:a\nb|"],
    ["the AI SDK", { model: "m", max_tokens: 4, temperature: 0, presence_penalty: 0, stop: ["x"], seed: 3, messages: [{ role: "system", content: "s" }, { role: "user", content: "x" }, { role: "assistant", content: "hm", tool_calls: [call] }, { role: "tool", tool_call_id: "call_1", content: "42" }, { role: "user", content: "y" }] }, "s:s|u:x|a:hm|t:42|u:y|"],
    ["LangChain", { model: "m", stream: false, max_tokens: 7, messages: [{ role: "user", content: "x" }, { role: "assistant", content: null, tool_calls: [call] }, { role: "tool", content: "42", name: "f", tool_call_id: "call_1" }, { role: "user", content: "y" }] }, "u:x|a:|t:42|u:y|"],
    ["a refusal sent back", { messages: [{ role: "user", content: "x" }, { role: "assistant", content: null, refusal: "no" }, { role: "user", content: "y" }, { role: "assistant", content: [{ type: "text", text: "so" }, { type: "refusal", refusal: "no" }] }, { role: "user", content: "z" }] }, "u:x|a:no|u:y|a:so\nno|u:z|"],
    ["an answer sent back", { messages: [{ role: "user", content: "x" }, { role: "assistant", content: "hi", refusal: null, annotations: [], audio: null, function_call: null, tool_calls: null }, { role: "user", content: "y" }] }, "u:x|a:hi|u:y|"],
  ])("%s", async (_, request, expected) => expect(await prompt(request)).toBe(expected)); // prettier-ignore

  test("harmless fields, and others with the value that asks for nothing", async () => {
    const provider = { model: "gpt-4o", user: "me", metadata: { a: "b" }, store: true, service_tier: "auto" };
    const asksNothing = { n: 1, logprobs: false, tools: [], tool_choice: "none", response_format: { type: "text" } };
    const more = { parallel_tool_calls: true, prompt_cache_key: "k", stream_options: { include_obfuscation: false } };
    const nulls = { response_format: null, best_of: null, anything: null, max_tokens: undefined };
    for (const fields of [provider, asksNothing, more, nulls])
      expect(await prompt({ messages: user, ...fields })).toBe("u:hi|");
    const generator = fakeGenerator(() => "ok");
    const text = createCompletions(fakeCore(generator));
    await text.create({ prompt: "a", n: 1, best_of: 1, suffix: null, logprobs: null, echo: false } as never);
    await text.create({ prompt: "a", suffix: "", user: "me", model: "m" } as never);
    expect(generator.requests).toHaveLength(2);
  });

  test("max_completion_tokens bounds the answer, as max_tokens does", async () => {
    const generator = fakeGenerator(() => "abcdef");
    const chat = createChatCompletions(fakeCore(generator));
    for (const bound of [{ max_completion_tokens: 3 }, { max_tokens: 3 }, { max_completion_tokens: 3, max_tokens: 3 }])
      expect((await chat.create({ messages: user, ...bound })).choices[0]).toMatchObject({
        message: { content: "abc" },
        finish_reason: "length",
      });
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

  test("is the request's where it speaks; null means not given", async () => {
    const request = { temperature: 0, top_p: null, top_k: 5, logit_bias: { 7: -100 }, seed: -1, min_p: null };
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
