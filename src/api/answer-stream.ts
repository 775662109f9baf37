// What a call with `stream: true` gives: its chunks, once, with the extras of OpenAI's own stream. It knows nothing of
// chunks; what makes them takes a signal, which is aborted when nobody reads on.

import { PronkError } from "../errors.ts";
import type { RequestOptions } from "./completion-request.ts";

/** An answer as it comes. It is read once, by a loop or by one of these methods; leaving the loop ends the answer. */
export interface AnswerStream<Chunk> extends AsyncIterable<Chunk> {
  /** `controller.abort()` ends the answer; a loop over it then ends as if no more had come. Also aborted when a loop is left. */
  readonly controller: AbortController;
  /**
   * Two streams of all chunks, each to be read at its own pace; what one has read and the other has not is kept in memory. The
   * answer ends when both are left.
   */
  tee(): [AnswerStream<Chunk>, AnswerStream<Chunk>];
  /** Bytes in UTF-8: each chunk's JSON and a line break. openai's `Stream.fromReadableStream` reads them. */
  toReadableStream(): ReadableStream<Uint8Array>;
}

type Create = (request: unknown, options?: RequestOptions) => Promise<unknown>;

/** The same call, giving such streams. `signal` still ends them with its reason. */
export function withStreams<Call extends Create>(create: Call): Call {
  const call: Create = async (request, options = {}) => {
    if (!(request as { stream?: unknown } | null)?.stream) return create(request, options);
    const controller = new AbortController();
    const own = controller.signal;
    const signal = options.signal ? AbortSignal.any([options.signal, own]) : own;
    const chunks = (await create(request, { ...options, signal })) as AsyncIterable<unknown>;
    const read = endedBy(controller, chunks);
    return new OneAnswer(read, controller, () => {
      controller.abort();
      read.return().catch(() => {});
    });
  };
  return call as Call;
}

async function* endedBy<Chunk>(controller: AbortController, chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void> {
  const { signal } = controller;
  let isWhole = false;
  try {
    for await (const chunk of chunks) yield chunk;
    isWhole = true;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    if (!isWhole) controller.abort();
  }
}

class OneAnswer<Chunk> implements AnswerStream<Chunk> {
  readonly controller: AbortController;
  readonly #chunks: AsyncGenerator<Chunk, void>;
  readonly #leave: () => void;
  #isRead = false;

  /** `leave`: nothing more is wanted, though a chunk may be on its way. */
  constructor(chunks: AsyncGenerator<Chunk, void>, controller: AbortController, leave: () => void) {
    this.controller = controller;
    this.#chunks = chunks;
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): AsyncIterator<Chunk, void> {
    if (this.#isRead)
      throw new PronkError("bad-request", "This stream is read already. Split it with `tee()` before it is read.", {
        field: "stream",
      });
    this.#isRead = true;
    return this.#chunks;
  }

  tee(): [AnswerStream<Chunk>, AnswerStream<Chunk>] {
    const chunks = this[Symbol.asyncIterator]();
    const waiting = new Set<Promise<IteratorResult<Chunk, void>>[]>();
    const branch = async function* (own: Promise<IteratorResult<Chunk, void>>[]) {
      try {
        for (;;) {
          if (own.length === 0) {
            const next = chunks.next();
            next.catch(() => {}); // reported to whoever reads that far
            for (const steps of waiting) steps.push(next);
          }
          const { done, value } = await own.shift()!;
          if (done) return waiting.clear(); // it needs no ending
          yield value;
        }
      } finally {
        leave(own);
      }
    };
    const leave = (own: Promise<IteratorResult<Chunk, void>>[]) => {
      if (waiting.delete(own) && waiting.size === 0) this.#leave();
    };
    const one = () => {
      const own: Promise<IteratorResult<Chunk, void>>[] = [];
      waiting.add(own);
      return new OneAnswer(branch(own), this.controller, () => leave(own));
    };
    return [one(), one()];
  }

  toReadableStream(): ReadableStream<Uint8Array> {
    const chunks = this[Symbol.asyncIterator]();
    const utf8 = new TextEncoder();
    return new ReadableStream({
      pull: async (stream) => {
        const { done, value } = await chunks.next();
        if (done) stream.close();
        else stream.enqueue(utf8.encode(`${JSON.stringify(value)}\n`));
      },
      cancel: () => {
        this.#leave();
      },
    });
  }
}
