// Real clients on `engine.fetch`, unchanged: each package's own calls, streams, aborts and errors.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI, OpenAI as LangChainOpenAI } from "@langchain/openai";
import { openai as llamaIndex } from "@llamaindex/openai";
import { tool as chainTool } from "@langchain/core/tools";
import { generateText, isStepCount, Output, streamText, tool as sdkTool } from "ai";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PronkError } from "../../../src/errors.ts";
import { collect } from "../../support/fake-core.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { toolDialog, toolTemplates } from "../../support/tool-templates.ts";

const baseURL = "http://pronk.local/v1";
const user = (content: string) => [{ role: "user" as const, content }];
const Animal = z.object({ name: z.string(), legs: z.number().int() });
const animal = '{"name":"fox","legs":4}';

const Place = z.object({ place: z.string() });
const weather = {
  name: "weather",
  description: "Weather of a place",
  run: async ({ place }: z.infer<typeof Place>) => `21 in ${place}`,
};
/** Calls the function first, then says what it returned. */
const caller = (prompt: string) =>
  /21 in Bern/.test(prompt)
    ? "It is 21."
    : 'Let me see.<tool_call>\n{"name": "weather", "arguments": {"place": "Bern"}}\n</tool_call>';
const room = { contextLength: 4000 };

/** What the engine says, and clients of it. */
function clients(script: (prompt: string) => string, options?: Parameters<typeof fakeEngine>[1]) {
  const { fetch, generator, engine } = fakeEngine(script, options);
  const given = { apiKey: "-", model: "fake/model", configuration: { baseURL, fetch } };
  return {
    generator,
    engine,
    openai: new OpenAI({ baseURL, apiKey: "-", fetch }),
    ai: createOpenAICompatible({ name: "pronk", baseURL, fetch, includeUsage: true, supportsStructuredOutputs: true }),
    chain: new ChatOpenAI({ ...given, maxRetries: 0 }),
    completionChain: new LangChainOpenAI({ ...given, maxRetries: 0 }),
    llama: llamaIndex({ model: "gpt-4o-mini", apiKey: "-", baseURL, additionalSessionOptions: { fetch } }),
  };
}

describe("openai", () => {
  test("create, whole and streamed, and .stream() with what it gathers", async () => {
    const { openai } = clients(() => "a fox");
    const { choices, usage } = await openai.chat.completions.create({ model: "any", messages: user("who?") });
    expect([choices[0].message.content, choices[0].finish_reason, usage!.completion_tokens]).toEqual([
      "a fox",
      "stop",
      5,
    ]);
    let text = "";
    for await (const chunk of await openai.chat.completions.create({
      model: "any",
      messages: user("who?"),
      stream: true,
    }))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("a fox");
    const stream = openai.chat.completions.stream({
      model: "any",
      messages: user("who?"),
      stream_options: { include_usage: true },
    });
    expect(await stream.finalContent()).toBe("a fox");
    expect((await stream.totalUsage()).completion_tokens).toBe(5);
  });

  test("parse() by a zod schema, of a chat and of a response", async () => {
    const { openai } = clients(() => animal);
    const format = zodResponseFormat(Animal, "animal");
    const { choices } = await openai.chat.completions.parse({
      model: "any",
      messages: user("{}"),
      response_format: format,
    });
    expect(choices[0].message.parsed).toEqual({ name: "fox", legs: 4 });
    const text = { format: zodTextFormat(Animal, "animal") };
    expect((await openai.responses.parse({ model: "any", input: "{}", text })).output_parsed).toEqual({
      name: "fox",
      legs: 4,
    });
  });

  test("runTools: a call, its result, and the answer", async () => {
    const { openai } = clients(caller, room);
    const { run, ...described } = weather;
    const tool = {
      type: "function" as const,
      function: {
        ...described,
        parameters: z.toJSONSchema(Place) as Record<string, unknown>,
        parse: JSON.parse,
        function: run,
      },
    };
    const runner = openai.chat.completions.runTools({
      model: "any",
      messages: user("How warm is it in Bern?"),
      tools: [tool],
    });
    expect(await runner.finalContent()).toBe("It is 21.");
    const streamed = openai.chat.completions.runTools({
      model: "any",
      messages: user("How warm is it in Bern?"),
      tools: [tool],
      stream: true,
    });
    expect(await streamed.finalContent()).toBe("It is 21.");
    expect(streamed.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  });

  test("responses that call functions, whole and streamed, and take what came of it", async () => {
    const { openai } = clients(caller, room);
    const { run: _, ...described } = weather;
    const tools = [
      {
        type: "function" as const,
        ...described,
        parameters: z.toJSONSchema(Place) as Record<string, unknown>,
        strict: false,
      },
    ];
    const question = { role: "user" as const, content: "How warm is it in Bern?" };
    const whole = await openai.responses.create({ model: "any", input: [question], tools });
    const [said, call] = whole.output;
    expect([said.type, whole.output_text]).toEqual(["message", "Let me see."]);
    if (call.type !== "function_call") throw new Error(call.type);
    expect([call.name, JSON.parse(call.arguments)]).toEqual(["weather", { place: "Bern" }]);
    const stream = openai.responses.stream({ model: "any", input: [question], tools });
    const types: string[] = [];
    for await (const { type } of stream) if (!type.endsWith("delta") && types.at(-1) !== type) types.push(type);
    expect((await stream.finalResponse()).output.map(({ type }) => type)).toEqual(["message", "function_call"]);
    expect(types.slice(-6)).toEqual([
      "response.content_part.done",
      "response.output_item.done",
      "response.output_item.added",
      "response.function_call_arguments.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const output = { type: "function_call_output" as const, call_id: call.call_id, output: "21 in Bern" };
    const next = await openai.responses.create({
      model: "any",
      input: [question, ...whole.output, output] as never,
      tools,
    });
    expect(next.output_text).toBe("It is 21.");
    const named = { type: "function" as const, name: "weather" };
    const held = await openai.responses.create({ model: "any", input: "Bern?", tools, tool_choice: named });
    expect(held.output.map(({ type }) => type)).toEqual(["function_call"]);
  });

  test("responses that think first: an item of its own, its events, and it may come back", async () => {
    const prompts: string[] = [];
    const thinks = (prompt: string) => (prompts.push(prompt), "<think>\nBecause of it.\n</think>\n\nSo.");
    const { openai } = clients(thinks, { ...room, dialog: toolDialog(toolTemplates.qwen3) });
    const whole = await openai.responses.create({ model: "any", input: "Why?" });
    expect(whole.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
    expect(whole.output[0]).toMatchObject({
      status: "completed",
      summary: [],
      content: [{ type: "reasoning_text", text: "Because of it." }],
    });
    expect(whole.output_text).toBe("So.");
    expect(whole.usage!.output_tokens_details.reasoning_tokens).toBeGreaterThan(10);

    const types: string[] = [];
    const thought: string[] = [];
    const stream = openai.responses.stream({ model: "any", input: "Why?" });
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === "response.reasoning_text.delta") thought.push(event.delta);
      if (event.type === "response.reasoning_text.done") expect(event.text).toBe(thought.join(""));
    }
    expect(thought.join("")).toBe("Because of it.");
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.reasoning_text.delta",
      "response.reasoning_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const streamed = await stream.finalResponse();
    expect(streamed.output[0]).toEqual({ ...whole.output[0], id: streamed.output[0].id });
    expect([streamed.output.length, streamed.output_text]).toEqual([2, "So."]);

    const cut = await openai.responses.create({ model: "any", input: "Why?", max_output_tokens: 20 });
    expect(cut.output).toMatchObject([{ type: "reasoning", status: "incomplete" }]);
    // The thought comes back with the call that it led to, as the template wants it.
    const call = { type: "function_call", call_id: "abcDEF123", name: "f", arguments: "{}" } as const;
    const result = { type: "function_call_output", call_id: "abcDEF123", output: "42" } as const;
    const input = [{ role: "user", content: "Why?" }, whole.output[0], call, result] as const;
    await openai.responses.create({ model: "any", input: [...input] as never });
    expect(prompts.at(-1)).toContain("<think>\nBecause of it.\n</think>\n\n<tool_call>");
  });

  test("embeddings, as the package asks for them and as numbers, with its own errors", async () => {
    const { openai, engine } = clients(() => "");
    const wanted = (await engine.embeddings.create({ input: ["a fox", "a llama"] })).data;
    const { data, usage } = await openai.embeddings.create({ model: "any", input: ["a fox", "a llama"] }); // as base64
    expect(data.map(({ embedding }) => Array.from(embedding))).toEqual(wanted.map(({ embedding }) => embedding));
    expect(usage.prompt_tokens).toBe("a fox".length + "a llama".length + 2);
    const numbers = await openai.embeddings.create({ model: "any", input: "a fox", encoding_format: "float" });
    expect(numbers.data[0].embedding).toEqual(wanted[0].embedding);
    await expect(openai.embeddings.create({ model: "any", input: "" })).rejects.toThrow(OpenAI.BadRequestError);
  });

  test("completions, of a list of prompts too, and models", async () => {
    const { openai } = clients((prompt) => (prompt === "one" ? "1" : "2"));
    const { choices } = await openai.completions.create({ model: "any", prompt: ["one", "two"] });
    expect(choices.map(({ text }) => text)).toEqual(["1", "2"]);
    const names: string[] = [];
    for await (const { id } of openai.models.list()) names.push(id);
    expect(names).toEqual(["fake/model"]);
    expect((await openai.models.retrieve("fake/model")).owned_by).toBe("pronk");
  });

  test("responses: text, instructions, a conversation, and the events of a stream", async () => {
    const prompts: string[] = [];
    const { openai } = clients((prompt) => (prompts.push(prompt), "a fox"));
    const whole = await openai.responses.create({
      model: "any",
      instructions: "Be brief.",
      input: "who?",
      max_output_tokens: 20,
    });
    expect([whole.output_text, whole.status, whole.usage!.output_tokens]).toEqual(["a fox", "completed", 5]);
    const input = [
      { role: "user", content: [{ type: "input_text", text: "who?" }] },
      { role: "assistant", content: whole.output_text },
      { role: "user", content: "and?" },
    ] as const;
    const cut = await openai.responses.create({ model: "any", input: [...input] as never, max_output_tokens: 3 });
    expect([cut.output_text, cut.status, cut.incomplete_details]).toEqual([
      "a f",
      "incomplete",
      { reason: "max_output_tokens" },
    ]);
    expect(prompts).toEqual(["s:Be brief.|u:who?|", "u:who?|a:a fox|u:and?|"]);

    const types: string[] = [];
    const stream = openai.responses.stream({ model: "any", input: "who?" });
    for await (const event of stream) types.push(event.type);
    expect((await stream.finalResponse()).output_text).toBe("a fox");
    expect(types.filter((type) => type !== "response.output_text.delta")).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    await expect(openai.responses.create({ model: "any", input: "x", previous_response_id: "resp_1" })).rejects.toThrow(
      /no response is kept/,
    );
  });

  test("what fails behind the first words is an error of the stream, of responses too", async () => {
    const { openai } = clients(() => {
      throw new PronkError("device-lost", "The GPU is gone.");
    });
    const chat = await openai.chat.completions.create({ model: "any", messages: user("who?"), stream: true });
    await expect(collect(chat)).rejects.toThrow("The GPU is gone.");
    await expect(openai.responses.stream({ model: "any", input: "who?" }).finalResponse()).rejects.toThrow(
      "The GPU is gone.",
    );
  });

  test("a break ends the answer; abort, timeout and errors are of its own classes", async () => {
    const { openai, generator, engine } = clients(() => "words without an end", { stepMs: 5 });
    for await (const _ of await openai.chat.completions.create({ model: "any", messages: user("go"), stream: true }))
      break;
    await expect.poll(() => generator.running).toBe(0);
    const abort = new AbortController();
    const aborted = openai.chat.completions.create({ model: "any", messages: user("go") }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 5);
    await expect(aborted).rejects.toThrow(OpenAI.APIUserAbortError);
    const late = openai.chat.completions.create({ model: "any", messages: user("go") }, { timeout: 5, maxRetries: 0 });
    await expect(late).rejects.toThrow(OpenAI.APIConnectionTimeoutError);
    const wrong = openai.chat.completions.create({ model: "any", messages: user("go"), temperature: -1 });
    const error = await wrong.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, param: "temperature", code: "bad_request" });
    await engine.unload();
    await expect(openai.chat.completions.create({ model: "any", messages: user("go") })).rejects.toThrow(
      OpenAI.InternalServerError,
    );
  });
});

describe("AI SDK", () => {
  test("generateText, streamText and an object by a schema", async () => {
    const { ai } = clients((prompt) => (prompt.includes("{}") ? animal : "a fox"));
    const model = ai.chatModel("fake/model");
    const { text, usage, finishReason } = await generateText({ model, prompt: "who?" });
    expect([text, usage.outputTokens, finishReason]).toEqual(["a fox", 5, "stop"]);
    const stream = streamText({ model, prompt: "who?" });
    let streamed = "";
    for await (const piece of stream.textStream) streamed += piece;
    expect([streamed, (await stream.usage).outputTokens, await stream.finishReason]).toEqual(["a fox", 5, "stop"]);
    const { output } = await generateText({ model, prompt: "{}", output: Output.object({ schema: Animal }) });
    expect(output).toEqual({ name: "fox", legs: 4 });
  });

  test("tools, in text and in a stream", async () => {
    const { ai } = clients(caller, room);
    const tools = { weather: sdkTool({ description: weather.description, inputSchema: Place, execute: weather.run }) };
    const asked = { model: ai.chatModel("m"), prompt: "How warm is it in Bern?", tools, stopWhen: isStepCount(3) };
    const { text, steps } = await generateText(asked);
    expect([text, steps.length, steps[0].toolResults[0].output]).toEqual(["It is 21.", 2, "21 in Bern"]);
    const stream = streamText(asked);
    await stream.consumeStream();
    expect(await stream.text).toBe("It is 21.");
  });

  test("an error is told with what the engine says", async () => {
    const { ai } = clients(() => "x", { contextLength: 10 });
    await expect(generateText({ model: ai.chatModel("m"), prompt: "long ".repeat(20), maxRetries: 0 })).rejects.toMatchObject({ statusCode: 400 }); // prettier-ignore
  });
});

describe("LangChain", () => {
  test("invoke, stream, batch, and an object by a schema", async () => {
    const { chain, completionChain } = clients((prompt) => (prompt.includes("{}") ? animal : "a fox"));
    const answer = await chain.invoke("who?");
    expect([answer.text, answer.usage_metadata?.output_tokens]).toEqual(["a fox", 5]);
    let streamed = "";
    for await (const chunk of await chain.stream("who?")) streamed += chunk.text;
    expect(streamed).toBe("a fox");
    expect((await chain.batch(["who?", "who else?"])).map(({ text }) => text)).toEqual(["a fox", "a fox"]);
    const structured = chain.withStructuredOutput(Animal, { method: "jsonSchema" });
    expect(await structured.invoke("{}")).toEqual({ name: "fox", legs: 4 });
    expect(await completionChain.invoke("who?")).toBe("a fox");
  });
});

test("LangChain: tools, bound, streamed, and as a way to an object", async () => {
  const { chain } = clients(caller, room);
  const { run, ...described } = weather;
  const bound = chain.bindTools([chainTool(run, { ...described, schema: Place })]);
  const { tool_calls: calls } = await bound.invoke("How warm is it in Bern?");
  expect(calls).toMatchObject([{ name: "weather", args: { place: "Bern" } }]);
  let gathered: Awaited<ReturnType<typeof bound.invoke>> | undefined;
  for await (const chunk of await bound.stream("How warm is it in Bern?"))
    gathered = gathered ? (gathered as typeof chunk).concat(chunk) : chunk;
  expect(gathered!.tool_calls).toMatchObject([{ name: "weather", args: { place: "Bern" } }]);
  const held = clients((prompt) => caller(prompt).replace("Let me see.", ""), room).chain;
  const structured = held.withStructuredOutput(Place, { name: "weather", method: "functionCalling" });
  expect(await structured.invoke("How warm is it in Bern?")).toEqual({ place: "Bern" });
});

describe("LlamaIndex", () => {
  test("chat, whole and streamed", async () => {
    const { llama } = clients(() => "a fox");
    expect((await llama.chat({ messages: user("who?") })).message.content).toBe("a fox");
    let streamed = "";
    for await (const { delta } of await llama.chat({ messages: user("who?"), stream: true })) streamed += delta;
    expect(streamed).toBe("a fox");
  });
});
