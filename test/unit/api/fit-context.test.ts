// Long chats: what is computed anew, question by question, once the context is full.

import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import type { ChatMessage } from "../../../src/text/tokenizer.ts";
import { fakeCore, fakeGenerator, fakeTokenizer } from "../../support/fake-core.ts";

interface Answered {
  messages: ChatMessage[];
  prompt: string;
  promptTokens: number;
  computed: number;
  dropped: number;
}

/** A chat of this many questions; `question` gives each. */
async function chat(questions: number, question: (n: number) => string): Promise<Answered[]> {
  const generator = fakeGenerator((prompt) => `answer ${prompt.length}`, { contextLength: 1000 });
  const completions = createChatCompletions(fakeCore(generator));
  const messages: ChatMessage[] = [{ role: "system", content: "be kind" }];
  const answers: Answered[] = [];
  for (let n = 1; n <= questions; n++) {
    messages.push({ role: "user", content: question(n) });
    const { choices, usage, pronk } = await completions.create({ messages });
    messages.push({ role: "assistant", content: choices[0].message.content });
    const { prompt_tokens: promptTokens } = usage;
    const computed = promptTokens - usage.prompt_tokens_details.cached_tokens;
    const prompt = fakeTokenizer.decode(generator.requests.at(-1)!.promptIds);
    answers.push({ messages: messages.slice(0, -1), prompt, promptTokens, computed, dropped: pronk.dropped_messages });
  }
  return answers;
}

describe("a chat past its context", () => {
  test.each([
    ["short questions", (n: number) => `q${n}`],
    ["middling questions", (n: number) => `this is question ${n}, of some length`],
    ["questions of very unequal length", (n: number) => "x".repeat(1 + ((n * 37) % 90))],
  ])("computes little again: %s", async (_, question) => {
    const answers = await chat(100, question);
    const past = answers.slice(answers.findIndex(({ dropped }) => dropped > 0));
    expect(past.length).toBeGreaterThan(50);
    const stayed = past.filter(({ dropped }, at) => at > 0 && dropped === past[at - 1].dropped);
    // As long as nothing more is dropped, only what was said since is computed. When the fewest turns were dropped, each
    // question computed the whole prompt: 570 to 725 tokens.
    for (const { computed } of stayed) expect(computed).toBeLessThan(115);
    expect(stayed.length / past.length).toBeGreaterThan(0.75);
    const computed = past.reduce((sum, answer) => sum + answer.computed, 0) / past.length;
    expect(computed).toBeLessThan(150);
    for (const { prompt } of answers) expect(prompt).toMatch(/^s:be kind\|u:/);
  });

  test("keeps at least half of the context's room for what was said", async () => {
    const answers = await chat(60, (n) => `this is question ${n}`);
    const room = 1000 - 250;
    for (const { promptTokens, dropped } of answers) {
      expect(promptTokens).toBeLessThanOrEqual(room);
      if (dropped > 0) expect(promptTokens).toBeGreaterThan(room / 2);
    }
  });

  test("drops the same for a conversation that another engine has answered so far", async () => {
    const fresh = createChatCompletions(fakeCore(fakeGenerator(() => "x", { contextLength: 1000 })));
    const dropped = [];
    for (const { messages } of await chat(40, (n) => `question ${n}`))
      dropped.push((await fresh.create({ messages })).pronk.dropped_messages);
    expect(dropped).toEqual((await chat(40, (n) => `question ${n}`)).map((answer) => answer.dropped));
    expect(Math.max(...dropped)).toBeGreaterThan(0);
  });

  test("several system messages all stay", async () => {
    const generator = fakeGenerator(() => "x", { contextLength: 100 });
    const messages: ChatMessage[] = ["one", "two"].map((content) => ({ role: "system", content }));
    for (let n = 0; n < 20; n++)
      messages.push({ role: "user", content: "question" }, { role: "assistant", content: "a" });
    await createChatCompletions(fakeCore(generator)).create({
      messages: [...messages, { role: "user", content: "?" }],
    });
    expect(fakeTokenizer.decode(generator.requests[0].promptIds)).toMatch(/^s:one\|s:two\|u:question\|/);
  });
});
