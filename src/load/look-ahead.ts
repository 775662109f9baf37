// How the loader reads ahead without holding more than it may. `BufferPool` counts every byte of weights that is held:
// whoever wants to hold bytes takes a slot first, and waits until there is room; first come, first served. `inOrder` starts
// a few tasks ahead of their turn. Neither knows what the bytes are.

import { maxReadBytes, mostRanges, rangesPerBlock } from "../source/read-limit.ts";

/**
 * Blocks on their way in, counted from the first byte requested until each is stored; just enough for all ranges to be in
 * flight: this is what a crash costs, and more would only add memory.
 */
export const blocksAhead = Math.ceil(mostRanges / rangesPerBlock);

/** Plus one being converted and one on its way out. */
const buffersHeld = blocksAhead + 2;

/** Permission to hold so many bytes. */
export interface Slot {
  /** A buffer of at least the slot's bytes, made or recycled on first call. The content is whatever was in it. */
  room(): Uint8Array<ArrayBuffer>;
  /** The slot's bytes are now in this buffer: it was moved to another thread and back. */
  adopt(buffer: ArrayBuffer): void;
  /** Gives the slot back. Calling it twice does nothing. */
  release(): void;
}

/** Buffers of the full 16 MiB are reused, leaving the collector nothing to do. */
export class BufferPool {
  /** Largest number of bytes held at once so far. */
  peakBytes = 0;
  heldBytes = 0;
  readonly #capacityBytes: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: { sizeBytes: number; wake(): void }[] = [];

  /** `buffers` of 16 MiB. */
  constructor(buffers = buffersHeld) {
    this.#capacityBytes = buffers * maxReadBytes;
  }

  /** Takes a slot for `sizeBytes`; waits until there is room. Rejects with the signal's reason. */
  async take(sizeBytes: number, signal?: AbortSignal): Promise<Slot> {
    signal?.throwIfAborted();
    if (this.#waiting.length === 0 && this.#fits(sizeBytes)) this.#hold(sizeBytes);
    else await this.#turn(sizeBytes, signal);
    let room: Uint8Array<ArrayBuffer> | undefined;
    let released = false;
    return {
      room: () => (room ??= (sizeBytes === maxReadBytes ? this.#spare.pop() : undefined) ?? new Uint8Array(sizeBytes)),
      adopt: (buffer) => (room = new Uint8Array(buffer)),
      release: () => {
        if (released) return;
        released = true;
        if (room?.length === maxReadBytes) this.#spare.push(room);
        this.heldBytes -= sizeBytes;
        this.#wake();
      },
    };
  }

  /** Lets go of the recycled buffers; call when a load is over. */
  drain(): void {
    this.#spare.length = 0;
  }

  #fits(sizeBytes: number): boolean {
    return this.heldBytes + sizeBytes <= this.#capacityBytes;
  }

  #hold(sizeBytes: number): void {
    this.heldBytes += sizeBytes;
    this.peakBytes = Math.max(this.peakBytes, this.heldBytes);
  }

  #wake(): void {
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0].sizeBytes)) {
      const { sizeBytes, wake } = this.#waiting.shift()!;
      this.#hold(sizeBytes);
      wake();
    }
  }

  #turn(sizeBytes: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = {
        sizeBytes,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal!.reason);
        this.#wake(); // a smaller one behind it may fit
      };
      this.#waiting.push(waiting);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}

/**
 * Starts up to `lanes` tasks ahead and gives their results in order. When the consumer stops or a task fails, the tasks
 * still running are told to stop by their signal, and what they had already produced is handed to `discard`.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  lanes: number,
  start: (item: Item, signal: AbortSignal) => Promise<Result>,
  { signal, discard }: { signal?: AbortSignal; discard: (result: Result) => void },
): AsyncGenerator<Result, void, undefined> {
  const stop = new AbortController();
  const inner = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const running: Promise<Result>[] = [];
  const iterator = items[Symbol.iterator]();
  const startNext = () => {
    const next = iterator.next();
    if (next.done) return;
    const task = start(next.value, inner);
    task.catch(() => {}); // a task that fails behind another is reported in its turn, or not at all
    running.push(task);
  };
  try {
    for (let lane = 0; lane < lanes; lane++) startNext();
    while (running.length > 0) {
      const result = await running.shift()!;
      yield result;
      startNext();
    }
  } finally {
    stop.abort();
    for (const outcome of await Promise.allSettled(running)) if (outcome.status === "fulfilled") discard(outcome.value);
  }
}
