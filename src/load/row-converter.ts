// Source bytes of one planned row -> its stored bytes: norms as they are, matrices quantized. Keeps nothing from one row to
// the next.

import type { RowQuantizer } from "../quant/rows.ts";
import { rowBytesOf, type RowPlan, type TensorPair } from "./row-plan.ts";

export class RowConverter {
  readonly #pairs: readonly TensorPair[]; // in the file's order
  readonly #quantizer: RowQuantizer;

  constructor(pairs: readonly TensorPair[], quantizer: RowQuantizer) {
    this.#pairs = pairs;
    this.#quantizer = quantizer;
  }

  /**
   * `bytes`: the row's source; `room`: its stored bytes, written whole. All tensors go to the quantizer at once, since one
   * may be small and its way back long.
   */
  async convert(row: RowPlan, bytes: Uint8Array, room: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { source, stored } = row;
    room.fill(0); // between tensors
    const jobs: Promise<void>[] = [];
    for (const pair of this.#pairs) {
      const { from, to } = pair;
      if (from.end <= source.start) continue;
      if (from.start >= source.end) break;
      const start = Math.max(from.start, source.start);
      const piece = bytes.subarray(start - source.start, Math.min(from.end, source.end) - source.start);
      const rowBytes = rowBytesOf(pair);
      const first = (start - from.start) / rowBytes.source; // a whole number: borders lie between rows
      const place = room.subarray(to.start + first * rowBytes.stored - stored.start);
      const { name, cols, encoding } = to;
      if (encoding === "q8" || encoding === "q4")
        jobs.push(this.#quantizer.quantize({ name, dtype: from.dtype, encoding, cols, bytes: piece }, place, signal));
      else place.set(piece);
    }
    // Whatever fails, nobody writes into the room any more when this is over.
    for (const outcome of await Promise.allSettled(jobs)) if (outcome.status === "rejected") throw outcome.reason;
  }
}
