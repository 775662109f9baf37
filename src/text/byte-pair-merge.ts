// Byte-pair encoding of one normalised string: the best pair of neighbours merges, leftmost first among equals, until
// none is left. A heap keeps it at O(n log n), so a book costs what its length suggests. It knows no spaces, bytes or specials.

import { pairKey } from "./merge-table.ts";
import type { MergeTable } from "./merge-table.ts";

/** A piece found whole at `start` that never merges (SentencePiece's user-defined symbols). */
export type MatchWhole = (text: string, start: number) => { id: number; length: number } | undefined;

/** Receives the pieces in order; `id` is -1 for a character that is no piece. */
export type EmitPiece = (id: number, start: number, end: number) => void;

export function mergePairs(text: string, table: MergeTable, emit: EmitPiece, matchWhole?: MatchWhole): void {
  const size = text.length;
  const symbol = new Int32Array(size); // [symbols] id; -1: unknown, -2: merged away
  const start = new Int32Array(size + 1); // [symbols + 1] offset in text
  const next = new Int32Array(size); // [symbols] index or -1
  const previous = new Int32Array(size); // [symbols] index or -1
  let frozen: Map<number, number> | undefined; // symbol index -> id
  let count = 0;
  for (let at = 0; at < size; count++) {
    start[count] = at;
    const whole = matchWhole?.(text, at);
    if (whole) {
      (frozen ??= new Map()).set(count, whole.id);
      symbol[count] = -1;
      at += whole.length;
    } else {
      const width = text.codePointAt(at)! > 0xffff ? 2 : 1;
      symbol[count] = table.symbolOf.get(text.slice(at, at + width)) ?? -1;
      at += width;
    }
    previous[count] = count - 1;
    next[count] = count + 1;
  }
  if (count === 0) return;
  start[count] = size;
  next[count - 1] = -1;

  const queue = new PairQueue(count);
  const reverse = new Map<number, [number, number, number]>(); // unused piece -> its halves, units of the first
  const offer = (left: number, right: number): void => {
    if (left < 0 || right < 0 || symbol[left] < 0 || symbol[right] < 0) return;
    const pair = table.pairs.get(pairKey(symbol[left], symbol[right]));
    if (pair === undefined) return;
    queue.push(table.rank[pair], left);
    if (!table.unused.has(table.merged[pair])) return;
    reverse.set(table.merged[pair], [symbol[left], symbol[right], start[right] - start[left]]);
  };
  for (let index = 0; index + 1 < count; index++) offer(index, index + 1);

  while (queue.pop()) {
    const left = queue.left;
    const right = symbol[left] < 0 ? -1 : next[left];
    if (right < 0 || symbol[right] < 0) continue;
    const pair = table.pairs.get(pairKey(symbol[left], symbol[right]));
    // The neighbours may have changed since the pair was offered; the changed pair made its own offer.
    if (pair === undefined || table.rank[pair] !== queue.rank) continue;
    symbol[left] = table.merged[pair];
    symbol[right] = -2;
    next[left] = next[right];
    if (next[left] >= 0) previous[next[left]] = left;
    offer(previous[left], left);
    offer(left, next[left]);
  }

  const emitWhole = (id: number, from: number, to: number): void => {
    const halves = table.unused.has(id) ? reverse.get(id) : undefined;
    if (!halves) return emit(id >= table.pieceCount ? -1 : id, from, to);
    emitWhole(halves[0], from, from + halves[2]);
    emitWhole(halves[1], from + halves[2], to);
  };
  for (let index = 0; index >= 0; index = next[index]) {
    const end = next[index] < 0 ? size : start[next[index]];
    emitWhole(frozen?.get(index) ?? symbol[index], start[index], end);
  }
}

/** A binary heap of (rank, left) as exact doubles, lowest first. */
class PairQueue {
  rank = 0;
  left = 0;
  #keys: Float64Array; // [capacity]
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(Math.max(16, capacity));
  }

  push(rank: number, left: number): void {
    if (this.#size === this.#keys.length) {
      const grown = new Float64Array(this.#size * 2);
      grown.set(this.#keys);
      this.#keys = grown;
    }
    const keys = this.#keys;
    const key = rank * 0x40000000 + left; // left < 2^30: a JavaScript string is never longer
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[at] = keys[parent];
      at = parent;
    }
    keys[at] = key;
  }

  /** Takes the lowest into `rank` and `left`; false when empty. */
  pop(): boolean {
    if (this.#size === 0) return false;
    const keys = this.#keys;
    const top = keys[0];
    const last = keys[--this.#size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= last) break;
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = last;
    this.rank = Math.floor(top / 0x40000000);
    this.left = top % 0x40000000;
    return true;
  }
}
