// A row on its way out: up to 16 MiB of a stored file, and the bytes of the source it was made from where those still
// have to be hashed.

import type { Slot } from "./chunk-pool.ts";
import type { RowPlan } from "./row-plan.ts";

export interface StoredRow {
  file: string; // stored
  index: number;
  start: number; // where the row begins in the stored file
  bytes: Uint8Array;
  slot: Slot;
}

/** A row just made from the source, to be kept. */
export interface FreshRow extends StoredRow {
  plan: RowPlan;
  /** The source's bytes; absent where they are the row itself. */
  from?: { bytes: Uint8Array; slot: Slot };
}
