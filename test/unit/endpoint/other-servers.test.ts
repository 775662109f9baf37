// Servers that answer differently from OpenAI's: what llama.cpp's and transformers' were seen to send, and what no server
// should. test/long/endpoint.proof.ts asks the real ones.

import { expect, test } from "vitest";
import type { Endpoint } from "../../../src/api/surface.ts";
import { openEndpoint } from "../../../src/endpoint/open-endpoint.ts";
import { collect } from "../../support/fake-core.ts";
import { type Arrived, eventsOf, startLoopback } from "../../support/loopback.ts";
import { rejection } from "../../support/rejection.ts";

const key = "sk-a-secret-key";
const messages = [{ role: "user", content: "who?" }] as const;
const patience = { attempts: 3, firstWaitMs: 0, longestWaitMs: 0, stallMs: Infinity };

/** An engine over a server that lists one model of `owner` and answers the rest with `answer`. */
async function over(
  answer: (arrived: Arrived) => Response,
  { owner = "someone", ...endpoint }: { owner?: string } & Partial<Endpoint> = {},
) {
  const server = await startLoopback((_, one) =>
    one.path === "/v1/models" ? Response.json({ data: [{ id: "one", owned_by: owner }] }) : answer(one),
  );
  const engine = await openEndpoint({ endpoint: `${server.origin}/v1`, apiKey: key, ...endpoint }, { patience });
  const bodies = () => server.arrived.slice(1).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  return { engine, server, bodies, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const chatOf = (message: object, more: object = {}) =>
  Response.json({
    choices: [{ index: 0, message, finish_reason: "stop", ...more }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  });
const chunk = (delta: object, more: object = {}) => ({ id: "x", choices: [{ index: 0, delta, ...more }] });

test("llama.cpp: the space before the first word, a repetition penalty by its own name, times of its own", async () => {
  const timings = { prompt_n: 3, prompt_ms: 10, predicted_n: 2, predicted_ms: 4 };
  await using there = await over(
    ({ body }) =>
      body.includes('"stream":true')
        ? eventsOf([
            chunk({ role: "assistant", content: null }),
            chunk({ content: " A" }),
            chunk({ content: " fox" }),
            chunk({}, { finish_reason: "stop" }),
            { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 }, timings },
          ])
        : chatOf({ role: "assistant", content: body.includes("A f") ? "A fox" : " A fox" }),
    { owner: "llamacpp" },
  );
  const { completions } = there.engine.chat;
  const whole = await completions.create({ messages, repetition_penalty: 1.5, model: "any", seed: null });
  expect(whole.choices[0]).toMatchObject({ message: { content: "A fox" }, finish_reason: "stop" });
  expect(there.bodies()[0]).toEqual({ messages, repeat_penalty: 1.5, model: "one" });
  const goesOn = await completions.create({ messages: [...messages, { role: "assistant", content: "A f" }] });
  expect(goesOn.choices[0].message.content).toBe("ox");
  const stream = await completions.create({ messages, stream: true, stream_options: { include_usage: true } });
  const chunks = await collect(stream);
  expect(chunks.map(({ choices }) => choices[0]?.delta.content)).toEqual(["", "A", " fox", undefined, undefined]);
  expect(chunks.at(-1)?.usage).toMatchObject({ total_tokens: 5, extra: { prefill_ms: 10, decode_tokens_per_s: 500 } });
});

test("transformers: no [DONE], no null reasons, usage on the last chunk", async () => {
  await using there = await over(() =>
    eventsOf(
      [
        chunk({ role: "assistant" }),
        chunk({ content: "A fox" }),
        {
          ...chunk({}, { finish_reason: "length" }),
          usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
        },
      ],
      "",
    ),
  );
  const asked = { messages, stream: true, stream_options: { include_usage: true } } as const;
  const chunks = await collect(await there.engine.chat.completions.create(asked));
  expect(
    chunks.map(({ choices, usage }) => [choices[0]?.delta.content, choices[0]?.finish_reason, usage?.total_tokens]),
  ).toEqual([
    ["", null, undefined],
    ["A fox", null, undefined],
    [undefined, "length", undefined],
    [undefined, undefined, 5],
  ]);
});

test("thoughts by either name, calls without index or id, put together or in pieces, end as calls", async () => {
  const call = (name: string, text: string) => ({ function: { name, arguments: text } });
  await using there = await over(({ body }) =>
    body.includes('"stream":true')
      ? eventsOf([
          chunk({ reasoning: "hm" }),
          chunk({ tool_calls: [{ index: 4, id: "c1", ...call("f", "") }] }),
          chunk({ tool_calls: [{ index: 4, id: "c1", ...call("f", '{"a"') }] }),
          chunk(
            {
              tool_calls: [
                { index: 4, ...call("", ":1}") },
                { index: 7, ...call("g", "{}") },
              ],
            },
            { finish_reason: "stop" },
          ),
        ])
      : chatOf({ content: null, reasoning_content: "hm", tool_calls: [call("f", '{"a":1}')] }),
  );
  const { completions } = there.engine.chat;
  const { message, finish_reason: finish } = (await completions.create({ messages })).choices[0];
  expect([message.content, message.reasoning_content, finish]).toEqual(["", "hm", "tool_calls"]);
  expect(message.tool_calls).toEqual([
    { id: expect.stringMatching(/^call_/), type: "function", ...call("f", '{"a":1}') },
  ]);
  const deltas = (await collect(await completions.create({ messages, stream: true }))).flatMap(
    ({ choices }) => choices,
  );
  expect(deltas.map(({ delta }) => delta.tool_calls?.[0] ?? delta.reasoning_content)).toEqual([
    undefined,
    "hm",
    { index: 0, id: "c1", type: "function", ...call("f", "") },
    { index: 0, function: { arguments: '{"a"' } },
    { index: 0, function: { arguments: ":1}" } },
    { index: 1, id: expect.stringMatching(/^call_/), type: "function", ...call("g", "{}") },
    undefined,
  ]);
  expect(deltas.at(-1)?.finish_reason).toBe("tool_calls");
});

test.each([
  ["n", { n: 2 }],
  ["logprobs", { logprobs: true }],
  ["response_format", { response_format: { type: "json_object" } }],
  ["tool_choice", { tool_choice: "required", tools: [{ type: "function", function: { name: "f" } }] }],
] as const)("a server that leaves out %s without a word has not answered, and that names it", async (field, asks) => {
  await using there = await over(({ body }) =>
    body.includes('"stream":true')
      ? eventsOf([chunk({ content: "so" }, { finish_reason: "stop" })])
      : chatOf({ content: "so" }),
  );
  const { completions } = there.engine.chat;
  const fault = { code: "bad-request", facts: { field } };
  await expect(completions.create({ messages, ...asks })).rejects.toMatchObject(fault);
  const stream = await completions.create({ messages, ...asks, stream: true });
  await expect(collect(stream)).rejects.toMatchObject(fault);
});

test("what no server does is refused before anything is sent", async () => {
  await using there = await over(() => chatOf({ content: "so" }));
  const { chat, completions, tokenizer } = there.engine;
  const named = (field: string) => ({ code: "bad-request", facts: { field } });
  await expect(tokenizer.encode("a")).rejects.toMatchObject(named("tokenizer"));
  await expect(chat.completions.create({ messages }, { onLogits: () => {} })).rejects.toMatchObject(named("onLogits"));
  await expect(completions.create({ prompt: "a", grammar: "root ::= x" })).rejects.toMatchObject(named("grammar"));
  const goesOn = [...messages, { role: "assistant", content: "A f" }] as const;
  await expect(chat.completions.create({ messages: goesOn })).rejects.toMatchObject(named("messages"));
  expect(there.bodies()).toEqual([]);
});

test("embeddings: in order, one for each input, and no pooling of ours", async () => {
  const vector = (index: number) => ({ object: "embedding", index, embedding: [index, 1] });
  const answers = [
    { data: [vector(1), vector(0)], usage: { prompt_tokens: 4 } },
    { data: [vector(0)] },
    { data: [vector(0)] },
  ];
  await using there = await over(() => Response.json(answers.shift()));
  const { engine } = there;
  const { data, usage } = await engine.embeddings.create({ input: ["a", "b"] });
  expect([data.map(({ embedding }) => embedding[0]), usage.prompt_tokens]).toEqual([[0, 1], 4]);
  await expect(engine.embeddings.create({ input: ["a", "b"] })).rejects.toMatchObject({ code: "network" });
  await expect(engine.embeddings.create({ input: "a", dimensions: 1 })).rejects.toMatchObject({
    code: "bad-request",
    facts: { field: "dimensions" },
  });
  await expect(engine.embeddings.create({ input: "a", pooling: "last" })).rejects.toMatchObject({
    code: "bad-request",
    facts: { field: "pooling" },
  });
});

test("completions: a chat's logprobs become a completion's, an echo that is left out is named", async () => {
  const content = ["a", " fox"].map((token) => ({ token, logprob: -1, top_logprobs: [{ token: "b", logprob: -2 }] }));
  await using there = await over(() =>
    Response.json({ choices: [{ text: "a fox", logprobs: { content }, finish_reason: "length" }] }),
  );
  const { completions } = there.engine;
  expect((await completions.create({ prompt: "see ", logprobs: 1 })).choices[0].logprobs).toEqual({
    tokens: ["a", " fox"],
    token_logprobs: [-1, -1],
    top_logprobs: [
      { b: -2, a: -1 },
      { b: -2, " fox": -1 },
    ],
    text_offset: [0, 1],
  });
  await expect(completions.create({ prompt: "see ", echo: true })).rejects.toMatchObject({ facts: { field: "echo" } });
  await expect(completions.create({ prompt: ["a", "b"] })).rejects.toMatchObject({ facts: { field: "prompt" } });
});

test("a failure before the answer is tried again; an answer that broke off is not", async () => {
  let tries = 0;
  let cut = () => {};
  const isRead = new Promise<void>((resolve) => (cut = resolve));
  await using there = await over(({ body }) => {
    tries++;
    if (body.includes('"stream":true'))
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(chunk({ content: "half" }))}\n\n`));
          },
          pull: (controller) => isRead.then(() => controller.error(new Error("gone"))),
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    return tries < 3
      ? new Response("busy", { status: 503, headers: { "retry-after": "0" } })
      : chatOf({ content: "so" });
  });
  const { completions } = there.engine.chat;
  expect((await completions.create({ messages })).choices[0].message.content).toBe("so");
  expect(tries).toBe(3);
  const seen: (string | undefined)[] = [];
  const read = async () => {
    for await (const { choices } of await completions.create({ messages, stream: true }))
      if (seen.push(choices[0]?.delta.content) === 2) cut();
  };
  await expect(read()).rejects.toMatchObject({ code: "network" });
  expect([seen, tries]).toEqual([["", "half"], 4]);
});

test.each([
  ["no reason of an end", [chunk({ content: "half" })], "network"],
  ["an error in the middle", [chunk({ content: "half" }), { error: { message: "no room", code: 500 } }], "network"],
  [
    "a caller's error in the middle",
    [chunk({ content: "half" }), { error: { message: "wrong", type: "invalid_request_error" } }],
    "bad-request",
  ],
])("a stream with %s is an error, after what came", async (_, events, code) => {
  await using there = await over(() => eventsOf(events));
  const stream = await there.engine.chat.completions.create({ messages, stream: true });
  await expect(collect(stream)).rejects.toMatchObject({ code });
});

test.each([
  [400, { error: { message: "no", param: "top_p", code: null } }, "bad-request", { field: "top_p" }],
  [422, { detail: [{ loc: ["body", "seed"], msg: "not a number" }] }, "bad-request", {}],
  [422, { detail: "Unexpected fields in the request: {'top_k'}" }, "bad-request", { field: "top_k" }],
  [
    400,
    { error: { type: "exceed_context_size_error", message: "too long", n_prompt_tokens: 907, n_ctx: 512 } },
    "context-full",
    { promptTokens: 907, contextLength: 512 },
  ],
  [
    400,
    { message: "This model's maximum context length is 4096 tokens. However", code: 400 },
    "context-full",
    { contextLength: 4096 },
  ],
  [401, { error: { message: `Incorrect API key provided: ${key}` } }, "network", { status: 401 }],
  [404, { error: { message: "The model `one` does not exist" } }, "bad-request", { field: "model" }],
  [404, { detail: "Not Found" }, "bad-request", { field: "chat.completions" }],
  [500, "Internal Server Error", "network", { status: 500 }],
] as const)("HTTP %i with %j is %s", async (status, body, code, facts) => {
  await using there = await over(() =>
    typeof body === "string" ? new Response(body, { status }) : Response.json(body, { status }),
  );
  const error = await rejection(there.engine.chat.completions.create({ messages }));
  expect(error).toMatchObject({ code, facts });
  expect(JSON.stringify([error.message, error.facts])).not.toContain(key);
});

test("the key goes to the endpoint alone: over no redirect, and into nothing that is told", async () => {
  await using elsewhere = await startLoopback(() => chatOf({ content: "stolen" }));
  await using there = await over(() => Response.redirect(`${elsewhere.origin}/v1/chat/completions`, 307), {
    headers: { "x-tenant": "a-secret-tenant" },
  });
  const error = await rejection(there.engine.chat.completions.create({ messages }));
  expect(error).toMatchObject({ code: "network", facts: { status: 307 } });
  expect(elsewhere.arrived).toEqual([]);
  for (const { headers } of there.server.arrived)
    expect(headers).toMatchObject({ authorization: `Bearer ${key}`, "x-tenant": "a-secret-tenant" });
  const told = JSON.stringify([there.engine.info, error.message, error.facts]);
  expect(told).not.toMatch(/a-secret/);
});

test("plain http reaches this machine only, unless asked; no address with a password, no header that can't be sent", async () => {
  const refused = async (endpoint: Endpoint) => {
    const error = await rejection(openEndpoint(endpoint, { patience }));
    expect(`${error.message} ${JSON.stringify(error.facts)}`).not.toMatch(/secret/);
    return [error.code, error.facts.field];
  };
  expect(await refused({ endpoint: "http://models.example/v1", apiKey: key })).toEqual(["bad-request", "endpoint"]);
  expect(await refused({ endpoint: "http://localhost.example/v1?key=secret" })).toEqual(["bad-request", "endpoint"]);
  expect(await refused({ endpoint: "https://me:secret@models.example/v1" })).toEqual(["bad-request", "endpoint"]);
  expect(await refused({ endpoint: "ftp://models.example/v1" })).toEqual(["bad-request", "endpoint"]);
  expect(await refused({ endpoint: "/v1" })).toEqual(["bad-request", "endpoint"]); // no page here
  expect(await refused({ endpoint: "https://models.example/v1", apiKey: "secret\nx" })).toEqual([
    "bad-request",
    "apiKey or headers",
  ]);
  await using server = await startLoopback(() => new Response(null, { status: 404 }));
  const port = server.origin.split(":")[2];
  for (const host of ["127.0.0.1", "localhost"]) {
    const engine = await openEndpoint({ endpoint: `http://${host}:${port}/v1?version=3`, model: "m" }, { patience });
    expect(engine.info.endpoint).toEqual({ address: `http://${host}:${port}/v1` });
  }
  expect(server.arrived[0].path).toBe("/v1/models?version=3");
});

test("a model is asked for by name where the server has several, or none to tell", async () => {
  await using server = await startLoopback(() =>
    Response.json({ data: [{ id: "a", max_model_len: 4096 }, { id: "b" }] }),
  );
  const endpoint = `${server.origin}/v1`;
  await expect(openEndpoint({ endpoint })).rejects.toMatchObject({
    code: "bad-request",
    facts: { field: "model", found: "a, b" },
  });
  expect((await openEndpoint({ endpoint, model: "a" })).info).toMatchObject({ model: "a", contextLength: 4096 });
  expect((await openEndpoint({ endpoint, model: "c" })).info).toMatchObject({ model: "c", contextLength: 0 });
});

test("an abort ends the wait for a body that is no stream of events, with the signal's reason", async () => {
  const silent = () => new Response(new ReadableStream(), { headers: { "content-type": "application/json" } });
  await using there = await over(silent);
  const leave = new AbortController();
  const stream = there.engine.chat.completions.create({ messages, stream: true }, { signal: leave.signal });
  const read = (async () => collect(await stream))();
  setTimeout(() => leave.abort(new Error("enough")), 50);
  await expect(read).rejects.toThrow("enough");
});
