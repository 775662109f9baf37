// The pages of a sequence: taken from the pool as it grows, and written to its part of the table that the cache's shaders read.

import { isShortage } from "../errors.ts";
import { noPage, pagePositions } from "../gpu/cache-layout.ts";
import { copyPage, mostRepeated, pagesFor } from "./cache.ts";
import type { CachePool } from "./cache-pool.ts";

export class CachePages {
  readonly pool: CachePool;
  /** Where the sequence's pages begin in the table. */
  readonly firstPage: number;
  #present: number[] = [];
  #changes = 0;

  /** `index`: of the sequence, among those that run at the same time. */
  constructor(pool: CachePool, index = 0) {
    this.pool = pool;
    this.firstPage = index * pagesFor(pool.cache.context);
  }

  /** Positions that the sequence has pages for. */
  get room(): number {
    return this.#present.length * pagePositions;
  }

  /** Throws RangeError where one of this many positions has no page: written, it would lie over another's. */
  check(positions: number): void {
    if (positions > this.room) throw new RangeError(`position ${positions - 1} of the KV cache has no page`);
  }

  /** The table's words in use, as written to the GPU. */
  get table(): readonly number[] {
    return this.#present;
  }

  /** How often the table was written. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Gets pages for this many positions of the sequence, at most the context's, while those from `from` on are computed:
   * pages that no query sees any more come back, and `room` grows as far as a pool may. Errors: `out-of-memory`.
   */
  async reserve(positions: number, from = 0): Promise<void> {
    await this.#reserve(positions, from, this.pool.cache.mostPages);
  }

  /** `most`: pages of a pool. */
  async #reserve(positions: number, from: number, most: number): Promise<void> {
    const present = this.#present;
    const unseen = this.#unseenAt(from - mostRepeated);
    const first = present.lastIndexOf(noPage) + 1;
    if (first < unseen) {
      this.pool.release(present.slice(first, unseen));
      present.fill(noPage, first, unseen);
      this.#tell(first);
    }
    const begin = present.length;
    const end = Math.min(pagesFor(positions), unseen + most);
    if (begin >= end) return;
    const taken = await this.pool.take(Math.max(0, end - Math.max(begin, unseen)), most);
    for (let i = begin; i < Math.min(end, unseen); i++) present.push(noPage);
    present.push(...taken);
    this.#tell(begin);
  }

  /** Pages that no query from this position on sees. */
  #unseenAt(position: number): number {
    return Math.floor(Math.max(0, position + 1 - this.pool.cache.window) / pagePositions);
  }

  /** Whether a sequence may begin with this many positions of these pages: the next one's query sees none that came back. */
  holds(pages: readonly number[], positions: number): boolean {
    return pages.lastIndexOf(noPage) < this.#unseenAt(positions);
  }

  /** The sequence's pages, for whoever keeps them; it has none afterwards. */
  leave(): readonly number[] {
    const left = this.#present;
    this.#present = [];
    return left;
  }

  /** Gives the sequence these pages, which `leave` gave. */
  take(pages: readonly number[]): void {
    this.#present = [...pages];
    this.#tell(0);
  }

  /**
   * Begins the sequence with this many positions of these pages, which stay with their holder: full pages are shared, the
   * one that is not full is copied. Returns how many positions the sequence has: fewer if there is no page for the copy.
   */
  async fork(pages: readonly number[], positions: number): Promise<number> {
    const { pool } = this;
    const full = Math.floor(positions / pagePositions);
    const some = pages.slice(0, pagesFor(positions)); // held, whatever is let go in the meantime
    pool.share(some);
    this.#present = some.slice(0, full);
    let held = full * pagePositions;
    try {
      if (some.length > full) {
        const [page] = await pool.take(1);
        this.#present.push(page);
        copyPage(pool.gpu, pool.cache, some[full], page);
        held = positions;
      }
    } catch (error) {
      if (!isShortage(error)) throw error;
    } finally {
      pool.release(some.slice(full));
      this.#tell(0);
    }
    return held;
  }

  /**
   * While `compute` runs, the table belongs to a separate sequence of this many positions. The sequence before it is put
   * back afterwards, unless there is no memory for both: then `forget` is called.
   */
  async apart<T>(positions: number, forget: () => void, compute: () => Promise<T>): Promise<T> {
    const { pool } = this;
    let before = this.#present;
    const most = () => Math.max(pool.cache.mostPages, before.length + pagesFor(positions));
    this.#present = [];
    try {
      try {
        await this.#reserve(positions, 0, most());
      } catch (error) {
        if (!isShortage(error) || before.length === 0) throw error;
        forget();
        pool.release(before);
        before = [];
        await this.#reserve(positions, 0, most());
      }
      return await compute();
    } finally {
      pool.release(this.#present);
      this.take(before);
    }
  }

  #tell(from: number): void {
    this.#changes++;
    const words = Uint32Array.from(this.#present.slice(from));
    const { gpu, cache } = this.pool;
    gpu.device.queue.writeBuffer(cache.table, 4 * (this.firstPage + from), words);
  }
}
