// Gathers the bytes of one stored file, as they are encoded, into rows of 16 MiB.

import { maxReadBytes } from "../source/read-limit.ts";
import type { ChunkPool, Slot } from "./chunk-pool.ts";
import type { StoredRow } from "./stored-row.ts";

export class RowAssembler {
  readonly #file: string;
  readonly #sizeBytes: number;
  readonly #pool: ChunkPool;
  readonly #emit: (row: StoredRow) => Promise<void>;
  #slot: Slot | undefined;
  #room = new Uint8Array(0);
  #position = 0; // in the stored file

  constructor(file: string, sizeBytes: number, pool: ChunkPool, emit: (row: StoredRow) => Promise<void>) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#pool = pool;
    this.#emit = emit;
  }

  /** Appends; a promise only when a row has to be opened or sent, so that small appends cost no turn. */
  append(bytes: Uint8Array, signal?: AbortSignal): Promise<void> | undefined {
    const at = this.#position % maxReadBytes;
    if (!this.#slot || at + bytes.length >= this.#room.length) return this.#appendAcross(bytes, signal);
    this.#room.set(bytes, at);
    this.#position += bytes.length;
    return undefined;
  }

  /** Zeros up to `position`. */
  async padTo(position: number, signal?: AbortSignal): Promise<void> {
    if (position > this.#position) await this.append(new Uint8Array(position - this.#position), signal);
  }

  /** Gives back what is held when the load fails. */
  release(): void {
    this.#slot?.release();
    this.#slot = undefined;
  }

  async #appendAcross(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    while (bytes.length > 0) {
      const index = Math.floor(this.#position / maxReadBytes);
      if (!this.#slot) {
        const rowBytes = Math.min(maxReadBytes, this.#sizeBytes - index * maxReadBytes);
        this.#slot = await this.#pool.take(rowBytes, signal);
        this.#room = this.#slot.room().subarray(0, rowBytes);
      }
      const at = this.#position % maxReadBytes;
      const count = Math.min(bytes.length, this.#room.length - at);
      this.#room.set(bytes.subarray(0, count), at);
      this.#position += count;
      bytes = bytes.subarray(count);
      if (at + count < this.#room.length) continue;
      const slot = this.#slot;
      this.#slot = undefined;
      await this.#emit({ file: this.#file, index, bytes: this.#room, slot });
    }
  }
}
