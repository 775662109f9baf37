// A row on its way: up to 16 MiB of a stored file, at the index it has in the store.

import type { Slot } from "./chunk-pool.ts";

export interface StoredRow {
  file: string;
  index: number; // the row holds bytes from index * 16 MiB on
  bytes: Uint8Array;
  slot: Slot;
}
