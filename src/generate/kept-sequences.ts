// What the cache still holds of sequences that are not running, to be reused by one that begins the same way: each is a
// history and its pages, which sequences that begin alike share. Where pages are wanted the least recently used sequence is
// let go. What is found was filled as the continuing conversation would have filled it: a prompt by the batch's kernels, an
// answer by the step's.

import type { CachePages } from "../model/cache-pages.ts";
import type { CachePool } from "../model/cache-pool.ts";
import { type CacheHistory, type HistoryState, sharedLength } from "./cache-history.ts";

interface KeptSequence {
  readonly history: HistoryState;
  readonly pages: readonly number[];
}

/** A sequence that runs: what it holds, and where. */
export interface RunningSequence {
  readonly history: CacheHistory;
  readonly pages: CachePages;
}

/** The kept sequences of one machine's cache. */
export class KeptSequences {
  readonly #pool: CachePool;
  readonly #running = new Set<RunningSequence>();
  #kept: KeptSequence[] = []; // least recently used first

  constructor(pool: CachePool) {
    this.#pool = pool;
    pool.onFull = () => this.#letGo();
  }

  /**
   * Keeps what the sequence held; the one that begins most like the prompt, of those kept and those that run, takes its place,
   * as far as the two agree. Returns how many positions of the prompt are held, not counting the last id, since its logits
   * are wanted.
   */
  async turnTo(sequence: RunningSequence, promptIds: readonly number[], adapter: string | undefined): Promise<number> {
    const { history, pages } = sequence;
    const former = this.#leave(sequence);
    const most = promptIds.length - 1;
    let [best, shared]: [KeptSequence | undefined, number] = [undefined, 0];
    const others = [...this.#running].filter((other) => other !== sequence);
    const running = others.map((other) => ({ history: other.history.state, pages: other.pages.table }));
    for (const kept of [...this.#kept.toReversed(), ...running]) {
      const length = sharedLength(kept.history, promptIds, adapter, most);
      if (length > shared && pages.holds(kept.pages, length)) [best, shared] = [kept, length];
    }
    this.#running.add(sequence);
    if (!best) {
      history.cut(0);
      return 0;
    }
    const isKept = this.#kept.includes(best);
    this.#kept = this.#kept.filter((kept) => kept !== best);
    if (isKept && shared === best.history.length) pages.take(best.pages);
    else {
      if (isKept) this.#kept.push(best); // used last
      shared = await pages.fork(best.pages, shared);
    }
    if (best !== former) history.become(best.history);
    history.cut(shared);
    return shared;
  }

  /** Keeps what the sequence held when it ended. */
  leave(sequence: RunningSequence): void {
    this.#leave(sequence);
    sequence.history.cut(0);
  }

  /** Gives the sequence, which holds nothing, what was used last. */
  resume({ history, pages }: RunningSequence): void {
    const last = this.#kept.pop();
    if (!last) return;
    pages.take(last.pages);
    history.become(last.history);
  }

  #leave(sequence: RunningSequence): KeptSequence {
    const { history, pages } = sequence;
    this.#running.delete(sequence);
    const former: KeptSequence = { history: history.state, pages: pages.leave() };
    if (history.length > 0) this.#keep(former);
    else this.#pool.release(former.pages);
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
      this.#pool.release(kept.pages);
      return false;
    });
    this.#kept.push(sequence);
  }

  #letGo(): boolean {
    const oldest = this.#kept.shift();
    if (oldest) this.#pool.release(oldest.pages);
    return oldest !== undefined;
  }
}
