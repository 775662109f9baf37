// Counts every byte of weights that the loader holds, and keeps the count bounded: whoever wants to hold bytes takes a
// slot first, and waits until there is room; first come, first served. Buffers of full chunks are used again, so the collector has nothing to do.

import { maxReadBytes, mostRanges, rangesPerBlock } from "../source/read-limit.ts";

/**
 * Chunks on their way in, counted from the first byte asked for until the row is stored, so that all ranges can be under way:
 * what a crash costs, and more would only add memory.
 */
export const chunksAhead = Math.ceil(mostRanges / rangesPerBlock);

/** And one being converted, one on its way out. */
const chunksHeld = chunksAhead + 2;

export interface Slot {
  /** A buffer of at least the slot's bytes, made or recycled on first call. The content is whatever was in it. */
  room(): Uint8Array<ArrayBuffer>;
  /** The slot's bytes are in this buffer now: it was moved to another thread and back. */
  adopt(buffer: ArrayBuffer): void;
  /** Gives the slot back. Calling it twice does nothing. */
  release(): void;
}

export class ChunkPool {
  /** Largest number of bytes held at once so far. */
  peakBytes = 0;
  heldBytes = 0;
  readonly #capacityBytes: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: { sizeBytes: number; wake(): void }[] = [];

  /** `chunks` of 16 MiB. */
  constructor(chunks = chunksHeld) {
    this.#capacityBytes = chunks * maxReadBytes;
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
