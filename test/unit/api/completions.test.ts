import { describe, expect, test } from "vitest";
import type { ContinuableOptions } from "../../../src/api/continuation.ts";
import { addToTrace, type Trace } from "../../../src/generate/trace.ts";
import { createCompletions } from "../../../src/api/text-completion.ts";
import {
  bos,
  collect,
  fakeCore,
  fakeGenerator,
  fakeTokenizer,
  fakeVocabSize,
  pieceId,
} from "../../support/fake-core.ts";

describe("completions", () => {
  test("text is encoded behind BOS; the empty prompt, or none, is BOS alone; ids are fed as they are", async () => {
    const generator = fakeGenerator(() => "!");
    const completions = createCompletions(fakeCore(generator));
    for (const prompt of ["ab", "", null, [7, 2, 9]]) await completions.create({ prompt });
    expect(generator.requests.map(({ promptIds }) => promptIds)).toEqual([
      [bos, pieceId("a"), pieceId("b")],
      [bos],
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

  test("a list of prompts is answered one after the other, a choice for each", async () => {
    const generator = fakeGenerator((prompt) => prompt.toUpperCase());
    const completions = createCompletions(fakeCore(generator));
    const answer = await completions.create({ prompt: ["ab", "c"], echo: true });
    expect(answer.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, "abAB"],
      [1, "cC"],
    ]);
    expect(answer.choices.map(({ pronk }) => pronk.prompt_ids)).toEqual([
      [bos, pieceId("a"), pieceId("b")],
      [bos, pieceId("c")],
    ]);
    expect(answer.pronk).toEqual(answer.choices[0].pronk);
    expect(answer.usage).toMatchObject({
      prompt_tokens: 5,
      completion_tokens: 3,
      total_tokens: 8,
      extra: { prefill_ms: 10, decode_ms: 6, prefill_tokens_per_s: 400 },
    });
    // LangChain sends a list of one; ids may come in lists too.
    expect((await completions.create({ prompt: ["ab"] })).choices).toHaveLength(1);
    await completions.create({ prompt: [[7, 2], [9]] });
    expect(generator.requests.slice(-2).map(({ promptIds }) => promptIds)).toEqual([[7, 2], [9]]);

    const usage = { stream_options: { include_usage: true } } as const;
    const chunks = await collect(await completions.create({ prompt: ["ab", "c"], stream: true, ...usage }));
    const texts = ["", ""];
    for (const { choices } of chunks) texts[choices[0].index] += choices[0].text;
    expect(texts).toEqual(["AB", "C"]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.flatMap(({ choices }) => choices[0].finish_reason ?? [])).toEqual(["stop", "stop"]);
    expect(chunks.flatMap((chunk) => chunk.usage?.total_tokens ?? [])).toEqual([8]);
    expect(chunks.at(-1)?.usage).toBeTruthy();
  });

  test("n choices for each prompt of a list, whose prompts count once", async () => {
    let answers = 0;
    const generator = fakeGenerator((prompt) => `${prompt}${++answers}`);
    const completions = createCompletions(fakeCore(generator));
    const asked = { prompt: ["ab", "c"], n: 2, seed: 3 } as const;
    const whole = await completions.create(asked);
    expect(whole.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, "ab1"],
      [1, "ab2"],
      [2, "c3"],
      [3, "c4"],
    ]);
    expect(whole.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 10, total_tokens: 15 });
    const [first, second, third, fourth] = generator.requests.map(({ sampling }) => sampling.seed);
    expect([first, third, fourth]).toEqual([3, 3, second]);
    expect(second).not.toBe(first);
    const chunks = await collect(await completions.create({ ...asked, stream: true }));
    expect(chunks.flatMap(({ choices: [one] }) => (one.finish_reason ? one.index : []))).toEqual([0, 1, 2, 3]);
  });

  test("logprobs are lists of the same length, and a streamed token's offset is the one in the whole", async () => {
    const completions = createCompletions(fakeCore(fakeGenerator(() => "abc")));
    const whole = await completions.create({ prompt: "x", logprobs: 1 });
    const ids = fakeTokenizer.encode("abc");
    expect(whole.choices[0].logprobs).toEqual({
      tokens: ["a", "b", "c"],
      token_logprobs: ids.map((id) => -id / 32),
      top_logprobs: ids.map((id) => ({
        [fakeTokenizer.decode([id + 1])]: -id / 64,
        [fakeTokenizer.decode([id])]: -id / 32,
      })),
      text_offset: [0, 1, 2],
    });
    const chunks = await collect(await completions.create({ prompt: "x", logprobs: 1, stream: true }));
    const told = chunks.flatMap(({ choices }) => choices[0].logprobs ?? []);
    for (const list of ["tokens", "token_logprobs", "top_logprobs", "text_offset"] as const)
      expect(told.flatMap((one) => one[list] as unknown[])).toEqual(whole.choices[0].logprobs![list]);
  });

  describe("echo with logprobs", () => {
    // Ids near the position are likely; natural logarithms of probabilities, by definition.
    const logitsAfter = (position: number) =>
      Float32Array.from({ length: fakeVocabSize }, (_, id) => -Math.abs(id - 60 - position) / 8);
    const logprob = (position: number, id: number) => {
      const row = [...logitsAfter(position)];
      return row[id] - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
    };
    const over = () => fakeGenerator(() => "!?", { logitsAfter });

    test("scores a prompt, of which nothing is answered", async () => {
      const generator = over();
      const completions = createCompletions(fakeCore(generator));
      const { choices, usage } = await completions.create({ prompt: "aé", echo: true, logprobs: 2, max_tokens: 0 });
      const ids = [1, ...fakeTokenizer.encode("aé")];
      const [{ text, finish_reason, logprobs }] = choices;
      expect([text, finish_reason]).toEqual(["aé", "length"]);
      expect(logprobs!.tokens).toEqual(["", "a", "\uFFFD", "\uFFFD"]);
      expect(logprobs!.text_offset).toEqual([0, 0, 1, 1]);
      expect(logprobs!.token_logprobs[0]).toBeNull();
      expect(logprobs!.top_logprobs[0]).toBeNull();
      for (let at = 1; at < ids.length; at++) {
        expect(logprobs!.token_logprobs[at]).toBeCloseTo(logprob(at - 1, ids[at]), 5);
        const likely = fakeTokenizer.decode([60 + at - 1]);
        expect(logprobs!.top_logprobs[at]![likely]).toBeCloseTo(logprob(at - 1, 60 + at - 1), 5);
        expect(Object.keys(logprobs!.top_logprobs[at]!)).toHaveLength(3);
      }
      expect(usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 0 });
      expect(generator.requests[0].maxTokens).toBe(0);
    });

    test("has the answer's behind the prompt's, for lists and n, streamed or whole; the prompt is scored once", async () => {
      const generator = over();
      const completions = createCompletions(fakeCore(generator));
      const asked = { prompt: ["ab", "c"], echo: true, logprobs: 1, n: 2 } as const;
      const { choices } = await completions.create(asked);
      expect(choices.map(({ text }) => text)).toEqual(["ab!?", "ab!?", "c!?", "c!?"]);
      for (const { text, logprobs } of choices) {
        expect(logprobs!.tokens.join("")).toBe(text);
        expect(logprobs!.text_offset).toEqual([0, ...text.split("").keys()]);
        expect(logprobs!.token_logprobs.slice(-2)).toEqual(fakeTokenizer.encode("!?").map((id) => -id / 32));
        expect(logprobs!.token_logprobs.map((one) => one === null)).toEqual([true, ...text.split("").map(() => false)]);
      }
      expect(choices[1].logprobs).toEqual(choices[0].logprobs);
      expect(generator.requests.map(({ onLogits }) => onLogits !== undefined)).toEqual([true, false, true, false]);

      const chunks = await collect(await completions.create({ ...asked, stream: true }));
      for (const { index, logprobs } of choices) {
        const told = chunks.flatMap(({ choices: [choice] }) => (choice.index === index ? [choice] : []));
        expect([told[0].text, told[0].logprobs!.tokens.length]).toEqual([index < 2 ? "ab" : "c", index < 2 ? 3 : 2]);
        for (const list of ["tokens", "token_logprobs", "top_logprobs", "text_offset"] as const)
          expect(told.flatMap((one) => (one.logprobs?.[list] ?? []) as unknown[])).toEqual(logprobs![list]);
      }
    });

    test("is found anew by an engine that goes on for another, and leaves a caller's own rows alone", async () => {
      const completions = createCompletions(fakeCore(over()));
      const asked = { prompt: "ab", echo: true, logprobs: 1 } as const;
      const traces: Trace[] = [];
      const onTrace = (answer: number, event: Trace) => void (traces[answer] = addToTrace(traces[answer], event));
      const positions: number[] = [];
      const onLogits = (position: number) => void positions.push(position);
      const whole = await completions.create(asked, { onTrace, onLogits } as ContinuableOptions);
      expect(positions).toEqual([0, 1, 2, 3]);
      const known = traces.map((trace) => ({
        ...trace,
        ids: trace.ids.slice(0, 1),
        likelihoods: trace.likelihoods!.slice(0, 1),
        stopReason: undefined,
      }));
      const continued = await completions.create(asked, { known } as ContinuableOptions);
      expect(continued.choices[0].logprobs).toEqual(whole.choices[0].logprobs);
    });
  });

  test("max_tokens 0 answers nothing", async () => {
    const { choices } = await createCompletions(fakeCore(fakeGenerator(() => "!"))).create({
      prompt: "x",
      max_tokens: 0,
    });
    expect([choices[0].text, choices[0].finish_reason]).toEqual(["", "length"]);
  });

  test("one bad prompt of a list refuses all, by its place, before any is answered", async () => {
    const generator = fakeGenerator(() => "!");
    const completions = createCompletions(fakeCore(generator));
    for (const prompt of [
      ["a", 7],
      [[1], [fakeVocabSize]],
      ["a", []],
      ["a", null],
    ])
      await expect(completions.create({ prompt } as never)).rejects.toMatchObject({ facts: { field: "prompt[1]" } });
    expect(generator.requests).toEqual([]);
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
