// The pages of the sequence being computed: taken as it grows, and written to the table that the cache's shaders read. A
// full pool is doubled; nothing else creates anything. A pool that may not grow takes pages back from whoever holds some
// that could be computed anew.

import { isShortage, PronkError } from "../errors.ts";
import { noPage, pagePositions } from "../gpu/cache-layout.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { copyPage, growCache, mostRepeated, pagesFor, type KvCache } from "./cache.ts";
import { PagePool } from "./page-pool.ts";

export class CachePages {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #cache: KvCache;
  readonly #onGrowth: () => void;
  readonly #pool: PagePool;
  #present: number[] = [];
  #changes = 0;
  /** Lets go of pages that are not needed now; false where there are none. */
  onFull: () => boolean = () => false;

  /** `onGrowth`: whatever is bound to the cache must be bound anew. */
  constructor(gpu: Gpu, memory: GpuMemory, cache: KvCache, onGrowth: () => void) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#cache = cache;
    this.#onGrowth = onGrowth;
    this.#pool = new PagePool(cache.pages);
  }

  /** Positions that the sequence has pages for. */
  get room(): number {
    return this.#present.length * pagePositions;
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
    await this.#reserve(positions, from, this.#cache.mostPages);
  }

  /** `most`: pages of a pool. */
  async #reserve(positions: number, from: number, most: number): Promise<void> {
    const present = this.#present;
    const unseen = this.#unseenAt(from - mostRepeated);
    const first = present.lastIndexOf(noPage) + 1;
    if (first < unseen) {
      this.release(present.slice(first, unseen));
      present.fill(noPage, first, unseen);
      this.#tell(first);
    }
    const begin = present.length;
    const end = Math.min(pagesFor(positions), unseen + most);
    const wanted = end - Math.max(begin, unseen);
    if (wanted > 0) await this.#makeRoom(wanted, most);
    for (let i = begin; i < end; i++) present.push(i < unseen ? noPage : this.#pool.take());
    if (begin < end) this.#tell(begin);
  }

  /** Pages that no query from this position on sees. */
  #unseenAt(position: number): number {
    return Math.floor(Math.max(0, position + 1 - this.#cache.window) / pagePositions);
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

  /** Gives back pages that `leave` gave. */
  release(pages: readonly number[]): void {
    for (const page of pages) this.#pool.release(page);
  }

  /** Free pages for whoever fills them, who gives them back by `release`. Errors: `out-of-memory`, without any. */
  async hold(count: number): Promise<number[]> {
    await this.#makeRoom(count, this.#cache.mostPages);
    return Array.from({ length: count }, () => this.#pool.take());
  }

  /** Gives the sequence these pages, which `leave` or `hold` gave. */
  take(pages: readonly number[]): void {
    this.#present = [...pages];
    this.#tell(0);
  }

  /**
   * Begins the sequence with this many positions of these pages, which stay with their holder: full pages are shared, the
   * one that is not full is copied. Returns how many positions the sequence has: fewer if there is no page for the copy.
   */
  async fork(pages: readonly number[], positions: number): Promise<number> {
    const full = Math.floor(positions / pagePositions);
    const some = pages.slice(0, pagesFor(positions)); // held, whatever is let go in the meantime
    for (const page of some) this.#pool.share(page);
    this.#present = some.slice(0, full);
    let held = full * pagePositions;
    try {
      if (some.length > full) {
        await this.#makeRoom(1, this.#cache.mostPages);
        const page = this.#pool.take();
        this.#present.push(page);
        copyPage(this.#gpu, this.#cache, some[full], page);
        held = positions;
      }
    } catch (error) {
      if (!isShortage(error)) throw error;
    } finally {
      this.release(some.slice(full));
      this.#tell(0);
    }
    return held;
  }

  /**
   * While `compute` runs, the table belongs to a separate sequence of this many positions. The sequence before it is put
   * back afterwards, unless there is no memory for both: then `forget` is called.
   */
  async apart<T>(positions: number, forget: () => void, compute: () => Promise<T>): Promise<T> {
    let before = this.#present;
    const most = () => Math.max(this.#cache.mostPages, before.length + pagesFor(positions));
    this.#present = [];
    try {
      try {
        await this.#reserve(positions, 0, most());
      } catch (error) {
        if (!isShortage(error) || before.length === 0) throw error;
        forget();
        this.release(before);
        before = [];
        await this.#reserve(positions, 0, most());
      }
      return await compute();
    } finally {
      this.release(this.#present);
      this.take(before);
    }
  }

  #tell(from: number): void {
    this.#changes++;
    const words = Uint32Array.from(this.#present.slice(from));
    this.#gpu.device.queue.writeBuffer(this.#cache.table, 4 * from, words);
  }

  /** Makes sure of this many free pages: the pool is doubled while it may be, then pages that nothing needs are taken back. */
  async #makeRoom(wanted: number, most: number): Promise<void> {
    const pool = this.#pool;
    const { pageBytes } = this.#cache;
    const least = () => pool.size + wanted - pool.free;
    if (least() <= pool.size) return;
    let refusal = await this.#grow(Math.min(most, Math.max(least(), 2 * pool.size)));
    while (least() > pool.size && this.onFull());
    if (refusal && least() > pool.size) refusal = await this.#grow(Math.min(most, least()));
    if (least() > pool.size) throw refusal ?? cacheFull(least() * pageBytes, most * pageBytes);
  }

  /** Returns the refusal where there is no memory for so many pages. */
  async #grow(pages: number): Promise<unknown> {
    if (pages <= this.#pool.size) return undefined;
    try {
      await growCache(this.#gpu, this.#memory, this.#cache, pages);
      this.#pool.grow(pages);
      return undefined;
    } catch (error) {
      if (!isShortage(error)) throw error;
      return error;
    } finally {
      this.#onGrowth();
    }
  }
}

function cacheFull(neededBytes: number, limitBytes: number): PronkError {
  const message = "The KV cache is as large as it may be and has no page left.";
  return new PronkError("out-of-memory", message, { buffer: "KV cache", neededBytes, limitBytes });
}
