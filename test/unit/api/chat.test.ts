import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import type { ChatCompletionChunk } from "../../../src/api/chat-completions.ts";
import type { ContinuableOptions } from "../../../src/api/continuation.ts";
import { createCompletions } from "../../../src/api/text-completion.ts";
import { PronkError } from "../../../src/errors.ts";
import { addToTrace, type Trace } from "../../../src/generate/trace.ts";
import type { ChatMessage } from "../../../src/text/tokenizer.ts";
import { collect, fakeCore, fakeGenerator, fakeTokenizer, pieceId } from "../../support/fake-core.ts";

const say = (content: string): ChatMessage[] => [{ role: "user", content }];
const promptOf = (request: { promptIds: readonly number[] }) => fakeTokenizer.decode(request.promptIds);

describe("answers", () => {
  test("whole and streamed are equal, and no chunk holds half a character", async () => {
    const chat = createChatCompletions(fakeCore(fakeGenerator(() => "Springböckchen 🦙 ok")));
    const whole = await chat.create({ messages: say("who?"), temperature: 0 });
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await collect(await chat.create({ messages: say("who?"), temperature: 0, ...options }));

    expect(whole.choices[0]).toMatchObject({
      index: 0,
      message: { role: "assistant", content: "Springböckchen 🦙 ok" },
      finish_reason: "stop",
      logprobs: null,
      pronk: { ids: whole.pronk.ids, context_full: false },
    });
    const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    expect(deltas[0]).toEqual({ role: "assistant", content: "" });
    expect(deltas.map((delta) => delta.content ?? "").join("")).toBe(whole.choices[0].message.content);
    for (const { content } of deltas) expect(content ?? "").not.toContain("\uFFFD");
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage.completion_tokens } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test("several choices: the first as if it were alone, the others by seeds of their own, whole and streamed", async () => {
    let asked = 0;
    const generator = fakeGenerator(() => ["one", "two", "three"][++asked % 3]);
    const chat = createChatCompletions(fakeCore(generator));
    await chat.create({ messages: say("pick"), seed: 7 });
    const whole = await chat.create({ messages: say("pick"), seed: 7, n: 3, max_tokens: 20 });
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "three"],
      [1, "one"],
      [2, "two"],
    ]);
    expect(whole.pronk.ids).toEqual(whole.choices[0].pronk.ids);
    const promptTokens = generator.requests[0].promptIds.length;
    expect(whole.usage).toMatchObject({
      prompt_tokens: promptTokens,
      completion_tokens: 11,
      total_tokens: promptTokens + 11,
    });
    const seeds = generator.requests.map(({ sampling }) => sampling.seed);
    expect(seeds.slice(0, 2)).toEqual([7, 7]);
    expect(new Set(seeds.slice(1)).size).toBe(3);

    const usage = { stream_options: { include_usage: true } } as const;
    const stream = await chat.create({ messages: say("pick"), seed: 7, n: 3, stream: true, ...usage });
    expect(generator.requests).toHaveLength(4);
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      expect(generator.requests).toHaveLength(7); // all are begun before the first is read
    }
    expect(generator.requests.slice(-3).map(({ sampling }) => sampling.seed)).toEqual(seeds.slice(1));
    const deltas = chunks.flatMap(({ choices }) => [...choices]);
    for (const index of [0, 1, 2]) {
      const own = deltas.filter((choice) => choice.index === index);
      expect(own[0].delta.role).toBe("assistant");
      expect(own.at(-1)?.finish_reason).toBe("stop");
      expect(own.filter(({ finish_reason: reason }) => reason)).toHaveLength(1);
    }
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.filter((chunk) => chunk.usage)).toEqual([chunks.at(-1)]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: 11 } });
  });

  test("an assistant's last message is gone on from: the answer is what comes after it", async () => {
    const generator = fakeGenerator(() => " more");
    const chat = createChatCompletions(fakeCore(generator));
    const whole = await chat.create({ messages: [...say("x"), { role: "assistant", content: "once" }] });
    expect(promptOf(generator.requests[0])).toBe("u:x|a:once");
    expect(whole.choices[0].message.content).toBe(" more");
  });

  test("logprobs tell of each token, whole and streamed, and of what another engine had chosen", async () => {
    const core = fakeCore(fakeGenerator(() => "né"));
    const chat = createChatCompletions(core);
    const asked = { messages: say("x"), logprobs: true, top_logprobs: 1 } as const;
    const whole = await chat.create(asked);
    const ids = whole.pronk.ids;
    expect(whole.choices[0].logprobs).toEqual({
      content: ids.map((id) => ({
        token: id === pieceId("n") ? "n" : "\uFFFD", // half a character
        logprob: -id / 32,
        bytes: [...fakeTokenizer.bytesOf(id)!],
        top_logprobs: [expect.objectContaining({ logprob: -id / 64, bytes: [...fakeTokenizer.bytesOf(id + 1)!] })],
      })),
      refusal: null,
    });
    const chunks = await collect(await chat.create({ ...asked, stream: true }));
    const told = chunks.flatMap(({ choices }) => choices.flatMap(({ logprobs }) => logprobs?.content ?? []));
    expect(told).toEqual(whole.choices[0].logprobs!.content);
    const chunksWithout = await collect(await chat.create({ messages: say("x"), stream: true }));
    expect(chunksWithout.every(({ choices }) => choices.every((choice) => choice.logprobs === null))).toBe(true);
    expect((await chat.create({ messages: say("x") })).choices[0].logprobs).toBeNull();

    const traces: Trace[] = [];
    const onTrace = (answer: number, event: Trace) => void (traces[answer] = addToTrace(traces[answer], event));
    await chat.create(asked, { onTrace } as ContinuableOptions);
    const known = traces.map((trace) => ({
      ...trace,
      ids: ids.slice(0, 2),
      likelihoods: trace.likelihoods!.slice(0, 2),
      stopReason: undefined,
    }));
    const continued = await chat.create(asked, { known } as ContinuableOptions);
    expect(continued.choices[0].logprobs).toEqual(whole.choices[0].logprobs);
  });

  test("usage counts, with what the cache held, on the second turn", async () => {
    const chat = createChatCompletions(fakeCore(fakeGenerator(() => "yes")));
    const first = await chat.create({ messages: say("one") });
    expect(first.usage).toMatchObject({
      prompt_tokens: 7, // BOS u:one|
      completion_tokens: 3,
      total_tokens: 10,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
      extra: { prefill_ms: 5, decode_ms: 6, prefill_tokens_per_s: 1400, decode_tokens_per_s: 500 },
    });
    expect(first.usage.extra.time_to_first_token_ms).toBeGreaterThan(0);
    const nothing = await createChatCompletions(fakeCore(fakeGenerator(() => ""))).create({ messages: say("one") });
    expect(nothing.usage.extra).not.toHaveProperty("time_to_first_token_ms");
    const messages: ChatMessage[] = [...say("one"), { role: "assistant", content: "yes" }, ...say("two")];
    const second = await chat.create({ messages });
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(7);
  });

  test("max_tokens and the context's end are both `length`, told apart by pronk.context_full", async () => {
    const generator = fakeGenerator(() => "x".repeat(1000), { contextLength: 50 });
    const chat = createChatCompletions(fakeCore(generator));
    const short = await chat.create({ messages: say("go"), max_tokens: 4 });
    expect(short.choices[0].message.content).toBe("xxxx");
    expect([short.choices[0].finish_reason, short.pronk.context_full]).toEqual(["length", false]);
    const long = await chat.create({ messages: say("go") });
    expect([long.choices[0].finish_reason, long.pronk.context_full]).toEqual(["length", true]);
    expect(long.usage.total_tokens).toBe(50);
  });

  test("more ids than a call takes arguments, asked and answered", async () => {
    const mute = Array.from({ length: 130_000 }, () => 0); // ids without text come with the next piece that has some
    const answer = (asked: string) => (asked.startsWith("u:") ? [...mute, pieceId("a")] : "a");
    const generator = fakeGenerator(answer, { contextLength: 400_000 });
    const core = fakeCore(generator);
    const { pronk, choices } = await createChatCompletions(core).create({ messages: say("x".repeat(130_000)) });
    expect([pronk.prompt_ids?.length, pronk.ids?.length, choices[0].message.content]).toEqual([130_004, 130_001, "a"]);
    const { choices: continued } = await createCompletions(core).create({ prompt: mute.map(() => 5), echo: true });
    expect(continued[0].text.length).toBe(130_001);
  });

  test("eos ends an answer, ignore_eos goes on", async () => {
    const generator = fakeGenerator(() => [pieceId("a"), 2, pieceId("b")]);
    const chat = createChatCompletions(fakeCore(generator));
    expect((await chat.create({ messages: say("go") })).choices[0].message.content).toBe("a");
    const on = await chat.create({ messages: say("go"), ignore_eos: true, max_tokens: 3 });
    expect(on.choices[0].message.content).toBe("ab");
    expect(on.usage.completion_tokens).toBe(3);
  });
});

describe("stop strings", () => {
  const ids = ["O", "k", " sto", "pped", "E", "ND of", "!"].map(pieceId);

  test("are found across token borders, not delivered, and cancel the generation", async () => {
    const generator = fakeGenerator(() => ids);
    const chat = createChatCompletions(fakeCore(generator));
    const answer = await chat.create({ messages: say("go"), stop: ["END"] });
    expect(answer.choices[0]).toMatchObject({ message: { content: "Ok stopped" }, finish_reason: "stop" });
    expect([generator.cancelled, generator.running]).toEqual([1, 0]);
    expect(answer.usage.completion_tokens).toBe(6);
  });

  test("held-back text arrives when it was none after all", async () => {
    const chat = createChatCompletions(fakeCore(fakeGenerator(() => ids)));
    const request = { messages: say("go"), stop: [" stopp!", "ND of!?"], stream: true } as const;
    const texts = (await collect(await chat.create(request))).map((chunk) => chunk.choices[0]?.delta.content ?? "");
    expect(texts).toEqual(["", "O", "k", " stopped", "E", "ND of!", ""]);
  });
});

describe("a conversation longer than the context", () => {
  const turn = (n: number): ChatMessage[] => [
    { role: "user", content: `question ${n}` },
    { role: "assistant", content: `answer ${n}` },
  ];
  const system: ChatMessage = { role: "system", content: "be kind" };
  const history = [system, ...[1, 2, 3, 4, 5].flatMap(turn), ...say("last")];

  test("drops the oldest turns, keeps the system prompt and the last message, and says so", async () => {
    const generator = fakeGenerator(() => "ok", { contextLength: 100 });
    const chunks = await collect(
      await createChatCompletions(fakeCore(generator)).create({ messages: history, stream: true }),
    );
    expect(promptOf(generator.requests[0])).toBe("s:be kind|u:question 4|a:answer 4|u:question 5|a:answer 5|u:last|");
    expect(chunks[0].pronk).toEqual({ dropped_messages: 6, context_full: false });
    expect(chunks.at(-1)?.pronk?.dropped_messages).toBe(6);
  });

  test("drops no more than needed: a small max_tokens needs less room", async () => {
    const generator = fakeGenerator(() => "ok", { contextLength: 100 });
    const answer = await createChatCompletions(fakeCore(generator)).create({ messages: history, max_tokens: 1 });
    expect(answer.pronk.dropped_messages).toBe(4);
    const whole = fakeGenerator(() => "ok", { contextLength: 400 });
    const kept = await createChatCompletions(fakeCore(whole)).create({ messages: history });
    expect(kept.pronk.dropped_messages).toBe(0);
  });

  test("is context-full when the last message alone does not fit", async () => {
    const generator = fakeGenerator(() => "ok", { contextLength: 40 });
    const answer = createChatCompletions(fakeCore(generator)).create({ messages: [system, ...say("x".repeat(60))] });
    await expect(answer).rejects.toMatchObject({
      code: "context-full",
      facts: { contextLength: 40, promptTokens: 74 },
    });
  });

  test("lets a last message eat into the room for the answer", async () => {
    const generator = fakeGenerator(() => "x".repeat(90), { contextLength: 40 });
    const answer = await createChatCompletions(fakeCore(generator)).create({ messages: say("x".repeat(35)) }); // and BOS, u:, |
    expect(answer.pronk).toMatchObject({ dropped_messages: 0, context_full: true });
    expect(answer.choices[0].message.content).toBe("x");
  });
});

describe("ending early", () => {
  const reason = new Error("enough");

  test("abort rejects the iteration with the reason and leaves the engine usable", async () => {
    const generator = fakeGenerator(() => "x".repeat(150));
    const chat = createChatCompletions(fakeCore(generator));
    const controller = new AbortController();
    const stream = await chat.create({ messages: say("go"), stream: true }, { signal: controller.signal });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of stream) if (++seen === 4) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect([seen, generator.running]).toEqual([4, 0]);
    expect((await chat.create({ messages: say("go"), max_tokens: 2 })).choices[0].message.content).toBe("xx");
  });

  test("abort while the model is at work", async () => {
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 5 });
    const chat = createChatCompletions(fakeCore(generator));
    const controller = new AbortController();
    const answer = chat.create({ messages: say("go") }, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(answer).rejects.toBe(reason);
    expect(generator.running).toBe(0);
  });

  test("an aborted signal starts nothing", async () => {
    const generator = fakeGenerator(() => "ok");
    const answer = createChatCompletions(fakeCore(generator)).create(
      { messages: say("go") },
      { signal: AbortSignal.abort(reason) },
    );
    await expect(answer).rejects.toBe(reason);
    expect(generator.requests).toEqual([]);
  });

  test("leaving the loop cancels the generation", async () => {
    const generator = fakeGenerator(() => "x".repeat(150));
    const chat = createChatCompletions(fakeCore(generator));
    for await (const chunk of await chat.create({ messages: say("go"), stream: true }))
      if (chunk.choices[0]?.delta.content) break;
    expect([generator.cancelled, generator.running]).toEqual([1, 0]);
    expect((await chat.create({ messages: say("go"), max_tokens: 1 })).choices[0].message.content).toBe("x");
  });

  test("a call on an ended engine rejects with the engine's reason, also one in flight", async () => {
    const end = new AbortController();
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 1 });
    const chat = createChatCompletions(fakeCore(generator, { ended: end.signal }));
    const lost = new PronkError("device-lost", "gone");
    const inFlight = chat.create({ messages: say("go") });
    setTimeout(() => end.abort(lost), 5);
    await expect(inFlight).rejects.toBe(lost);
    await expect(chat.create({ messages: say("go") })).rejects.toBe(lost);
  });

  test("an error that is neither abort nor loss is passed on as it is", async () => {
    const bug = new TypeError("a bug");
    const generator = fakeGenerator(() => {
      throw bug;
    });
    await expect(createChatCompletions(fakeCore(generator)).create({ messages: say("go") })).rejects.toBe(bug);
  });
});
