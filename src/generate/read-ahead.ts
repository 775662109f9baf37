// The reader's end of a generation. It computes as it is read; but while another waits for its turn to end, or computes beside
// it, it runs on by itself and keeps the results for its reader: a reader who pauses, or never comes back, holds nobody up
// longer than the answer takes. Nothing is lost by this, and no clock is involved.

import type { Turns } from "./turns.ts";

export class ReadAhead implements AsyncIterableIterator<number> {
  readonly #turns: Turns;
  readonly #source: AsyncGenerator<number>;
  #ahead: Promise<IteratorResult<number>>[] = [];
  #isReading = false;

  /** `run` acquires its turn with the `onOthers` it is given. */
  constructor(turns: Turns, run: (onOthers: () => void) => AsyncGenerator<number>) {
    this.#turns = turns;
    this.#source = run(() => void this.#readOn());
  }

  next(): Promise<IteratorResult<number>> {
    return this.#ahead.shift() ?? this.#source.next();
  }

  return(): Promise<IteratorResult<number>> {
    this.#ahead = [];
    return this.#source.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#turns.isWanted || this.#turns.isShared) {
        const next = this.#source.next();
        this.#ahead.push(next);
        if ((await next).done) return;
      }
    } catch {
      // the reader is told when it comes to it
    } finally {
      this.#isReading = false;
    }
  }
}
