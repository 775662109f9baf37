// What one generation has in a cache, wherever it is computed.

import { CacheHistory, type Slice } from "./cache-history.ts";
import type { RunningSequence } from "./kept-sequences.ts";
import type { Lane, Machine } from "./machine.ts";

/** The position behind a slice. */
export const endOf = ({ position, ids }: Pick<Slice, "position" | "ids">): number => position + ids.length;

export class Sequence {
  readonly history: CacheHistory;
  /** The machine with what the history says in its cache. */
  filled: Machine | undefined;
  /** Where it is computed now. */
  running: (RunningSequence & { machine: Machine }) | undefined;

  constructor(history = new CacheHistory(), filled?: Machine) {
    this.history = history;
    this.filled = filled;
  }

  /** Forgets what the machine's cache holds, which can't be relied on. */
  forget({ kept }: Machine): void {
    this.history.cut(0);
    kept.clear();
  }

  /** Fills the machine's cache with what the history says, unless it holds that already. */
  async refill(machine: Machine, { pages, steps }: Lane, signal: AbortSignal | undefined): Promise<void> {
    if (this.filled === machine) return;
    const { slices } = this.history;
    await pages.reserve(Math.max(0, ...slices.map(endOf))); // one may go beyond what is held
    await steps.replay(slices, signal);
    this.filled = machine;
  }

  /** Leaves what the sequence holds to whoever asks for it next. */
  leave(): void {
    const { running, filled, history } = this;
    if (running?.machine !== filled) history.cut(0);
    running?.machine.kept.leave(running);
    this.running = undefined;
  }
}
