// The page in which real client packages talk to the built library's engine, in its worker and under pronk's policy: each
// scenario makes a client's own calls, and throws if their outcome is not what the engine itself gives. Opened by
// test/long/clients.proof.ts.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI, OpenAI as LangChainOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { openai as llamaIndex, OpenAIEmbedding as LlamaEmbedding } from "@llamaindex/openai";
import { embed, embedMany, generateObject, generateText, Output, streamText, tool as sdkTool } from "ai";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Engine } from "../../src/index.ts";

const baseURL = "https://pronk.local/v1";
const model = "any";
const question = "What is WebGPU?";
const messages = [{ role: "user" as const, content: question }];
const texts = [question, "A fox."];
const asked = { model, messages, temperature: 0, max_tokens: 24 };

const Animal = z.object({ name: z.enum(["fox", "llama"]), legs: z.number().int().min(0).max(8) });
const Place = z.object({ place: z.enum(["Bern", "Lima"]) });
const described = { name: "weather", description: "Weather of a place" };
const parameters = z.toJSONSchema(Place) as Record<string, unknown>;

function clientsOf({ fetch }: Engine) {
  const given = { apiKey: "-", model, temperature: 0, maxTokens: 24, maxRetries: 0, configuration: { baseURL, fetch, dangerouslyAllowBrowser: true } }; // prettier-ignore
  return {
    openai: new OpenAI({ baseURL, apiKey: "-", fetch, dangerouslyAllowBrowser: true }),
    sdk: createOpenAICompatible({ name: "pronk", baseURL, fetch, includeUsage: true, supportsStructuredOutputs: true }),
    chain: new ChatOpenAI(given),
    completionChain: new LangChainOpenAI(given),
    chainEmbeddings: new OpenAIEmbeddings({ ...given, dimensions: undefined }),
    llamaEmbedding: new LlamaEmbedding({ model, apiKey: "-", baseURL, additionalSessionOptions: { fetch, dangerouslyAllowBrowser: true } }), // prettier-ignore
    llama: llamaIndex({ model: "gpt-4o-mini", apiKey: "-", baseURL, temperature: 0, maxTokens: 24, additionalSessionOptions: { fetch, dangerouslyAllowBrowser: true } }), // prettier-ignore
  };
}

type Given = ReturnType<typeof clientsOf> & {
  engine: Engine;
  /** What the engine answers to the question in a chat, and after it as plain text. */
  wanted: { chat: string; text: string; embeddings: number[][] };
};

function same(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`found ${JSON.stringify(found)}; wanted ${JSON.stringify(wanted)}`);
}

async function joined(pieces: AsyncIterable<string | undefined | null>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece ?? "";
  return text;
}

async function* each<T>(items: AsyncIterable<T>, of: (item: T) => string | undefined | null) {
  for await (const item of items) yield of(item);
}

async function failing(promise: Promise<unknown>, kind: abstract new (...given: never[]) => Error): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof kind)) throw new Error(`wanted ${kind.name}, found ${String(error)}`);
  return error;
}

const scenarios: Record<string, (given: Given) => Promise<void>> = {
  async "openai: create, whole and streamed"({ openai, wanted }) {
    const { choices, usage } = await openai.chat.completions.create(asked);
    same([choices[0].message.content, usage!.completion_tokens > 0], [wanted.chat, true]);
    const chunks = await openai.chat.completions.create({ ...asked, stream: true });
    same(await joined(each(chunks, ({ choices: [choice] }) => choice?.delta.content)), wanted.chat);
  },
  async "openai: .stream()"({ openai, wanted }) {
    const stream = openai.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
    same(await stream.finalContent(), wanted.chat);
    same((await stream.totalUsage()).completion_tokens > 0, true);
  },
  async "openai: parse() by a zod schema"({ openai }) {
    const response_format = zodResponseFormat(Animal, "animal");
    const { choices } = await openai.chat.completions.parse({ ...asked, max_tokens: 300, response_format });
    Animal.parse(choices[0].message.parsed);
  },
  async "openai: runTools"({ openai }) {
    const told: unknown[] = [];
    const run = (place: unknown) => (told.push(place), "21");
    const tools = [{ type: "function" as const, function: { ...described, parameters, parse: JSON.parse, function: run } }]; // prettier-ignore
    const tool_choice = { type: "function" as const, function: { name: "weather" } };
    // One call: the shipped model would make more until its tokens end. It likes wide indents, so there is room for them.
    for (const stream of [false, true] as const) {
      const runner = openai.chat.completions.runTools({ ...asked, max_tokens: 300, tools, tool_choice, stream: stream as false, parallel_tool_calls: false }); // prettier-ignore
      await runner.done();
      Place.parse(told.pop());
      same(runner.messages.at(-1)?.role, "tool");
    }
  },
  async "openai: completions, and models"({ openai, wanted }) {
    const { choices } = await openai.completions.create({ model, prompt: [question, question], temperature: 0, max_tokens: 12 }); // prettier-ignore
    same(choices.map(({ text }) => text), [wanted.text, wanted.text]); // prettier-ignore
    same((await openai.models.list()).data.length, 1);
  },
  async "openai: responses, whole, streamed and parsed"({ openai, wanted }) {
    const request = { model, input: question, temperature: 0, max_output_tokens: 24 };
    same((await openai.responses.create(request)).output_text, wanted.chat);
    same((await openai.responses.stream(request).finalResponse()).output_text, wanted.chat);
    const text = { format: zodTextFormat(Animal, "animal") };
    Animal.parse((await openai.responses.parse({ ...request, max_output_tokens: 300, text })).output_parsed);
    const tools = [{ type: "function" as const, ...described, parameters, strict: true }];
    const held = await openai.responses.create({ ...request, max_output_tokens: 300, tools, tool_choice: "required" });
    const [call] = held.output;
    if (call.type !== "function_call") throw new Error(`a ${call.type} instead of a call`);
    Place.parse(JSON.parse(call.arguments));
  },
  async "openai: embeddings"({ openai, wanted }) {
    const { data, usage } = await openai.embeddings.create({ model, input: texts }); // as base64, which it decodes
    same(data.map(({ embedding }) => Array.from(embedding)), wanted.embeddings); // prettier-ignore
    same(usage.prompt_tokens > 4, true);
    const [{ embedding }] = (await openai.embeddings.create({ model, input: question, encoding_format: "float", dimensions: 3 })).data; // prettier-ignore
    same([embedding.length, Math.abs(Math.hypot(...embedding) - 1) < 1e-6], [3, true]);
  },
  async "openai: break, abort, timeout, and errors of its classes"({ openai, wanted }) {
    const long = { ...asked, max_tokens: 200 };
    for await (const _ of await openai.chat.completions.create({ ...long, stream: true })) break;
    const abort = new AbortController();
    const aborted = openai.chat.completions.create(long, { signal: abort.signal });
    setTimeout(() => abort.abort(), 30);
    await failing(aborted, OpenAI.APIUserAbortError);
    const late = openai.chat.completions.create(long, { timeout: 30, maxRetries: 0 });
    await failing(late, OpenAI.APIConnectionTimeoutError);
    await failing(openai.chat.completions.create({ ...asked, temperature: -1 }), OpenAI.BadRequestError);
    await failing(openai.models.retrieve("another"), OpenAI.NotFoundError);
    same((await openai.chat.completions.create(asked)).choices[0].message.content, wanted.chat);
  },
  async "AI SDK: generateText, streamText"({ sdk, wanted }) {
    const request = { model: sdk.chatModel(model), prompt: question, temperature: 0, maxOutputTokens: 24 };
    same((await generateText(request)).text, wanted.chat);
    same(await joined(streamText(request).textStream), wanted.chat);
  },
  async "AI SDK: an object by a schema, and tools in a stream"({ sdk }) {
    const request = { model: sdk.chatModel(model), prompt: question, temperature: 0, maxOutputTokens: 120 };
    Animal.parse((await generateText({ ...request, output: Output.object({ schema: Animal }) })).output);
    Animal.parse((await generateObject({ ...request, schema: Animal })).object);
    const weather = sdkTool({ description: described.description, inputSchema: Place, execute: async () => "21" });
    const providerOptions = { pronk: { parallel_tool_calls: false } };
    const stream = streamText({ ...request, tools: { weather }, toolChoice: "required", providerOptions });
    const [result] = await stream.toolResults;
    Place.parse(result.input);
    same(result.output, "21");
  },
  async "AI SDK: embed, embedMany"({ sdk, wanted }) {
    const embedder = sdk.embeddingModel(model);
    same((await embed({ model: embedder, value: question })).embedding, wanted.embeddings[0]);
    same((await embedMany({ model: embedder, values: texts })).embeddings, wanted.embeddings);
  },
  async "LangChain: embedQuery, embedDocuments"({ chainEmbeddings, wanted }) {
    same(await chainEmbeddings.embedQuery(question), wanted.embeddings[0]);
    same(await chainEmbeddings.embedDocuments(texts), wanted.embeddings);
  },
  async "LlamaIndex: getTextEmbedding, and of several"({ llamaEmbedding, wanted }) {
    same(Array.from(await llamaEmbedding.getTextEmbedding(question)), wanted.embeddings[0]);
    same((await llamaEmbedding.getTextEmbeddings(texts)).map((numbers) => Array.from(numbers)), wanted.embeddings); // prettier-ignore
  },
  async "LangChain: invoke, stream, batch, completions"({ chain, completionChain, wanted }) {
    same((await chain.invoke(question)).text, wanted.chat);
    same(await joined(each(await chain.stream(question), ({ text }) => text)), wanted.chat);
    same((await chain.batch([question, question])).map(({ text }) => text), [wanted.chat, wanted.chat]); // prettier-ignore
    same((await completionChain.invoke(question)).startsWith(wanted.text), true);
  },
  async "LangChain: withStructuredOutput, by schema and by a call"({ engine }) {
    const chain = new ChatOpenAI({ apiKey: "-", model, temperature: 0, maxTokens: 120, configuration: { baseURL, fetch: engine.fetch, dangerouslyAllowBrowser: true } }); // prettier-ignore
    Animal.parse(await chain.withStructuredOutput(Animal, { method: "jsonSchema" }).invoke(question));
    Place.parse(await chain.withStructuredOutput(Place, { name: "weather", method: "functionCalling" }).invoke(question)); // prettier-ignore
  },
  async "LlamaIndex: chat, whole and streamed"({ llama, wanted }) {
    same((await llama.chat({ messages })).message.content, wanted.chat);
    same(await joined(each(await llama.chat({ messages, stream: true }), ({ delta }) => delta)), wanted.chat);
  },
};

export interface ClientsPage {
  pronkClients: {
    open(modelUrl: string): Promise<string[]>;
    /** What went wrong, or "". */
    run(scenario: string): Promise<string>;
  };
}

let given: Given;

const page: ClientsPage["pronkClients"] = {
  async open(modelUrl) {
    const library = "/lib/index.js";
    const { createEngine } = (await import(/* @vite-ignore */ library)) as typeof import("../../src/index.ts");
    const engine = await createEngine(modelUrl, { store: false });
    const { choices } = await engine.chat.completions.create(asked);
    const text = await engine.completions.create({ prompt: question, temperature: 0, max_tokens: 12 });
    const { data } = await engine.embeddings.create({ input: texts });
    const embeddings = data.map(({ embedding }) => embedding);
    const wanted = { chat: choices[0].message.content, text: text.choices[0].text, embeddings };
    given = { ...clientsOf(engine), engine, wanted };
    return Object.keys(scenarios);
  },
  async run(scenario) {
    try {
      await scenarios[scenario](given);
      return "";
    } catch (error) {
      return String((error as Error).stack ?? error);
    }
  },
};

Object.assign(globalThis, { pronkClients: page });
