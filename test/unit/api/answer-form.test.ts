// Requests that ask for a form: what they may say, and that the answer conforms to it, over a model that would say otherwise.

import { describe, expect, test } from "vitest";
import type { ResponseFormat } from "../../../src/api/answer-form.ts";
import { createChatCompletions } from "../../../src/api/chat.ts";
import { createCompletions } from "../../../src/api/text-completion.ts";
import { fakeCore, fakeGenerator } from "../../support/fake-core.ts";
import { rejection } from "../../support/rejection.ts";

const messages = [{ role: "user", content: "Hi" }] as const;
const schema = {
  type: "object",
  properties: { name: { enum: ["Ann", "Bob"] }, age: { type: "integer", minimum: 0, maximum: 120 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const bySchema = { type: "json_schema", json_schema: { name: "person", schema, strict: true } } as const;

const chatOver = (said: string) => createChatCompletions(fakeCore(fakeGenerator(() => said)));

async function chat(said: string, request: object) {
  const { choices } = await chatOver(said).create({ messages, ...request });
  return [choices[0].message.content, choices[0].finish_reason];
}

describe("an answer is kept to", () => {
  test("a schema, as far as the model goes along", async () => {
    expect(await chat('{"name":"Bob","age":7}', { response_format: bySchema })).toEqual([
      '{"name":"Bob","age":7}',
      "stop",
    ]);
    // Where the model's byte would not fit, the first one that does is said, and then the model's fit again.
    const [text, reason] = await chat('{"name":"Cid","age":-7}', { response_format: bySchema });
    expect(JSON.parse(text)).toEqual({ name: "Ann", age: expect.any(Number) });
    expect(reason).toBe("stop");
  });

  test.each<ResponseFormat>([{ type: "json_object" }, { type: "json_schema", json_schema: { name: "any" } }])(
    "any JSON object: %j",
    async (format) => {
      const request = { response_format: format };
      expect(await chat('{"a":[1,{"b":null}]} and more', request)).toEqual(['{"a":[1,{"b":null}]}', "stop"]);
    },
  );

  test("a grammar, in completions too, and streamed", async () => {
    const grammar = 'root ::= "yes" | "no"';
    expect(await chat("nobody", { grammar })).toEqual(["no", "stop"]);
    const completions = createCompletions(fakeCore(fakeGenerator(() => "yesterday")));
    const pieces: string[] = [];
    for await (const { choices } of await completions.create({ prompt: "x", grammar, stream: true }))
      pieces.push(choices[0].text);
    expect(pieces.join("")).toBe("yes");
  });

  test("its end, where it may go on: by the model's own, or by nothing when that is ignored", async () => {
    const grammar = 'root ::= "a"*';
    expect(await chat("aab", { grammar, max_tokens: 9 })).toEqual(["aa", "stop"]);
    expect(await chat("aab", { grammar, max_tokens: 9, ignore_eos: true })).toEqual(["aaaaaaaaa", "length"]);
    expect(await chat("yes", { grammar: 'root ::= "yes"', ignore_eos: true })).toEqual(["yes", "stop"]);
  });
});

test("what asks for text asks for nothing", async () => {
  expect(await chat("free", { response_format: { type: "text" }, grammar: null })).toEqual(["free", "stop"]);
});

test.each<[object, string]>([
  [{ response_format: { type: "xml" } }, "response_format.type"],
  [{ response_format: "json" }, "response_format"],
  [{ response_format: { type: "json_object", schema } }, "schema"],
  [{ response_format: { type: "json_schema" } }, "response_format.json_schema"],
  [{ response_format: { type: "json_schema", json_schema: { name: "x", schema: [] } } }, "response_format.json_schema.schema"],
  [{ response_format: { type: "json_schema", json_schema: { name: "x", schema: { not: {} } } } }, "response_format.json_schema.schema"],
  [{ grammar: 7 }, "grammar"],
  [{ grammar: "root ::= x" }, "grammar"],
  [{ grammar: 'root ::= "a"', response_format: bySchema }, "grammar"],
])("%j is refused before anything is computed", async (request, field) => {
  const generator = fakeGenerator(() => "no");
  const chat = createChatCompletions(fakeCore(generator));
  const error = await rejection(chat.create({ messages, stream: true, ...request }));
  expect(error).toMatchObject({ code: "bad-request", facts: { field } });
  expect(generator.requests).toEqual([]);
}); // prettier-ignore
