// The pages that all sequences of a cache take theirs from. A full pool is doubled; nothing else creates anything. A pool
// that may not grow takes pages back from whoever holds some that could be computed anew; only then it grows beyond what one
// sequence could fill, for several that run.

import { isShortage, PronkError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { growCache, type KvCache } from "./cache.ts";
import { PagePool } from "./page-pool.ts";

export class CachePool {
  readonly gpu: Gpu;
  readonly cache: KvCache;
  readonly #memory: GpuMemory;
  readonly #onGrowth: () => void;
  readonly #pool: PagePool;
  /** Lets go of pages that are not needed now; false where there are none. */
  onFull: () => boolean = () => false;
  /**
   * Resolves when the pools have grown; undefined while they don't. Whoever submits what reads or writes the cache waits for it
   * first, until there is none: meanwhile some layers are in their new place and others not.
   */
  growing: Promise<void> | undefined;

  /** `onGrowth`: whatever is bound to the cache must be bound anew. */
  constructor(gpu: Gpu, memory: GpuMemory, cache: KvCache, onGrowth: () => void) {
    this.gpu = gpu;
    this.cache = cache;
    this.#memory = memory;
    this.#onGrowth = onGrowth;
    this.#pool = new PagePool(cache.pages);
  }

  /** This many pages, from a pool of at most `most`. Errors: `out-of-memory`, with none taken. */
  async take(wanted: number, most = this.cache.mostPages): Promise<number[]> {
    const pool = this.#pool;
    let refusal: unknown;
    for (let [isGrown, isExact, isShared] = [false, false, false]; ;) {
      while (this.growing) await this.growing;
      const least = pool.size + wanted - pool.free;
      if (least <= pool.size) return Array.from({ length: wanted }, () => pool.take());
      if (!isGrown) {
        isGrown = true;
        refusal = await this.#grow(Math.min(most, Math.max(least, 2 * pool.size)));
      } else if (!this.onFull()) {
        const { pageBytes, sharedPages } = this.cache;
        if (refusal && !isExact) {
          isExact = true;
          refusal = await this.#grow(Math.min(most, least));
        } else if (!refusal && !isShared) {
          isShared = true;
          refusal = await this.#grow(Math.min(sharedPages, Math.max(least, 2 * pool.size)));
        } else throw refusal ?? cacheFull(least * pageBytes, sharedPages * pageBytes);
      }
    }
  }

  /** One holder more of each. */
  share(pages: readonly number[]): void {
    for (const page of pages) this.#pool.share(page);
  }

  /** One holder less of each. */
  release(pages: readonly number[]): void {
    for (const page of pages) this.#pool.release(page);
  }

  /** Returns the refusal where there is no memory for so many pages. */
  async #grow(pages: number): Promise<unknown> {
    if (pages <= this.#pool.size) return undefined;
    let onEnd = () => {};
    this.growing = new Promise((resolve) => (onEnd = resolve));
    try {
      await growCache(this.gpu, this.#memory, this.cache, pages);
      this.#pool.grow(pages);
      return undefined;
    } catch (error) {
      if (!isShortage(error)) throw error;
      return error;
    } finally {
      this.#onGrowth();
      this.growing = undefined;
      onEnd();
    }
  }
}

function cacheFull(neededBytes: number, limitBytes: number): PronkError {
  const message = "The KV cache is as large as it may be and has no page left.";
  return new PronkError("out-of-memory", message, { buffer: "KV cache", neededBytes, limitBytes });
}
