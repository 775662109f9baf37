// What the cache still holds of sequences that are not running, to be reused by one that begins the same way: each is a
// history and its pages, which sequences that begin alike share. Where pages are wanted the least recently used sequence is
// let go. What is found was filled as the continuing conversation would have filled it: a prompt by the batch's kernels, an
// answer by the step's.

import type { CachePages } from "../model/cache-pages.ts";
import { type CacheHistory, type HistoryState, sharedLength } from "./cache-history.ts";

interface KeptSequence {
  readonly history: HistoryState;
  readonly pages: readonly number[];
}

/** The kept sequences of one machine's cache. */
export class KeptSequences {
  readonly #pages: CachePages;
  #kept: KeptSequence[] = []; // least recently used first

  constructor(pages: CachePages) {
    this.#pages = pages;
    pages.onFull = () => this.#letGo();
  }

  /**
   * Keeps the sequence that ran, with this history; the one that begins most like the prompt takes its place, as far as the
   * two agree. Returns how many positions of the prompt are held, not counting the last id, since its logits are wanted.
   */
  async turnTo(history: CacheHistory, promptIds: readonly number[], adapter: string | undefined): Promise<number> {
    const former = this.leave(history);
    const most = promptIds.length - 1;
    let [best, shared]: [KeptSequence | undefined, number] = [undefined, 0];
    for (const kept of this.#kept.toReversed()) {
      const length = sharedLength(kept.history, promptIds, adapter, most);
      if (length > shared && this.#pages.holds(kept.pages, length)) [best, shared] = [kept, length];
    }
    if (!best) {
      history.cut(0);
      return 0;
    }
    this.#kept = this.#kept.filter((kept) => kept !== best);
    if (shared === best.history.length) this.#pages.take(best.pages);
    else {
      this.#kept.push(best); // used last
      shared = await this.#pages.fork(best.pages, shared);
    }
    if (best !== former) history.become(best.history);
    history.cut(shared);
    return shared;
  }

  /** Keeps the sequence that ran, with this history, unless that is empty; none runs afterwards. */
  leave(history: CacheHistory): KeptSequence {
    const former: KeptSequence = { history: history.state, pages: this.#pages.leave() };
    if (history.length > 0) this.#keep(former);
    else this.#pages.release(former.pages);
    return former;
  }

  /** Forgets all of them. */
  clear(): void {
    while (this.#letGo());
  }

  /** Puts the sequence in the place of those that it begins with. */
  #keep(sequence: KeptSequence): void {
    const ids = sequence.history.slices.flatMap(({ ids: some, position }, i, all) =>
      some.slice(0, (all[i + 1]?.position ?? sequence.history.length) - position),
    );
    const isWithin = ({ history }: KeptSequence) =>
      sharedLength(history, ids, sequence.history.slices[0]?.adapter, history.length) === history.length;
    this.#kept = this.#kept.filter((kept) => {
      if (!isWithin(kept)) return true;
      this.#pages.release(kept.pages);
      return false;
    });
    this.#kept.push(sequence);
  }

  #letGo(): boolean {
    const oldest = this.#kept.shift();
    if (oldest) this.#pages.release(oldest.pages);
    return oldest !== undefined;
  }
}
