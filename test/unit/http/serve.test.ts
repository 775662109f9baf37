import { expect, test } from "vitest";
import { fakeEngine } from "../../support/fake-engine.ts";

const base = "http://pronk.local/v1/";
const post = (body: unknown, init: RequestInit = {}): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...init,
});
const messages = [{ role: "user", content: "who?" }];

test("a chat is answered whole, and as events that end with [DONE]", async () => {
  const { fetch } = fakeEngine(() => "a fox");
  const whole = await fetch(`${base}chat/completions`, post({ model: "any", messages }));
  expect([whole.status, whole.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await whole.json()).toMatchObject({ object: "chat.completion", choices: [{ message: { content: "a fox" } }] });

  const streamed = await fetch(`${base}chat/completions`, post({ messages, stream: true }));
  expect(streamed.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const lines = (await streamed.text()).split("\n\n");
  expect(lines.slice(-2)).toEqual(["data: [DONE]", ""]);
  const chunks = lines.slice(0, -2).map((line) => JSON.parse(line.replace(/^data: /, "")));
  expect(chunks.map(({ choices }) => choices[0].delta.content ?? "").join("")).toBe("a fox");
});

test("what is wrong with a request has a status and OpenAI's body, streamed or not", async () => {
  const { fetch, engine } = fakeEngine(() => "x", { contextLength: 20 });
  const told = async (path: string, init: RequestInit) => {
    const response = await fetch(`${base}${path}`, init);
    const { error } = await response.json();
    expect(response.headers.get("x-should-retry")).toBe("false");
    return [response.status, error.type, error.param, error.code];
  };
  const invalid = "invalid_request_error";
  for (const stream of [false, true]) {
    expect(await told("chat/completions", post({ messages, tempperature: 1, stream }))).toEqual([
      400,
      invalid,
      "tempperature",
      "bad_request",
    ]);
    const long = [{ role: "user", content: "long ".repeat(20) }];
    expect(await told("chat/completions", post({ messages: long, stream }))).toEqual([
      400,
      invalid,
      null,
      "context_length_exceeded",
    ]);
  }
  expect(await told("chat/completions", post("{"))).toEqual([400, invalid, null, "bad_request"]);
  expect(await told("chat/completions", post("[]"))).toEqual([400, invalid, "body", "bad_request"]);
  expect(await told("chat/completions", {})).toEqual([404, invalid, "url", "bad_request"]);
  expect(await told("images/generations", post({}))).toEqual([404, invalid, "url", "bad_request"]);
  expect(await told("models/another", {})).toEqual([404, invalid, "model", "bad_request"]);
  await engine.unload();
  expect((await told("chat/completions", post({ messages })))[0]).toBe(503);
});

test("models, and text as tokens and back, by either server's names", async () => {
  const { fetch } = fakeEngine(() => "");
  const json = async (path: string, init?: RequestInit) => (await fetch(`${base}${path}`, init)).json();
  const model = { id: "fake/model", object: "model", created: 0, owned_by: "pronk" };
  expect(await json("models")).toEqual({ object: "list", data: [model] });
  expect(await json(`models/${encodeURIComponent("fake/model")}`)).toEqual(model);
  const { tokens, count, max_model_len: most } = await json("tokenize", post({ prompt: "né" }));
  expect([tokens.length, count, most]).toEqual([4, 4, 200]); // BOS, and three bytes
  expect(await json("tokenize", post({ content: "né" }))).toMatchObject({ count: 3 });
  expect(await json("tokenize", post({ content: "né", add_special: true }))).toMatchObject({ tokens });
  expect(await json("tokenize", post({ prompt: "né", add_special_tokens: false }))).toMatchObject({ count: 3 });
  expect(await json("detokenize", post({ tokens }))).toEqual({ prompt: "né", content: "né" });
  expect(await json("detokenize", post({ tokens: "né" }))).toMatchObject({ error: { param: "tokens" } });
});

test("an adapter is asked for by its field, or in the model's place; another name is refused", async () => {
  const adapters = new Map([
    ["sql", "key of sql"],
    ["polite", "key of polite"],
  ]);
  const { fetch, generator } = fakeEngine(() => "x", { adapters });
  const asked = async (path: string, body: object) => {
    const { status } = await fetch(`${base}${path}`, post(body));
    return [status, generator.requests.splice(0)[0]?.adapter];
  };
  const paths = [
    ["chat/completions", { messages }],
    ["completions", { prompt: "go" }],
    ["responses", { input: "go" }],
  ] as const;
  for (const [path, body] of paths) {
    expect(await asked(path, body)).toEqual([200, undefined]);
    expect(await asked(path, { ...body, adapter: "sql" })).toEqual([200, "key of sql"]);
    expect(await asked(path, { ...body, model: "polite" })).toEqual([200, "key of polite"]);
    expect(await asked(path, { ...body, model: "polite", adapter: "sql" })).toEqual([200, "key of sql"]);
    expect(await asked(path, { ...body, model: "polite", adapter: null })).toEqual([200, undefined]);
    expect(await asked(path, { ...body, adapter: "other" })).toEqual([400, undefined]);
  }
  const refused = await (await fetch(`${base}embeddings`, post({ input: "go", adapter: "other" }))).json();
  expect(refused.error).toMatchObject({ param: "adapter" });
  expect(refused.error.message).toContain("sql, polite");
  const { data } = await (await fetch(`${base}models`)).json();
  expect(data.map(({ id }: { id: string }) => id)).toEqual(["fake/model", "sql", "polite"]);
});

test("an abort rejects with its reason, before the answer and in the middle of a stream", async () => {
  const { fetch, generator } = fakeEngine(() => "words without an end", { stepMs: 1 });
  const reason = new Error("enough");
  await expect(fetch(`${base}models`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const abort = new AbortController();
  const whole = fetch(`${base}chat/completions`, post({ messages }, { signal: abort.signal }));
  setTimeout(() => abort.abort(reason), 3);
  await expect(whole).rejects.toBe(reason);

  const second = new AbortController();
  const { body } = await fetch(`${base}chat/completions`, post({ messages, stream: true }, { signal: second.signal }));
  const reader = body!.getReader();
  await reader.read();
  await reader.read();
  second.abort(reason);
  await expect(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  ).rejects.toBe(reason);
  expect(generator.running).toBe(0);
});

test("a reader that leaves ends the answer, which is not computed ahead of one", async () => {
  const { fetch, generator } = fakeEngine(() => "words without an end");
  const { body } = await fetch(`${base}completions`, post({ prompt: "go", stream: true }));
  const reader = body!.getReader();
  await reader.read(); // where the prompt's ids are told
  await reader.read();
  await new Promise((done) => setImmediate(done));
  expect(generator.running).toBe(1);
  await reader.cancel();
  expect(generator.running).toBe(0);
});
