// What the KV cache holds, as ids by position, and how each position was computed. Kernels differ in the last bits, so a
// cache that is lost with its device is filled again by the same plans over the same slices: then the numbers are the
// same, and so is every later choice. Knows nothing of the GPU.

import { count, either, list, object, oneOf } from "../message-shape.ts";

/** Positions computed in one manner. `many`: at once, by the batch's kernels. `one`: each alone, by a step's. */
export interface Slice {
  readonly position: number;
  readonly ids: readonly number[];
  readonly plan: "one" | "many";
  /** Of the prompt at hand: dynamic rope scaling depends on it. */
  readonly promptLength: number;
}

export interface HistoryState {
  readonly slices: readonly Slice[];
  /** Positions held. */
  readonly length: number;
}

/** What became of a history, for a copy of it elsewhere. */
export type HistoryChange =
  { state: HistoryState } | { cut: number } | { ids: readonly number[]; plan: Slice["plan"]; promptLength: number };

const newSlice = { ids: list(count), plan: oneOf("one", "many"), promptLength: count };
export const historyShape = object({ slices: list(object({ position: count, ...newSlice })), length: count });
export const historyChangeShape = either(object({ state: historyShape }), object({ cut: count }), object(newSlice));

export class CacheHistory {
  #slices: Slice[] = [];
  #length = 0;
  readonly #listeners = new Set<(change: HistoryChange) => void>();

  constructor({ slices, length }: HistoryState = { slices: [], length: 0 }) {
    this.#slices = [...slices];
    this.#length = length;
  }

  /** As plain data, for a copy. */
  get state(): HistoryState {
    return { slices: this.#slices, length: this.#length };
  }

  /** Told of every change, after it. Returns the end of it. */
  subscribe(listener: (change: HistoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What another history told. */
  apply(change: HistoryChange): void {
    if ("state" in change) this.become(change.state);
    else if ("cut" in change) this.cut(change.cut);
    else this.add(change.ids, change.plan, change.promptLength);
  }

  become(state: HistoryState): void {
    this.#slices = [...state.slices];
    this.#length = state.length;
    this.#tell({ state });
  }

  /** Positions held. */
  get length(): number {
    return this.#length;
  }

  /** In order. One may go beyond where the next begins: what was computed there is overwritten. */
  get slices(): readonly Slice[] {
    return this.#slices;
  }

  /** The batch that computed `position`, if one did, and those right behind it. */
  batchesFrom(position: number): readonly Slice[] {
    if (position >= this.#length) return [];
    const first = this.#slices.findLastIndex((slice) => slice.position <= position);
    const end = this.#slices.findIndex(({ plan }, i) => i >= first && plan === "one");
    return this.#slices.slice(first, end < 0 ? undefined : end);
  }

  /** How many of the prompt's ids are held. The last is always computed anew: its logits are wanted. */
  sharedPrefix(promptIds: readonly number[]): number {
    return this.#sharedWith(promptIds, Math.min(this.#length, promptIds.length - 1));
  }

  /** Whether what is held is how these ids begin, or these are how it begins and batches follow. */
  begins(ids: readonly number[]): boolean {
    const most = Math.min(this.#length, ids.length);
    const isFedBehind = this.#slices.every(({ position, plan }) => position < ids.length || plan === "many");
    return isFedBehind && this.#sharedWith(ids, most) === most;
  }

  #sharedWith(ids: readonly number[], most: number): number {
    for (const [at, slice] of this.#slices.entries()) {
      const end = Math.min(most, this.#slices[at + 1]?.position ?? most);
      for (let position = slice.position; position < end; position++)
        if (slice.ids[position - slice.position] !== ids[position]) return position;
    }
    return most;
  }

  add(ids: readonly number[], plan: Slice["plan"], promptLength: number): void {
    if (ids.length === 0) return;
    const last = this.#slices.at(-1);
    const joins = plan === "one" && last?.plan === "one" && last.promptLength === promptLength;
    if (last && joins) this.#slices[this.#slices.length - 1] = { ...last, ids: [...last.ids, ...ids] };
    else this.#slices.push({ position: this.#length, ids, plan, promptLength });
    this.#length += ids.length;
    this.#tell({ ids, plan, promptLength });
  }

  /** Forgets what lies at `length` and beyond. A batch that reaches over it is kept whole, as it was computed. */
  cut(length: number): void {
    if (length >= this.#length) return;
    this.#length = Math.min(this.#length, length);
    while (this.#slices.length > 0 && this.#slices.at(-1)!.position >= this.#length) this.#slices.pop();
    const last = this.#slices.at(-1);
    if (last?.plan === "one")
      this.#slices[this.#slices.length - 1] = { ...last, ids: last.ids.slice(0, this.#length - last.position) };
    this.#tell({ cut: length });
  }

  /** Forgets the slice that ends here, or its last position where each was computed alone: logits are made with it. */
  reopenLast(): void {
    const last = this.#slices.at(-1);
    if (last) this.cut(last.plan === "one" ? this.#length - 1 : last.position);
  }

  #tell(change: HistoryChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
