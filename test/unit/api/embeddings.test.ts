// embeddings.create over a fake model: what it takes, in OpenAI's shapes, and what it refuses.

import { expect, test } from "vitest";
import type { EmbeddingRequest, Embeddings } from "../../../src/api/embeddings.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { fakeTokenizer } from "../../support/fake-core.ts";

const { engine, fetch } = fakeEngine(() => "");
const create = (request: EmbeddingRequest) => engine.embeddings.create(request);

/** The embedding of the fake's state, whose third number is an id, or the mean of some. */
function expected(third: number, dimensions = 8): number[] {
  const length = Math.hypot(3, 4, ...(dimensions > 2 ? [third] : []));
  return [3, 4, third, 0, 0, 0, 0, 0].slice(0, dimensions).map((value) => Math.fround(value / length));
}

test("a text is one vector of length 1, and its tokens are counted, the first among them", async () => {
  const ids = fakeTokenizer.encode("ab", { addBos: true });
  const { data, ...rest } = await create({ input: "ab" });
  expect(rest).toEqual({ object: "list", model: "fake/model", usage: { prompt_tokens: 3, total_tokens: 3 } });
  const mean = ids.reduce((sum, id) => sum + id) / 3;
  expect(data).toEqual([{ object: "embedding", index: 0, embedding: expected(mean) }]);
  expect(data[0].embedding.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
  expect((await create({ input: "ab", pooling: "last" })).data[0].embedding).toEqual(expected(ids[2]));
});

test("lists of texts, ids, and lists of ids are embedded in order; ids as they are", async () => {
  expect((await create({ input: [5, 7] })).data.map(({ embedding }) => embedding)).toEqual([expected(6)]);
  const { data, usage } = await create({ input: [[5, 7], [9]] });
  expect(data.map(({ index, embedding }) => [index, embedding])).toEqual([
    [0, expected(6)],
    [1, expected(9)],
  ]);
  expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  const texts = await create({ input: ["a", "b"] });
  expect(texts.data.map(({ embedding }) => embedding)).toEqual([
    (await create({ input: "a" })).data[0].embedding,
    (await create({ input: "b" })).data[0].embedding,
  ]);
});

test("base64 has the same numbers, and fewer dimensions are of length 1 again", async () => {
  const { data } = await engine.embeddings.create({ input: [5], encoding_format: "base64" });
  const bytes = Uint8Array.from(atob(data[0].embedding), (letter) => letter.charCodeAt(0));
  expect([...new Float32Array(bytes.buffer)]).toEqual(expected(5));
  expect((await create({ input: [5], dimensions: 2 })).data[0].embedding).toEqual(expected(5, 2));
});

test.each<[string, unknown, object]>([
  ["no input", {}, { field: "input" }],
  ["an empty text", { input: "" }, { field: "input" }],
  ["an empty list", { input: [] }, { field: "input" }],
  ["an empty text in a list", { input: ["a", ""] }, { field: "input[1]" }],
  ["an id that no token has", { input: [5, 1e6] }, { field: "input" }],
  ["something else in a list", { input: ["a", 5] }, { field: "input[1]" }],
  ["another format", { input: "a", encoding_format: "hex" }, { field: "encoding_format" }],
  ["another pooling", { input: "a", pooling: "max" }, { field: "pooling" }],
  ["more dimensions than there are", { input: "a", dimensions: 9 }, { field: "dimensions" }],
  ["an unknown field", { input: "a", truncate: true }, { field: "truncate" }],
])("%s is refused by name", async (_, request, facts) => {
  await expect(create(request as EmbeddingRequest)).rejects.toMatchObject({ code: "bad-request", facts });
});

test("a text longer than the context is refused, whatever stands before it", async () => {
  const { length } = fakeTokenizer.encode("long ".repeat(60), { addBos: true });
  await expect(create({ input: ["a", "long ".repeat(60)] })).rejects.toMatchObject({
    code: "context-full",
    message: expect.stringContaining(`"input[1]" is ${length} tokens long and the context holds 200.`),
    facts: { field: "input[1]", promptTokens: length, contextLength: 200 },
  });
});

test("an abort and the engine's end reject with their reasons", async () => {
  const reason = new Error("enough");
  const abort = new AbortController();
  const embedding = engine.embeddings.create({ input: ["a", "b"] }, { signal: abort.signal });
  abort.abort(reason);
  await expect(embedding).rejects.toBe(reason);
  const { engine: another } = fakeEngine(() => "");
  const unfinished: ReturnType<Embeddings["create"]> = another.embeddings.create({ input: "a" });
  void another.unload();
  await expect(unfinished).rejects.toMatchObject({ code: "bad-request", facts: { field: "engine" } });
});

test("/v1/embeddings answers with it, and its faults have OpenAI's body", async () => {
  const post = (body: object) =>
    fetch("http://pronk.local/v1/embeddings", { method: "POST", body: JSON.stringify(body) });
  const answer = await post({ model: "any", input: [5] });
  expect(await answer.json()).toEqual(await create({ input: [5] }));
  const refused = await post({ input: "long ".repeat(60) });
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { param: "input", code: "context_length_exceeded" } },
  ]);
});
