// Chats with tools over a model that plays a script: what the model is told, what its answer becomes, whole and streamed, and
// what constrains it.

import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import type { ChatCompletionRequest } from "../../../src/api/chat-completions.ts";
import type { ChatDialog } from "../../../src/text/tokenizer.ts";
import { llama2Dialog } from "../../../src/text/llama2-dialog.ts";
import { collect, fakeCore, fakeGenerator, fakeTokenizer } from "../../support/fake-core.ts";
import { openTemplate, templatePieces } from "../../support/chat-templates.ts";
import { rejection } from "../../support/rejection.ts";
import { toolDialog, toolTemplates } from "../../support/tool-templates.ts";

const question = { role: "user", content: "What is 2 + 3?" } as const;
const add = {
  type: "function",
  function: {
    name: "add",
    description: "Adds two numbers",
    parameters: {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "integer" } },
      required: ["a", "b"],
      additionalProperties: false,
    },
  },
} as const;
const clock = { type: "function", function: { name: "clock" } } as const;
const strictAdd = { ...add, function: { ...add.function, strict: true } };
const tools = [add, clock];

const dialogs: Record<string, ChatDialog> = {
  ...Object.fromEntries(Object.entries(toolTemplates).map(([name, source]) => [name, toolDialog(source)])),
  "llama 2": llama2Dialog(fakeTokenizer),
};
const callsOf: Record<string, string> = {
  "llama-3.1": '{"name": "add", "parameters": {"a": 2, "b": 3}}',
  mistral: '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 2, "b": 3}, "id": "abcDEF123"}]',
};
const inTags = '<tool_call>\n{"name": "add", "arguments": {"a": 2, "b": 3}}\n</tool_call>';
const callOf = (name: string) => callsOf[name] ?? inTags;
const toldOf = (name: string) => (name === "llama 2" ? "<tools>" : name === "mistral" ? "[AVAILABLE_TOOLS]" : '"add"');

function chatOver(said: string, dialog: ChatDialog) {
  const prompts: string[] = [];
  const generator = fakeGenerator(
    (prompt) => {
      prompts.push(prompt);
      return said;
    },
    { contextLength: 9000 },
  );
  return { ...createChatCompletions(fakeCore(generator, { dialog })), prompts, generator };
}

async function ask(said: string, dialog: ChatDialog, request: Partial<ChatCompletionRequest> = {}) {
  const chat = chatOver(said, dialog);
  const asked = { messages: [question], tools, ...request } as ChatCompletionRequest;
  const { choices } = await chat.create({ ...asked, stream: false });
  return { ...choices[0], prompt: chat.prompts[0] };
}

describe.each(Object.keys(dialogs))("a model of the kind %s", (name) => {
  const dialog = dialogs[name];
  const call = callOf(name);
  const expected = [
    {
      id: expect.stringMatching(/^\w{9}$/),
      type: "function",
      function: { name: "add", arguments: '{"a": 2, "b": 3}' },
    },
  ];

  test("is told of tools and calls one", async () => {
    const { message, finish_reason, prompt } = await ask(call, dialog);
    expect(message).toEqual({ role: "assistant", content: "", refusal: null, tool_calls: expected });
    expect(finish_reason).toBe("tool_calls");
    expect(prompt).toContain(toldOf(name));
    expect(prompt).toContain('"clock"');
  });

  test("streams its call: id and name first, then its arguments, its end on a chunk of its own", async () => {
    const stream = await chatOver(call, dialog).create({ messages: [question], tools, stream: true });
    const deltas = (await collect(stream)).map(({ choices }) => choices[0]!);
    expect(deltas[0].delta).toEqual({ role: "assistant", content: "" });
    const { tool_calls: first } = deltas[1].delta;
    expect(first).toEqual([{ index: 0, ...expected[0], function: { name: "add", arguments: "{" } }]);
    const more = deltas.slice(2, -1).map(({ delta }) => delta.tool_calls![0]);
    expect(more.every(({ index, id, type }) => index === 0 && id === undefined && type === undefined)).toBe(true);
    expect(more.map((one) => one.function.arguments).join("")).toBe('"a": 2, "b": 3}');
    expect([deltas.at(-1)!.delta, deltas.at(-1)!.finish_reason]).toEqual([{}, "tool_calls"]);
    expect(deltas.slice(0, -1).every(({ finish_reason }) => finish_reason === null)).toBe(true);
  });

  test("answers in text where it wants to", async () => {
    const { message, finish_reason } = await ask("It is 5.", dialog);
    expect([message, finish_reason]).toEqual([{ role: "assistant", content: "It is 5.", refusal: null }, "stop"]);
  });

  test("reads its call and the result again", async () => {
    const { message } = await ask(call, dialog);
    const messages = [question, message, { role: "tool", tool_call_id: message.tool_calls![0].id, content: "five!" }] as const;
    for (const told of [{ tools }, { tools: undefined }]) {
      const { prompt } = await ask("5", dialog, { messages, ...told });
      expect(prompt).toContain("five!");
      expect(prompt).toMatch(/"name": "add", "(arguments|parameters)": \{"a": 2, "b": 3\}/);
    }
  }); // prettier-ignore

  test("is held to a call that is required, to a named one, and to a strict schema", async () => {
    for (const tool_choice of ["required", { type: "function", function: { name: "add" } }] as const) {
      const required = { tool_choice, tools: [add], max_tokens: 600, parallel_tool_calls: false };
      // It would speak, or, if it may think first, not begin a thought.
      const { message, finish_reason } = await ask(dialog.thoughts ? "<tool" : "It is 5.", dialog, required);
      expect([finish_reason, message.content]).toEqual(["tool_calls", ""]);
      const given = JSON.parse(message.tool_calls![0].function.arguments) as object;
      expect(given).toEqual({ a: expect.any(Number), b: expect.any(Number) });
    }
    const wrong = call.replace('"b": 3', '"c": "x"');
    const loose = await ask(wrong, dialog, { max_tokens: 300 });
    expect(loose.message.tool_calls![0].function.arguments).toBe('{"a": 2, "c": "x"}');
    const strict = await ask(wrong, dialog, { tools: [strictAdd], max_tokens: 300, parallel_tool_calls: false });
    expect(JSON.parse(strict.message.tool_calls![0].function.arguments)).toEqual({ a: 2, b: expect.any(Number) });
    const text = await ask("It is 5 < 6.", dialog, { tools: [strictAdd] });
    expect([text.message.content, text.finish_reason]).toEqual(["It is 5 < 6.", "stop"]);
  });

  test("calls nothing where nothing may be called", async () => {
    const { message, prompt } = await ask("5", dialog, { tool_choice: "none" });
    expect([message.tool_calls, prompt.includes(toldOf(name))]).toEqual([undefined, false]);
  });
});

describe("several calls", () => {
  const two = `${inTags}\n<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>`;
  const dialog = dialogs.qwen3;

  test("come each with its own id and index", async () => {
    const { message } = await ask(two, dialog);
    expect(message.tool_calls!.map((call) => call.function.name)).toEqual(["add", "clock"]);
    expect(new Set(message.tool_calls!.map(({ id }) => id)).size).toBe(2);
    const stream = await chatOver(two, dialog).create({ messages: [question], tools, stream: true });
    const chunks = (await collect(stream)).flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(chunks.filter(({ id }) => id).map(({ index }) => index)).toEqual([0, 1]);
  });

  test("but one where one is asked for, and nothing is computed after it", async () => {
    const { message, finish_reason, pronk } = await ask(two, dialog, { parallel_tool_calls: false });
    expect([message.tool_calls!.length, finish_reason]).toEqual([1, "tool_calls"]);
    expect(pronk.ids.length).toBeLessThan(inTags.length);
  });
});

describe("choices beside them", () => {
  const dialog = dialogs.hermes;

  test("only what is allowed is called", async () => {
    const tool_choice = {
      type: "allowed_tools",
      allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "clock" } }] },
    } as const;
    const { message, prompt } = await ask(inTags, dialog, { tool_choice, max_tokens: 200, parallel_tool_calls: false });
    const [{ function: called }] = message.tool_calls!;
    expect([called.name, JSON.parse(called.arguments)]).toEqual(["clock", {}]);
    expect(prompt).toContain("Adds two numbers");
  });

  test("a form of the answer is for answers that are no calls", async () => {
    const response_format = { type: "json_object" } as const;
    expect((await ask('{"sum":5} it is', dialog, { response_format })).message.content).toBe('{"sum":5}');
    expect((await ask(inTags, dialog, { response_format })).message.tool_calls).toHaveLength(1);
  });

  test("each of n reads its own, with the probabilities of all its tokens", async () => {
    const { choices } = await chatOver(inTags, dialog).create({ messages: [question], tools, n: 2, logprobs: true });
    expect(choices.map(({ message }) => message.tool_calls!.length)).toEqual([1, 1]);
    expect(choices[0].message.tool_calls![0].id).not.toBe(choices[1].message.tool_calls![0].id);
    expect(choices[0].logprobs!.content).toHaveLength(inTags.length);
  });

  test("what is cut within a call ends as cut", async () => {
    const { message, finish_reason } = await ask(inTags, dialog, { max_tokens: 20 });
    expect([message, finish_reason]).toEqual([{ role: "assistant", content: "", refusal: null }, "length"]);
  });
});

describe("forms that are written with special tokens, which decoders leave out", () => {
  const written = { mistral: "[TOOL_CALLS]", qwen3: "<tool_call>" };

  async function special(name: keyof typeof written, said: string, request: Partial<ChatCompletionRequest>) {
    const mark = written[name];
    const added_tokens_decoder = { [templatePieces.length + 20]: { content: mark, special: true } };
    const more = { "added_tokens.json": JSON.stringify({ [mark]: templatePieces.length + 20 }) };
    const config = JSON.stringify({
      bos_token: "<s>",
      eos_token: "</s>",
      added_tokens_decoder,
      chat_template: toolTemplates[name],
    });
    const { dialog, tokenizer } = await openTemplate(toolTemplates[name], { ...more, "tokenizer_config.json": config });
    const id = tokenizer.idOf(mark)!;
    expect(tokenizer.isSpecial(id)).toBe(true);
    const script = tokenizer.encode(said, { parseSpecial: true });
    const generator = Object.assign(
      fakeGenerator(() => script, { contextLength: 9000 }),
      { vocabSize: tokenizer.vocabSize },
    );
    const chat = createChatCompletions(fakeCore(generator, { dialog, tokenizer }));
    const asked = { messages: [question], tools, parallel_tool_calls: false, max_tokens: 900, ...request };
    const { choices } = await chat.create({ ...asked, stream: false });
    return { ...choices[0], id };
  }

  test.each(Object.keys(written) as (keyof typeof written)[])(
    "%s: a call is recognised by them, and begins with them where it must",
    async (name) => {
      const { message, finish_reason } = await special(name, callOf(name), {});
      expect([message.content, finish_reason]).toEqual(["", "tool_calls"]);
      expect(message.tool_calls![0].function).toEqual({ name: "add", arguments: '{"a": 2, "b": 3}' });
      for (const request of [{ tool_choice: "required" } as const, { tools: [strictAdd] }]) {
        const wrong = callOf(name).replace('"b": 3', '"c": 3');
        const held = await special(name, wrong, request);
        expect(held.pronk.ids[0]).toBe(held.id);
        expect(JSON.parse(held.message.tool_calls![0].function.arguments)).toEqual({ a: 2, b: expect.any(Number) });
      }
      const text = await special(name, "It is five.", { tools: [strictAdd] });
      expect([text.message.content, text.finish_reason]).toEqual(["It is five.", "stop"]);
    },
  );
});

test("a dialog that takes no system message is told of tools in the first question", async () => {
  const strict =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system message!') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}";
  const { prompt, message } = await ask(inTags, toolDialog(strict));
  expect(prompt).toMatch(/^\[user\]You can call functions/);
  expect(prompt).toContain("What is 2 + 3?");
  expect(message.tool_calls).toHaveLength(1);
});

test("results of several calls and the next question are one turn, for dialogs that take turns", async () => {
  const calls = [1, 2].map((n) => ({
    id: `c${n}`,
    type: "function" as const,
    function: { name: "clock", arguments: "{}" },
  }));
  const messages = [
    question,
    { role: "assistant", content: "Let me see.", tool_calls: calls },
    { role: "tool", tool_call_id: "c1", content: "one" },
    { role: "tool", tool_call_id: "c2", content: "two" },
    question,
  ] as const;
  const { prompt } = await ask("5", dialogs["llama 2"], { messages });
  expect(prompt).toContain(
    "<tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response>\nWhat is 2 + 3? [/INST]",
  );
});

test.each<[object, string]>([
  [{ tools: "add" }, "tools"],
  [{ tools: [{ type: "custom", custom: { name: "x" } }] }, "tools[0].type"],
  [{ tools: [{ type: "function" }] }, "tools[0].function"],
  [{ tools: [{ type: "function", function: { name: "<|im_end|>" } }] }, "tools[0].function.name"],
  [{ tools: [{ type: "function", function: { name: "f", parameters: [] } }] }, "tools[0].function.parameters"],
  [{ tools: [{ type: "function", function: { name: "f", strickt: true } }] }, "strickt"],
  [{ tools: [add, clock, add] }, "tools[2].function.name"],
  [{ tool_choice: "required" }, "tools"],
  [{ tools, tool_choice: "any" }, "tool_choice"],
  [{ tools, tool_choice: { type: "function", function: { name: "subtract" } } }, "tool_choice.function.name"],
  [{ tools, parallel_tool_calls: "no" }, "parallel_tool_calls"],
  [{ tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: { a: { not: {} } } }, strict: true } }] }, "tools[0].function.parameters"],
])("%j is refused by name before anything is computed", async (request, field) => {
  const chat = chatOver("no", dialogs.qwen3);
  const error = await rejection(chat.create({ messages: [question], stream: true, ...request }));
  expect(error).toMatchObject({ code: "bad-request", facts: { field } });
  expect(chat.prompts).toEqual([]);
}); // prettier-ignore

test("what is asked for and cannot be obeyed of a schema that is not strict is left out", async () => {
  const free = { type: "function", function: { name: "f", parameters: { type: "object", properties: { a: { not: {} } } } } } as const;
  const said = inTags.replace("add", "f");
  const { message } = await ask(said, dialogs.qwen3, { tools: [free], tool_choice: "required" });
  expect(message.tool_calls![0].function.arguments).toBe('{"a": 2, "b": 3}');
}); // prettier-ignore
