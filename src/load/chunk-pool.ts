// Counts every byte of weights that the loader holds, and keeps the count bounded: whoever wants to hold bytes takes a
// slot first, and waits when all are taken. Buffers of full chunks are used again, so the collector has nothing to do.

import { maxReadBytes } from "../source/read-limit.ts";

export interface Slot {
  /** A buffer of at least the slot's bytes, made or recycled on first call. The content is whatever was in it. */
  room(): Uint8Array<ArrayBuffer>;
  /** Gives the slot back. Calling it twice does nothing. */
  release(): void;
}

export class ChunkPool {
  /** Largest number of bytes held at once so far. */
  peakBytes = 0;
  heldBytes = 0;
  readonly #capacity: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /** `capacity`: slots, each of at most 16 MiB. The loader needs six: four lanes and two rows on their way out. */
  constructor(capacity = 6) {
    this.#capacity = capacity;
  }

  /** Takes a slot for `sizeBytes`; waits for a free one. Rejects with the signal's reason. */
  async take(sizeBytes: number, signal?: AbortSignal): Promise<Slot> {
    signal?.throwIfAborted();
    while (this.#taken >= this.#capacity) await this.#free(signal);
    this.#taken++;
    this.heldBytes += sizeBytes;
    this.peakBytes = Math.max(this.peakBytes, this.heldBytes);
    let room: Uint8Array<ArrayBuffer> | undefined;
    let released = false;
    return {
      room: () => (room ??= (sizeBytes === maxReadBytes ? this.#spare.pop() : undefined) ?? new Uint8Array(sizeBytes)),
      release: () => {
        if (released) return;
        released = true;
        if (room?.length === maxReadBytes) this.#spare.push(room);
        this.heldBytes -= sizeBytes;
        this.#taken--;
        this.#waiting.shift()?.();
      },
    };
  }

  /** Lets go of the recycled buffers; call when a load is over. */
  drain(): void {
    this.#spare.length = 0;
  }

  #free(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#waiting.indexOf(wake);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal!.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      this.#waiting.push(wake);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
