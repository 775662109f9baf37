import { Stream } from "openai/streaming";
import { describe, expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import { withStreams } from "../../../src/api/answer-stream.ts";
import type { RequestOptions } from "../../../src/api/completion-request.ts";
import type { AnswerStream } from "../../../src/api/answer-stream.ts";
import type { ChatCompletionChunk } from "../../../src/api/chat-completions.ts";
import { collect, fakeCore, fakeGenerator } from "../../support/fake-core.ts";

const messages = [{ role: "user" as const, content: "go on" }];
const streamed = (script = () => "one two three") => {
  const generator = fakeGenerator(script);
  const chat = createChatCompletions(fakeCore(generator));
  return { generator, ask: (signal?: AbortSignal) => chat.create({ messages, stream: true }, { signal }) };
};
const textOf = (chunks: ChatCompletionChunk[]) => chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

/** A source that counts what is read from it and knows how it was left. */
function source() {
  const seen = { read: 0, isLeft: false, isAborted: false };
  const create = withStreams(async (_request: unknown, options?: RequestOptions) => {
    options!.signal!.addEventListener("abort", () => (seen.isAborted = true));
    return (async function* () {
      try {
        for (;;) yield seen.read++;
      } finally {
        seen.isLeft = true;
      }
    })();
  });
  const open = async () => (await create({ stream: true })) as unknown as AnswerStream<number>;
  return { seen, open };
}

describe("a stream", () => {
  test("is read once; a second loop is told to split it", async () => {
    const stream = await streamed().ask();
    expect(textOf(await collect(stream))).toBe("one two three");
    expect(stream.controller.signal.aborted).toBe(false);
    await expect(collect(stream)).rejects.toMatchObject({ code: "bad-request", facts: { field: "stream" } });
  });

  test("ends quietly by its controller, with what came before", async () => {
    const { ask, generator } = streamed();
    const stream = await ask();
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) if (chunks.push(chunk) === 4) stream.controller.abort();
    expect(chunks).toHaveLength(4);
    expect(textOf(await collect(await ask()))).toBe("one two three");
    expect(generator.requests).toHaveLength(2);
  });

  test("ends by the call's signal with its reason", async () => {
    const call = new AbortController();
    const stream = await streamed().ask(call.signal);
    const reason = new Error("enough");
    const read = async () => {
      for await (const _ of stream) call.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    expect(stream.controller.signal.aborted).toBe(true);
  });

  test("that a loop leaves ends what makes it", async () => {
    const { seen, open } = source();
    const stream = await open();
    for await (const chunk of stream) if (chunk === 2) break;
    expect(seen).toEqual({ read: 3, isLeft: true, isAborted: true });
    expect(stream.controller.signal.aborted).toBe(true);
  });

  test("passes errors on", async () => {
    const { ask } = streamed(() => {
      throw new Error("broken");
    });
    await expect(ask().then(collect)).rejects.toThrow("broken");
  });
});

describe("tee", () => {
  test("gives all chunks twice, at each one's pace, and the answer ends when both are left", async () => {
    const [left, right] = (await streamed().ask()).tee();
    const first = await collect(left);
    expect(textOf(first)).toBe("one two three");
    expect(await collect(right)).toEqual(first);

    const { seen, open } = source();
    const stream = await open();
    const [a, b] = stream.tee();
    for await (const chunk of a) if (chunk === 4) break;
    expect([seen.isLeft, stream.controller.signal.aborted]).toEqual([false, false]);
    const rest: number[] = [];
    for await (const chunk of b) if (rest.push(chunk) === 7) break;
    expect(rest).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await Promise.resolve();
    expect(seen).toEqual({ read: 7, isLeft: true, isAborted: true });
    expect([a.controller, b.controller]).toEqual([stream.controller, stream.controller]);
  });

  test("tells both of a failure", async () => {
    const create = withStreams(async (_request: unknown) =>
      (async function* () {
        yield 1;
        throw new Error("broken");
      })(),
    );
    const stream = (await create({ stream: true })) as unknown as AnswerStream<number>;
    const [left, right] = stream.tee();
    await expect(collect(left)).rejects.toThrow("broken");
    await expect(collect(right)).rejects.toThrow("broken");
  });
});

describe("toReadableStream", () => {
  test("is lines of JSON, which openai's own stream reads", async () => {
    const whole = await collect(await streamed().ask());
    const bytes = (await streamed().ask()).toReadableStream();
    const read = await collect(Stream.fromReadableStream<ChatCompletionChunk>(bytes as never, new AbortController()));
    expect(read.map(({ choices }) => choices)).toEqual(whole.map(({ choices }) => choices));

    const text = await new Response((await streamed().ask()).toReadableStream()).text();
    expect(text.endsWith("}\n")).toBe(true);
    expect(text.trimEnd().split("\n")).toHaveLength(whole.length);
  });

  test("that is cancelled ends the answer", async () => {
    const { seen, open } = source();
    const stream = await open();
    const reader = stream.toReadableStream().getReader();
    await reader.read();
    await reader.cancel();
    await Promise.resolve();
    expect(seen).toMatchObject({ isLeft: true, isAborted: true });
    expect(stream.controller.signal.aborted).toBe(true);
  });
});
