import { describe, expect, test } from "vitest";
import { createCompletions } from "../../src/api/text-completion.ts";
import { bos, collect, fakeCore, fakeGenerator, fakeTokenizer, pieceId } from "../support/fake-core.ts";

describe("completions", () => {
  test("text is encoded behind BOS; the empty prompt is BOS alone; ids are fed as they are", async () => {
    const generator = fakeGenerator(() => "!");
    const completions = createCompletions(fakeCore(generator));
    for (const prompt of ["ab", "", [7, 2, 9]]) await completions.create({ prompt });
    expect(generator.requests.map(({ promptIds }) => promptIds)).toEqual([
      [bos, pieceId("a"), pieceId("b")],
      [bos],
      [7, 2, 9],
    ]);
  });

  test("whole and streamed carry the same text and ids", async () => {
    const ids = fakeTokenizer.encode("née 🦙");
    const completions = createCompletions(fakeCore(fakeGenerator(() => ids)));
    const whole = await completions.create({ prompt: "once", echo: true });
    expect(whole).toMatchObject({
      object: "text_completion",
      choices: [{ text: "oncenée 🦙", finish_reason: "stop" }],
      pronk: { prompt_ids: fakeTokenizer.encode("once", { addBos: true }), ids, context_full: false },
    });
    const chunks = await collect(await completions.create({ prompt: "once", echo: true, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0].text).join("")).toBe(whole.choices[0].text);
    expect(chunks.flatMap((chunk) => chunk.pronk.ids)).toEqual(ids);
    expect(chunks.filter((chunk) => chunk.pronk.prompt_ids)).toEqual([chunks[0]]);
    expect(chunks.map((chunk) => chunk.choices[0].finish_reason).filter(Boolean)).toEqual(["stop"]);
    expect(chunks.every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  test("usage comes on the last chunk when asked for", async () => {
    const completions = createCompletions(fakeCore(fakeGenerator(() => "ab")));
    const request = { prompt: "x", stream: true, stream_options: { include_usage: true } } as const;
    const usages = (await collect(await completions.create(request))).map((chunk) => chunk.usage);
    expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true);
    expect(usages.at(-1)).toMatchObject({ prompt_tokens: 2, completion_tokens: 2 });
  });

  test("ids of a stop string are counted, its text is not delivered", async () => {
    const ids = ["a", "END", "b"].map(pieceId);
    const completions = createCompletions(fakeCore(fakeGenerator(() => ids)));
    const answer = await completions.create({ prompt: "x", stop: "N" });
    expect(answer.choices[0].text).toBe("aE");
    expect(answer.pronk.ids).toEqual(ids.slice(0, 2));
  });

  test("a prompt longer than the context is context-full; one that fills it gets no token", async () => {
    const completions = createCompletions(fakeCore(fakeGenerator(() => "abc", { contextLength: 8 })));
    await expect(completions.create({ prompt: "x".repeat(8) })).rejects.toMatchObject({
      code: "context-full",
      facts: { promptTokens: 9, contextLength: 8 },
    });
    const full = await completions.create({ prompt: "x".repeat(7) });
    expect(full.choices[0]).toMatchObject({ text: "", finish_reason: "length" });
    expect(full.pronk.context_full).toBe(true);
  });

  test("logits rows reach the caller, one for every position", async () => {
    const positions: number[] = [];
    const completions = createCompletions(fakeCore(fakeGenerator(() => "abc")));
    await completions.create(
      { prompt: [1, 5, 6], max_tokens: 3 },
      { onLogits: (position, row) => void (positions.push(position), expect(row[0]).toBe(position)) },
    );
    expect(positions).toEqual([0, 1, 2, 3, 4]);
  });
});
