// An engine over real servers with the shipped model: llama.cpp's and `transformers serve`. Greedy answers are pronk's own, word
// for word, and what a server cannot do is named. The servers come from PyPI: test/support/real-servers.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adapterFromEnvironment } from "../../cli/browser/adapter-choice.ts";
import { root } from "../../cli/built.ts";
import { openRunner } from "../../cli/runner.ts";
import type { EngineCalls } from "../../src/api/surface.ts";
import { openEndpoint } from "../../src/endpoint/open-endpoint.ts";
import { PronkError } from "../../src/errors.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { startLlamaServer, startTransformersServer } from "../support/real-servers.ts";
import type { Proof } from "./proof.ts";

const key = "sk-of-the-proof";
const maxTokens = 60;

const questions = [
  "What is pronk?",
  "Is this private?",
  "What is WebGPU?",
  "What does quantization do?",
  "Tell me a story about a llama.",
  "What is a llama?",
  "Who are you?",
  "What is a token?",
  "What is the KV cache?",
  "Tell me a story about a fox.",
  "How large are you?",
  "What can you do?",
];
const beginning = "Once upon a time there was a";

interface Expected {
  chats: string[];
  continued: string;
}

async function pronksOwn(asked: readonly string[]): Promise<Expected> {
  ensureBuilt(["library", "runner"]);
  await using runner = await openRunner("chromium", { adapter: adapterFromEnvironment("software") });
  const usual = { maxTokens, temperature: 0 };
  const prompts = asked.map((prompt) => ({ ...usual, prompt, chat: true }));
  const model = runner.serve(join(root, "public/models/tiny"));
  const options = { store: false };
  const { answers } = await runner.run({ model, options, prompts: [...prompts, { ...usual, prompt: beginning }] });
  const texts = answers.map(({ text }) => text);
  return { chats: texts.slice(0, -1), continued: texts.at(-1)! };
}

const user = (content: string) => [{ role: "user", content }] as const;

/** Whole and streamed, the same words as pronk's. */
async function sameWords(engine: EngineCalls, asked: readonly string[], expected: Expected): Promise<void> {
  for (const [at, question] of asked.entries()) {
    const request = { messages: user(question), max_tokens: maxTokens, temperature: 0 };
    const { choices, usage } = await engine.chat.completions.create(request);
    equal(`"${question}"`, choices[0].message.content, expected.chats[at]);
    if (!(usage.prompt_tokens > 0 && usage.completion_tokens > 0))
      throw new Error(`no usage: ${JSON.stringify(usage)}`);
    let text = "";
    let last: { completion_tokens: number } | null | undefined;
    const stream = await engine.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      last = chunk.usage;
    }
    equal(`"${question}", streamed`, text, expected.chats[at]);
    equal(`"${question}", its tokens`, last?.completion_tokens, usage.completion_tokens);
  }
  const asText = { prompt: beginning, max_tokens: maxTokens, temperature: 0 };
  const { text } = (await engine.completions.create(asText)).choices[0];
  // transformers cuts the answer's own first space off; the words are the same.
  equal(beginning, text.trimStart(), expected.continued.trimStart());
}

function equal(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}

/** The call fails with the code and, if one is given, the field. */
async function refused(what: string, work: Promise<unknown>, code: string, field?: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PronkError) || error.code !== code || (field && error.facts.field !== field))
    throw new Error(`${what}: ${JSON.stringify(error ?? "answered")}, not ${code} of ${field}`, { cause: error });
  if (JSON.stringify([error.message, error.facts]).includes(key)) throw new Error(`${what}: it tells the key`);
}

const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } } as const;

/** An abandoned answer makes room for the next: the server has one slot. */
async function aborted({ chat }: EngineCalls): Promise<void> {
  const leave = new AbortController();
  const request = { messages: user("Tell me a story about a llama."), max_tokens: 300, ignore_eos: undefined };
  const stream = await chat.completions.create({ ...request, stream: true }, { signal: leave.signal });
  let thrown: unknown;
  try {
    for await (const { choices } of stream) if (choices[0]?.delta.content) leave.abort("left");
  } catch (error) {
    thrown = error;
  }
  equal("what an aborted stream throws", thrown, "left");
  await chat.completions.create({ messages: user("Who are you?"), max_tokens: 1 });
}

/** As transformers makes them; pronk's are within 1e-4 of those (test/golden/tiny.test.ts). f16 weights in other kernels. */
async function sameVectors({ embeddings }: EngineCalls): Promise<void> {
  const golden = JSON.parse(readFileSync(join(root, "test/fixtures/embeddings/golden.json"), "utf8"));
  const cases = golden.models["public/models/tiny"] as { input: string; mean: number[] }[];
  const { data } = await embeddings.create({ input: cases.map(({ input }) => input) });
  for (const [at, { mean, input }] of cases.entries()) {
    const off = Math.max(...data[at].embedding.map((value, i) => Math.abs(value - mean[i])));
    if (!(off < 1e-3)) throw new Error(`the vector of "${input}" is off by ${off}`);
  }
  const shorter = embeddings.create({ input: "a", dimensions: 8 });
  await refused("dimensions", shorter, "bad-request", "dimensions");
}

async function overLlama(asked: readonly string[], expected: Expected): Promise<void> {
  await using server = await startLlamaServer(key);
  const { endpoint } = server;
  const engine = await openEndpoint({ endpoint, apiKey: key });
  equal("its context", engine.info.contextLength, 512);
  await sameWords(engine, asked, expected);
  await aborted(engine);
  const { chat, completions } = engine;
  const messages = user("What is WebGPU?");
  const schema = {
    type: "object",
    properties: { yes: { type: "boolean" } },
    required: ["yes"],
    additionalProperties: false,
  };
  const format = { type: "json_schema", json_schema: { name: "answer", schema, strict: true } } as const;
  const object = await chat.completions.create({ messages, response_format: format, temperature: 0 });
  equal("an object", typeof JSON.parse(object.choices[0].message.content).yes, "boolean");
  const held = await chat.completions.create({ messages, grammar: 'root ::= "yes" | "no"', temperature: 0 });
  if (!/^(yes|no)$/.test(held.choices[0].message.content)) throw new Error("a grammar is not kept to");
  const told = await chat.completions.create({
    messages,
    logprobs: true,
    top_logprobs: 2,
    max_tokens: 3,
    temperature: 0,
  });
  equal("logprobs", told.choices[0].logprobs?.content.map(({ top_logprobs: top }) => top.length).join(), "2,2,2");
  const ids = await completions.create({ prompt: [1, 300, 400], max_tokens: 4, logprobs: 1, temperature: 0 });
  equal("logprobs of ids", ids.choices[0].logprobs?.tokens.length, 4);
  const goesOn = [...messages, { role: "assistant", content: "WebGPU is" }] as const;
  const more = { messages: goesOn, max_tokens: 8, temperature: 0 };
  const whole = (await chat.completions.create(more)).choices[0].message.content;
  let streamed = "";
  for await (const { choices } of await chat.completions.create({ ...more, stream: true }))
    streamed += choices[0]?.delta.content ?? "";
  equal("an answer that goes on, streamed", streamed, whole);
  const strong = await chat.completions.create({ messages, repetition_penalty: 5, max_tokens: 40, temperature: 0 });
  if (strong.choices[0].message.content === expected.chats[asked.indexOf("What is WebGPU?")])
    throw new Error("a repetition penalty does nothing");
  await sameVectors(engine);
  await refused("n", chat.completions.create({ messages, n: 2 }), "bad-request", "n");
  await refused("echo", completions.create({ prompt: "Once", echo: true, max_tokens: 2 }), "bad-request", "echo");
  const must = { messages, tools: [tool], tool_choice: "required" } as const;
  await refused("tool_choice", chat.completions.create(must), "bad-request", "tool_choice");
  await refused("a long prompt", chat.completions.create({ messages: user("word ".repeat(900)) }), "context-full");
  await refused("another key", openEndpoint({ endpoint, apiKey: `${key}-another` }), "network");
  await refused("a grammar that is none", chat.completions.create({ messages, grammar: "root ::= (" }), "bad-request");
}

async function overTransformers(asked: readonly string[], expected: Expected): Promise<void> {
  await using server = await startTransformersServer();
  const engine = await openEndpoint({ endpoint: server.endpoint });
  await sameWords(engine, asked, expected);
  await aborted(engine);
  const { chat, completions } = engine;
  const usual = { messages: user("What is WebGPU?"), temperature: 0 };
  await refused("n", chat.completions.create({ ...usual, n: 2 }), "bad-request", "n");
  await refused("logprobs", chat.completions.create({ ...usual, logprobs: true }), "bad-request", "logprobs");
  const json = { ...usual, response_format: { type: "json_object" } } as const;
  await refused("json", chat.completions.create(json), "bad-request", "response_format");
  await refused("top_k", chat.completions.create({ ...usual, top_k: 4 }), "bad-request", "top_k");
  await refused("ids", completions.create({ prompt: [1, 300], max_tokens: 2 }), "bad-request");
  const must = { ...usual, tools: [tool], tool_choice: "required" } as const;
  await refused("tool_choice", chat.completions.create(must), "bad-request", "tool_choice");
}

export const endpointProof: Proof = {
  name: "endpoint",
  says: "over llama.cpp's server and transformers' an engine says what pronk says, word for word, and names what they don't do",
  unit: "questions to each of two servers",
  slice: 3,
  full: questions.length,
  async run(count) {
    const asked = questions.slice(0, Math.max(3, count));
    const expected = await pronksOwn(asked);
    await overLlama(asked, expected);
    await overTransformers(asked, expected);
  },
};
