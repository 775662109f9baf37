// An engine over an endpoint that another engine answers (src/http): it gives what that engine gives directly, including errors
// and endings.

import { afterAll, expect, test } from "vitest";
import type { EngineCalls } from "../../../src/api/surface.ts";
import { openEndpoint } from "../../../src/endpoint/open-endpoint.ts";
import { eventually } from "../../support/eventually.ts";
import { collect, pieceId } from "../../support/fake-core.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { startLoopback } from "../../support/loopback.ts";

const lookUp = {
  type: "function",
  function: { name: "look_up", parameters: { type: "object", properties: { what: { type: "string" } } } },
} as const;
const script = (prompt: string): string => {
  if (prompt.includes("look it up"))
    return '<tool_call>\n{"name": "look_up", "arguments": {"what": "a fox"}}\n</tool_call>';
  return prompt.includes("json") ? '{"a": 1}' : "a fox, and a llama";
};
const here = fakeEngine(script, { contextLength: 2000 });
const server = await startLoopback((request) => here.fetch(request.url, request as RequestInit));
const there = await openEndpoint({ endpoint: `${server.origin}/v1`, apiKey: "-" });
afterAll(() => server[Symbol.asyncDispose]());

/** Without what is drawn, measured or remembered for each answer. */
function sameIn<T>(value: T): T {
  const own = ["id", "created", "extra", "cached_tokens"];
  const kept = (key: string, item: unknown) => (own.includes(key) ? undefined : item);
  const sent: unknown = JSON.parse(JSON.stringify(value)); // it has no -Infinity
  return JSON.parse(JSON.stringify(sent, kept)) as T;
}

type Ask = (engine: EngineCalls) => Promise<unknown>;
const messages = [{ role: "user", content: "who?" }] as const;
const usual = { messages, temperature: 0 } as const;

const asks: Record<string, Ask> = {
  "a chat": ({ chat }) => chat.completions.create(usual),
  "several choices": ({ chat }) => chat.completions.create({ ...usual, n: 3, seed: 4, max_tokens: 3 }),
  logprobs: ({ chat }) => chat.completions.create({ ...usual, logprobs: true, top_logprobs: 2 }),
  "an answer that goes on": ({ chat }) =>
    chat.completions.create({ ...usual, messages: [...messages, { role: "assistant", content: "a f" }] }),
  "a tool's call": ({ chat }) =>
    chat.completions.create({ ...usual, messages: [{ role: "user", content: "look it up" }], tools: [lookUp] }),
  "an object": ({ chat }) =>
    chat.completions.create({
      ...usual,
      messages: [{ role: "user", content: "json" }],
      response_format: { type: "json_object" },
    }),
  "a text": ({ completions }) => completions.create({ prompt: "Once", temperature: 0 }),
  ids: ({ completions }) => completions.create({ prompt: [1, pieceId("a"), pieceId("b")], temperature: 0 }),
  "a list, echoed, with logprobs": ({ completions }) =>
    completions.create({ prompt: ["Once", "Twice"], echo: true, logprobs: 1, max_tokens: 4, temperature: 0 }),
};

test.each(Object.entries(asks))("%s is answered alike, whole", async (_, ask) => {
  const [direct, over] = [await ask(here.engine), await ask(there)];
  expect(sameIn(over)).toEqual(sameIn(direct));
});

test.each(Object.entries(asks))("%s is answered alike, streamed", async (_, ask) => {
  const streamed = async (engine: EngineCalls) => {
    const withStream = (create: (request: object) => Promise<unknown>) => ({
      create: (request: object) => create({ ...request, stream: true, stream_options: { include_usage: true } }),
    });
    const { chat, completions } = engine as unknown as Record<"chat" | "completions", never>;
    const streaming = {
      chat: { completions: withStream((chat as { completions: { create: never } }).completions.create) },
      completions: withStream((completions as { create: never }).create),
    };
    return collect((await ask(streaming as unknown as EngineCalls)) as AsyncIterable<unknown>);
  };
  const [direct, over] = [await streamed(here.engine), await streamed(there)];
  expect(over.length).toBeGreaterThan(1);
  expect(sameIn(over)).toEqual(sameIn(direct));
});

test("what it is, and where", () => {
  const { info } = there;
  expect(info).toMatchObject({ where: "endpoint", model: "fake/model", endpoint: { address: `${server.origin}/v1` } });
  for (const untold of ["config", "kv", "quantize", "weights", "parameters", "adapter"] as const) {
    expect(() => info[untold]).toThrow(
      expect.objectContaining({ code: "bad-request", facts: expect.objectContaining({ field: `info.${untold}` }) }),
    );
    expect({ ...info }).not.toHaveProperty(untold);
  }
  expect(JSON.stringify(info)).toContain('"where":"endpoint"');
});

test("what is wrong with a request is the same fault, by the same field", async () => {
  const faults = async (request: object) => {
    const told = [];
    for (const { chat } of [here.engine, there]) {
      const error = await chat.completions.create(request as never).catch((thrown: unknown) => thrown);
      const { code, facts } = error as { code: string; facts: { field?: string } };
      told.push([code, facts.field]);
    }
    expect(told[1]).toEqual(told[0]);
    return told[0];
  };
  expect(await faults({ ...usual, tempperature: 1 })).toEqual(["bad-request", "tempperature"]);
  expect(await faults({ ...usual, temperature: -1 })).toEqual(["bad-request", "temperature"]);
  expect(await faults({ ...usual, stream: "yes" })).toEqual(["bad-request", "stream"]);
  expect(await faults({ messages: [{ role: "user", content: "long ".repeat(500) }] })).toEqual([
    "context-full",
    undefined,
  ]);
});

test("embeddings are alike, as numbers and in base64, and so are their faults", async () => {
  for (const request of [{ input: "a fox" }, { input: ["a", "b"], pooling: "last", dimensions: 3 } as const])
    expect(await there.embeddings.create(request)).toEqual({
      ...(await here.engine.embeddings.create(request)),
      model: there.info.model,
    });
  const packed = { input: [5, 7], encoding_format: "base64" } as const;
  expect((await there.embeddings.create(packed)).data).toEqual((await here.engine.embeddings.create(packed)).data);
  await expect(there.embeddings.create({ input: "" })).rejects.toMatchObject({ facts: { field: "input" } });
});

test("an abort ends the answer over there, with the signal's reason here", async () => {
  const endless = fakeEngine(() => "x".repeat(900), { contextLength: 2000, stepMs: 1 });
  await using slow = await startLoopback((request) => endless.fetch(request.url, request as RequestInit));
  const engine = await openEndpoint({ endpoint: `${slow.origin}/v1` });
  const leave = new AbortController();
  const reason = new Error("enough");
  const stream = await engine.chat.completions.create({ ...usual, stream: true }, { signal: leave.signal });
  const read = (async () => {
    let count = 0;
    for await (const _ of stream) if (++count === 5) leave.abort(reason);
  })();
  await expect(read).rejects.toBe(reason);
  await eventually(() => expect(endless.generator.running).toBe(0));

  const whole = new AbortController();
  const asked = engine.chat.completions.create(usual, { signal: whole.signal });
  await eventually(() => expect(endless.generator.running).toBe(1));
  whole.abort(reason);
  await expect(asked).rejects.toBe(reason);
  await eventually(() => expect(endless.generator.running).toBe(0));

  for await (const _ of await engine.chat.completions.create({ ...usual, stream: true })) break; // leaving ends it
  await eventually(() => expect(endless.generator.running).toBe(0));

  const cut = engine.chat.completions.create(usual);
  await engine.unload();
  await expect(cut).rejects.toMatchObject({ code: "bad-request", facts: { field: "engine" } });
  await expect(engine.chat.completions.create(usual)).rejects.toBe(engine.ended.reason);
});
