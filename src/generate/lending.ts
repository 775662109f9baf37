// What a generator lends between two generations, to who would do something else with the machine or its cache.

import type { Machine } from "./machine.ts";
import type { Generator } from "./request.ts";

/** A machine between two generations. */
export interface Lent {
  readonly machine: Machine;
  /** Says that what the machine's cache held had to make room. */
  forget(): void;
  /** Computes what the history says, unless the machine's cache holds it. */
  fill(): Promise<void>;
  /** Keeps the sequence that ran: none runs, and the history is empty. */
  vacate(): void;
}

export interface LendingGenerator extends Generator {
  /**
   * Gives what `use` makes of the machine, when its turn comes. Where the device is lost meanwhile it is called again, with
   * another machine. If it throws, the KV cache's contents are forgotten.
   */
  lend<T>(use: (lent: Lent) => Promise<T>, signal: AbortSignal): Promise<T>;
}
