// How many requests of a source run at once: four to begin with, up to `mostRanges` while that brings more bytes a second. A
// whole source has one set of lanes, which its files share; first come, first served, because bytes are consumed in order.

import { mostRanges } from "./read-limit.ts";

// None of these is measured on real lines; test/unit/source/download.test.ts shows that they adapt to simulated ones.
const fewest = Math.min(4, mostRanges); // hides the round trip of a hub
const windowMs = 2000; // of a measurement: several blocks on any line that is worth more lanes
const worthwhile = 1.05; // speed-up below this is noise
const settledWindows = 5; // until the best limit so far is questioned again

export class Lanes {
  #limit = fewest;
  #active = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #now: () => number;
  #windowStartMs: number;
  #windowBytes = 0;
  #lastSpeed = 0; // with the limit before
  #raised = false;
  #restingWindows = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#windowStartMs = now();
  }

  get limit(): number {
    return this.#limit;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#active >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#active++;
    try {
      return await work();
    } finally {
      this.#active--;
      this.#wake();
    }
  }

  /** Bytes that came in, from any lane. */
  note(sizeBytes: number): void {
    this.#windowBytes += sizeBytes;
    const elapsedMs = this.#now() - this.#windowStartMs;
    if (elapsedMs < windowMs) return;
    const speed = this.#windowBytes / elapsedMs;
    this.#windowStartMs += elapsedMs;
    this.#windowBytes = 0;
    this.#judge(speed);
  }

  /** The server asks for fewer requests. */
  slowDown(): void {
    this.#limit = fewest;
    this.#raised = false;
    this.#restingWindows = settledWindows;
  }

  #judge(speed: number): void {
    const pays = speed > this.#lastSpeed * worthwhile;
    if (this.#raised && !pays) {
      this.#limit = Math.max(fewest, this.#limit - 1);
      this.#raised = false;
      this.#restingWindows = settledWindows;
    } else if (this.#restingWindows > 0) {
      this.#restingWindows--;
    } else if (this.#limit < mostRanges) {
      this.#limit++;
      this.#raised = true;
      this.#wake();
    }
    this.#lastSpeed = speed;
  }

  #wake(): void {
    for (let free = this.#limit - this.#active; free > 0; free--) this.#waiting.shift()?.();
  }
}
