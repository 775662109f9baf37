import { describe, expect, test } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { languageModel } from "../../../src/prompt-api/index.ts";
import { collect } from "../../support/fake-core.ts";
import { fakeEngine } from "../../support/fake-engine.ts";

const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );

/** A `LanguageModel` whose answers are a script's, and the prompts that it was given. */
function over(script: (prompt: string) => string, options: Parameters<typeof fakeEngine>[1] = {}) {
  const prompts: string[] = [];
  const { engine } = fakeEngine((prompt) => (prompts.push(prompt), script(prompt)), options);
  return { LanguageModel: languageModel({ engine }), prompts, engine };
}

describe("a session", () => {
  test("knows what was said, and counts it", async () => {
    const { LanguageModel, prompts } = over((prompt) => (prompt.includes("colour") ? "red" : "a fox"));
    expect(await LanguageModel.availability()).toBe("available");
    const initialPrompts = [{ role: "system", content: "be brief" }] as const;
    const session = await LanguageModel.create({ initialPrompts });
    expect([session.contextUsage, session.contextWindow]).toEqual([8, session.inputQuota]);
    expect(await session.prompt("who?")).toBe("a fox");
    const afterOne = session.contextUsage;
    expect(afterOne).toBeGreaterThan("be brief who? a fox".length);
    expect(session.inputUsage).toBe(afterOne);
    expect(await collect(session.promptStreaming([{ role: "user", content: [{ type: "text", value: "its colour?" }] }]))).toEqual([..."red"]); // prettier-ignore
    expect(prompts.at(-1)).toContain("s:be brief|u:who?|a:a fox|u:its colour?|");
    expect(await session.measureContextUsage("four")).toBe(4);
    expect(await session.measureInputUsage("four")).toBe(4);
  });

  test("takes messages without an answer, and goes on from the assistant's first words", async () => {
    const { LanguageModel, prompts } = over((prompt) => (prompt.endsWith("a:The ") ? "fox" : "yes"));
    const session = await LanguageModel.create();
    const before = session.contextUsage;
    await session.append([{ role: "user", content: "read this" }]);
    expect(session.contextUsage - before).toBe("read this".length);
    await session.append([{ role: "assistant", content: "ok" }]);
    const prefixed = await session.prompt([
      { role: "user", content: "who?" },
      { role: "assistant", content: "The ", prefix: true },
    ]);
    expect(prefixed).toBe("fox");
    await session.prompt("sure?");
    expect(prompts.at(-1)).toContain("u:read this|a:ok|u:who?|a:The fox|u:sure?|");
  });

  test("is copied with what it knows, and ends alone", async () => {
    const { LanguageModel, prompts } = over((prompt) => prompt.slice(-2, -1));
    const session = await LanguageModel.create();
    await session.prompt("a");
    const copy = await session.clone();
    await copy.prompt("b");
    await session.prompt("c");
    expect(prompts.slice(1).map((prompt) => prompt.replace("\u0001", ""))).toEqual(["u:a|a:a|u:b|", "u:a|a:a|u:c|"]);
    session.destroy();
    session.destroy();
    for (const call of [session.prompt("d"), session.append("d"), session.clone(), session.measureContextUsage("d")])
      expect(await rejection(call)).toMatchObject({ name: "InvalidStateError" });
    expect(await copy.prompt("d")).toBe("d");
  });

  test("answers one after the other, each after the last", async () => {
    const { LanguageModel, prompts } = over((prompt) => prompt.at(-2)!.toUpperCase());
    const session = await LanguageModel.create();
    expect(await Promise.all([session.prompt("a"), session.prompt("b")])).toEqual(["A", "B"]);
    expect(prompts[1]).toContain("u:a|a:A|u:b|");
  });
});

describe("what is not whole stays out of the session", () => {
  test.each(["signal", "destroy", "cancel"])("%s", async (way) => {
    const { LanguageModel, prompts } = over((prompt) => (prompt.includes("long") ? "word ".repeat(500) : "ok"), {
      stepMs: 1,
      contextLength: 4000,
    });
    const session = await LanguageModel.create();
    const copy = await session.clone();
    const end = new AbortController();
    const stream = session.promptStreaming("long", { signal: end.signal });
    const reader = stream.getReader();
    await reader.read();
    if (way === "cancel") await reader.cancel();
    else {
      if (way === "signal") end.abort(new Error("enough"));
      else session.destroy();
      const read = async () => {
        for (;;) if ((await reader.read()).done) return;
      };
      const error = await rejection(read());
      expect(error).toMatchObject(way === "signal" ? { message: "enough" } : { name: "AbortError" });
    }
    const one = way === "destroy" ? copy : session;
    expect(await one.prompt("short")).toBe("ok");
    expect(prompts.at(-1)).not.toContain("long");
  });
});

describe("an answer is kept to its constraint", () => {
  test("a schema", async () => {
    const { LanguageModel } = over(() => '{"name":"Bob","age":7} and more');
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"], additionalProperties: false }; // prettier-ignore
    const session = await LanguageModel.create();
    expect(await session.prompt("who?", { responseConstraint: schema })).toBe('{"name":"Bob","age":7}');
  });

  test("a RegExp, whole and streamed, without the quotes that it is written in", async () => {
    const { LanguageModel } = over(() => '"a\\"éb7" and more');
    const session = await LanguageModel.create();
    const responseConstraint = /a"[^0-9]+\d/;
    const pieces = await collect(session.promptStreaming("which?", { responseConstraint }));
    expect(pieces.join("")).toBe('a"éb7');
    expect(await rejection(session.prompt("x", { responseConstraint: /a/i }))).toMatchObject({ name: "NotSupportedError" }); // prettier-ignore
    expect(await rejection(session.prompt("x", { responseConstraint: 3 as never }))).toBeInstanceOf(TypeError);
    expect(await rejection(session.prompt("x", { responseConstraint: { not: {} } }))).toMatchObject({
      name: "NotSupportedError",
      cause: { code: "bad-request" },
    });
  });
});

test("tools are called, and what they give or throw is told", async () => {
  const call = (place: string) => `<tool_call>\n{"name": "weather", "arguments": {"place": "${place}"}}\n</tool_call>`;
  const { LanguageModel, prompts } = over(
    (prompt) => (prompt.includes("Error: unknown") ? "It is 21." : call(prompt.includes("21") ? "Ur" : "Bern")),
    { contextLength: 4000 },
  );
  const asked: unknown[] = [];
  const execute = async (input: unknown) => {
    asked.push(input);
    if (asked.length > 1) throw new Error("unknown");
    return "21";
  };
  const inputSchema = { type: "object", properties: { place: { type: "string" } }, required: ["place"], additionalProperties: false }; // prettier-ignore
  const session = await LanguageModel.create({ tools: [{ name: "weather", description: "", inputSchema, execute }] });
  expect(await session.prompt("how warm?")).toBe("It is 21.");
  expect(asked).toEqual([{ place: "Bern" }, { place: "Ur" }]);
  expect(prompts).toHaveLength(3);
});

test("the assistant's first words and a call behind them are one message", async () => {
  const { LanguageModel, prompts } = over(
    (prompt) =>
      prompt.endsWith("a:Hm, ") ? 'so <tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>' : "It is ten.",
    { contextLength: 4000 },
  );
  const inputSchema = { type: "object", properties: {} };
  const tools = [{ name: "now", description: "", inputSchema, execute: async () => "10" }];
  const session = await LanguageModel.create({ tools });
  await session.prompt([
    { role: "user", content: "time?" },
    { role: "assistant", content: "Hm, ", prefix: true },
  ]);
  expect(prompts.at(-1)).toContain("a:Hm, so ");
});

test("the context's end: the oldest are left out with an event, and what cannot fit is refused", async () => {
  const { LanguageModel } = over(() => "ok", { contextLength: 120 });
  const session = await LanguageModel.create();
  let overflows = 0;
  session.oncontextoverflow = () => overflows++;
  session.addEventListener("contextoverflow", () => overflows++);
  await session.prompt("x".repeat(40));
  expect(overflows).toBe(0);
  await session.prompt("y".repeat(60));
  expect(overflows).toBe(2);
  expect(await rejection(session.prompt("z".repeat(200)))).toMatchObject({
    name: "QuotaExceededError",
    quota: 120,
    cause: expect.any(PronkError),
  });
});

test("what a model of text does not do is refused as the browser would", async () => {
  const { LanguageModel } = over(() => "ok");
  const image = { expectedInputs: [{ type: "image" }] };
  expect(await LanguageModel.availability(image)).toBe("unavailable");
  expect(await rejection(LanguageModel.create(image))).toMatchObject({ name: "NotSupportedError" });
  const late = [{ role: "user", content: "a" } as const, { role: "system", content: "b" } as const];
  expect(await rejection(LanguageModel.create({ initialPrompts: late }))).toBeInstanceOf(TypeError);
  const session = await LanguageModel.create();
  expect(await rejection(session.prompt(late))).toMatchObject({ name: "NotSupportedError" });
  expect(await rejection(session.prompt([]))).toBeInstanceOf(TypeError);
  const picture = [{ role: "user", content: [{ type: "image", value: {} }] } as const];
  expect(await rejection(session.prompt(picture))).toMatchObject({ name: "NotSupportedError" });
  const prefix = [{ role: "user", content: "a", prefix: true } as const];
  expect(await rejection(session.prompt(prefix))).toMatchObject({ name: "SyntaxError" });
  expect(await rejection(LanguageModel.create({ signal: AbortSignal.abort("no") }))).toBe("no");
});
