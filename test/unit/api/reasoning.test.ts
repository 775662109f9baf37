// Thoughts told apart from words, over a model that plays a script and templates that mark them; values for templates.

import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import type { ChatCompletionRequest } from "../../../src/api/chat-completions.ts";
import type { ChatDialog } from "../../../src/text/tokenizer.ts";
import { collect, fakeCore, fakeGenerator } from "../../support/fake-core.ts";
import { rejection } from "../../support/rejection.ts";
import { toolDialog, toolTemplates } from "../../support/tool-templates.ts";

const question = { role: "user", content: "Why?" } as const;
const qwen = toolDialog(toolTemplates.qwen3);
// In DeepSeek's form: the template opens the thought, and leaves earlier ones out.
const opening = toolDialog(
  "{% for m in messages %}{% set content = m.content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}<{{ m.role }}>{{ content }}{% endfor %}<assistant><think>\n",
);
const silent = toolDialog("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");

async function ask(said: string, dialog: ChatDialog, request: Partial<ChatCompletionRequest> = {}) {
  const prompts: string[] = [];
  const generator = fakeGenerator((prompt) => (prompts.push(prompt), said), { contextLength: 9000 });
  const chat = createChatCompletions(fakeCore(generator, { dialog }));
  const asked = { messages: [question], ...request } as ChatCompletionRequest;
  const { choices, usage } = await chat.create({ ...asked, stream: false });
  const stream = await chat.create({ ...asked, stream: true });
  const deltas = (await collect(stream)).map(({ choices: [choice] }) => choice!.delta);
  const join = (of: "content" | "reasoning_content") => deltas.map((delta) => delta[of] ?? "").join("");
  const { content, reasoning_content: thought = "" } = choices[0].message;
  expect([join("content"), join("reasoning_content")]).toEqual([content, thought]);
  return { ...choices[0], prompt: prompts[0], usage };
}

describe("a thought", () => {
  test.each([
    ["that the model opens", "<think>\nBecause of it.\n</think>\n\nSo.", qwen],
    ["that the template opens", "Because of it.\n</think>\n\nSo.", opening],
  ])("%s is no word of the answer", async (_, said, dialog) => {
    const { message, finish_reason, usage } = await ask(said, dialog);
    expect(message).toEqual({ role: "assistant", content: "So.", refusal: null, reasoning_content: "Because of it." });
    expect(finish_reason).toBe("stop");
    const { reasoning_tokens: thought } = usage.completion_tokens_details;
    expect(thought).toBeGreaterThanOrEqual("Because of it.".length);
    expect(thought).toBeLessThan(usage.completion_tokens - "So.".length);
  });

  test("that is cut is a thought all the same", async () => {
    const { message, finish_reason } = await ask("Because of it", opening, { max_tokens: 7 });
    expect([message, finish_reason]).toEqual([
      { role: "assistant", content: "", refusal: null, reasoning_content: "Because" },
      "length",
    ]);
  });

  test("of a model whose template marks none stays in the words, and there may be none", async () => {
    const said = "<think>Hm.</think>So.";
    expect((await ask(said, silent)).message).toEqual({ role: "assistant", content: said, refusal: null });
    expect((await ask("So.", qwen)).message).toEqual({ role: "assistant", content: "So.", refusal: null });
    expect((await ask("So.", qwen)).usage.completion_tokens_details).toEqual({ reasoning_tokens: 0 });
  });

  test("comes before an answer in a form, which may not be in it", async () => {
    const response_format = { type: "json_object" } as const;
    for (const [said, dialog] of [
      ['<think>\n{"no": 1}\n</think>\n\n{"a":1}', qwen],
      ['{"no": 1}\n</think>\n\n{"a":1}', opening],
    ] as const) {
      const { message } = await ask(said, dialog, { response_format });
      expect(message).toMatchObject({ content: '{"a":1}', reasoning_content: '{"no": 1}' });
    }
    expect((await ask('{"a":1}', qwen, { response_format })).message.content).toBe('{"a":1}');
  });

  test("and a call", async () => {
    const tools = [{ type: "function", function: { name: "f" } }] as const;
    const said = '<think>\nI call.\n</think>\n\n<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>';
    for (const tool_choice of ["auto", "required"] as const) {
      const { message, finish_reason } = await ask(said, qwen, { tools, tool_choice });
      expect([message.reasoning_content, message.tool_calls?.length, finish_reason]).toEqual(["I call.", 1, "tool_calls"]);
    }
  }); // prettier-ignore
});

describe("a thought that comes back", () => {
  const answered = { role: "assistant", content: "So.", reasoning_content: "Because." } as const;

  test("goes to templates that take it, as they want it", async () => {
    const call = { id: "abcDEF123", type: "function", function: { name: "f", arguments: "{}" } } as const;
    const calling = { ...answered, content: "", tool_calls: [call] };
    const result = { role: "tool", content: "42", tool_call_id: "abcDEF123" } as const;
    const { prompt } = await ask("So.", qwen, { messages: [question, calling, result] });
    expect(prompt).toContain("<think>\nBecause.\n</think>\n\n<tool_call>");
  });

  test("and is left out for others", async () => {
    for (const dialog of [opening, silent]) {
      const { prompt } = await ask("x", dialog, { messages: [question, answered, question] });
      expect([prompt.includes("So."), prompt.includes("Because")]).toEqual([true, false]);
    }
  });

  test("only of an assistant", async () => {
    const error = await rejection(ask("x", qwen, { messages: [{ ...question, reasoning_content: "a" } as never] }));
    expect(error.facts.field).toBe("messages[0].reasoning_content");
  });
});

describe("chat_template_kwargs", () => {
  test("are told to the template", async () => {
    const { prompt } = await ask("So.", qwen, { chat_template_kwargs: { enable_thinking: false } });
    expect(prompt.endsWith("<think>\n\n</think>\n\n")).toBe(true);
    const dated = await ask("So.", toolDialog(toolTemplates["llama-3.1"]), { chat_template_kwargs: { date_string: "7 May" } });
    expect(dated.prompt).toContain("Today: 7 May");
  }); // prettier-ignore

  test.each([
    [{ messages: [] }, "chat_template_kwargs.messages"],
    [{ tools: [] }, "chat_template_kwargs.tools"],
    [{ "a b": 1 }, "chat_template_kwargs.a b"],
    [[], "chat_template_kwargs"],
    ["x", "chat_template_kwargs"],
  ])("%j are refused", async (chat_template_kwargs, field) => {
    const error = await rejection(ask("x", qwen, { chat_template_kwargs: chat_template_kwargs as never }));
    expect(error).toMatchObject({ code: "bad-request", facts: { field } });
  });
});
