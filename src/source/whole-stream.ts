// A file whose server does not support ranges: one body from the first byte to the last. Reads that arrive while others run
// wait, and the one nearest the beginning goes first, which lets several lanes still get their pieces in order. What lies
// before the wanted piece is read and dropped; a piece that has gone by means a new stream.

import { request } from "./http.ts";
import type { RemoteFileOptions } from "./remote-file-options.ts";
import { Passing, StallWatch } from "./retry.ts";

interface Waiting {
  from: number;
  go(): void;
}

export class WholeStream {
  readonly #options: RemoteFileOptions;
  readonly #check: (response: Response) => void;
  readonly #waiting: Waiting[] = [];
  #busy = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #end = new AbortController();
  #position = 0; // of the reader's next byte
  #left: Uint8Array = new Uint8Array(0); // read from the body, not yet wanted; lies before #position

  constructor(options: RemoteFileOptions, check: (response: Response) => void) {
    this.#options = options;
    this.#check = check;
  }

  /** Gives `count` bytes from `from` on to `take`, or fewer when the body ends. Throws Passing when it breaks. */
  async read(from: number, count: number, take: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    await this.#turn(from);
    try {
      signal.throwIfAborted();
      await this.#deliver(from, count, take, signal);
    } finally {
      this.#busy = false;
      this.#next();
    }
  }

  close(): void {
    this.#end.abort();
    this.#reader?.cancel().catch(() => {});
    this.#reader = undefined;
    this.#left = new Uint8Array(0);
  }

  async #deliver(from: number, count: number, take: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    const { gate, patience } = this.#options;
    if (!this.#reader || from < this.#position - this.#left.length) await this.#open(signal);
    const end = from + count;
    // The body outlives this read, so an abort closes the body rather than being its own signal.
    const watch = new StallWatch(patience.stallMs, signal);
    const onEnd = () => this.close();
    watch.signal.addEventListener("abort", onEnd, { once: true });
    try {
      while (this.#position - this.#left.length < end) {
        if (this.#left.length === 0) {
          const paused = gate?.wait(signal);
          if (paused) {
            watch.rest();
            await paused;
          }
          watch.touch();
          const { done, value } = await this.#reader!.read();
          watch.signal.throwIfAborted();
          if (done) return this.close();
          this.#left = value;
          this.#position += value.length;
        }
        const at = this.#position - this.#left.length;
        const piece = this.#left.subarray(Math.max(0, from - at), Math.max(0, end - at));
        if (piece.length > 0) take(piece);
        this.#left = this.#left.subarray(Math.min(this.#left.length, Math.max(0, end - at)));
      }
    } catch (cause) {
      this.close();
      throw new Passing(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      watch.signal.removeEventListener("abort", onEnd);
      watch.rest();
    }
  }

  async #open(signal: AbortSignal): Promise<void> {
    this.close();
    const { subject, token, patience } = this.#options;
    const end = (this.#end = new AbortController());
    const watch = new StallWatch(patience.stallMs, signal);
    const onAbort = () => end.abort(watch.signal.reason);
    watch.signal.addEventListener("abort", onAbort, { once: true });
    try {
      const response = await request(subject, { signal: end.signal, token });
      this.#check(response);
      this.#reader = response.body!.getReader();
      this.#position = 0;
    } finally {
      watch.rest();
      watch.signal.removeEventListener("abort", onAbort);
    }
  }

  #turn(from: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ from, go: resolve });
      this.#waiting.sort((a, b) => a.from - b.from);
      queueMicrotask(() => this.#next()); // reads started together are put in order first
    });
  }

  #next(): void {
    if (this.#busy) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#busy = true;
    next.go();
  }
}
