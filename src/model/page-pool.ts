// Which pages of a cache are held, and by how many: sequences that begin alike share them. Knows nothing of the GPU.

import { noPage } from "../gpu/cache-layout.ts";

export class PagePool {
  readonly #holders: number[]; // of each page
  #free: number;

  constructor(size: number) {
    this.#holders = Array.from({ length: size }, () => 0);
    this.#free = size;
  }

  get size(): number {
    return this.#holders.length;
  }

  /** Pages that nobody holds. */
  get free(): number {
    return this.#free;
  }

  grow(size: number): void {
    this.#free += Math.max(0, size - this.size);
    while (this.size < size) this.#holders.push(0);
  }

  /** A page that nobody held. Throws RangeError where there is none. */
  take(): number {
    const page = this.#holders.indexOf(0);
    if (page < 0) throw new RangeError("no page is free");
    this.#holders[page] = 1;
    this.#free--;
    return page;
  }

  /** One holder more. */
  share(page: number): void {
    if (page !== noPage) this.#holders[page]++;
  }

  /** One holder less. */
  release(page: number): void {
    if (page !== noPage && --this.#holders[page] === 0) this.#free++;
  }
}
