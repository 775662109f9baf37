// What the KV cache holds, as ids by position, and how each position was computed. Kernels differ in the last bits, so a
// cache that is lost with its device is filled again by the same plans over the same slices: then the numbers are the
// same, and so is every later choice. Knows nothing of the GPU.

import { count, either, list, object, oneOf, optional, text } from "../message-shape.ts";

/** Positions computed in one manner. `many`: at once, by the batch's kernels. `one`: each alone, by a step's. */
export interface Slice {
  readonly position: number;
  readonly ids: readonly number[];
  readonly plan: "one" | "many";
  /** Of the prompt at hand: dynamic rope scaling depends on it. */
  readonly promptLength: number;
  /** The LoRA that it was computed with, by its key; absent without one. */
  readonly adapter?: string;
}

/** How newly added positions were computed. */
type Manner = Pick<Slice, "plan" | "promptLength" | "adapter">;

export interface HistoryState {
  readonly slices: readonly Slice[];
  /** Positions held. */
  readonly length: number;
}

/** A change to a history, for a copy of it elsewhere. */
export type HistoryChange = { state: HistoryState } | { cut: number } | ({ ids: readonly number[] } & Manner);

const newSlice = { ids: list(count), plan: oneOf("one", "many"), promptLength: count, adapter: optional(text) };
export const historyShape = object({ slices: list(object({ position: count, ...newSlice })), length: count });
export const historyChangeShape = either(object({ state: historyShape }), object({ cut: count }), object(newSlice));

/** How many of these ids a history begins with, as the adapter made them; at most `most`. */
export function sharedLength(
  { slices, length }: HistoryState,
  ids: readonly number[],
  adapter: string | undefined,
  most: number,
): number {
  const limit = Math.min(length, ids.length, most);
  for (const [at, slice] of slices.entries()) {
    if (slice.adapter !== adapter) return Math.min(limit, slice.position);
    const end = Math.min(limit, slices[at + 1]?.position ?? limit);
    for (let position = slice.position; position < end; position++)
      if (slice.ids[position - slice.position] !== ids[position]) return position;
  }
  return limit;
}

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
    return { slices: [...this.#slices], length: this.#length };
  }

  /** The listener is called after every change. Returns a function that ends it. */
  subscribe(listener: (change: HistoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies what another history reported. */
  apply(change: HistoryChange): void {
    if ("state" in change) this.become(change.state);
    else if ("cut" in change) this.cut(change.cut);
    else this.add(change.ids, change);
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

  /** In order. One may reach beyond the start of the next: what was computed there is overwritten. */
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

  /** How many of the prompt's ids are held, as the adapter made them. The last is always computed anew: its logits are wanted. */
  sharedPrefix(promptIds: readonly number[], adapter?: string): number {
    return Math.max(0, this.#sharedWith(promptIds, adapter, promptIds.length - 1));
  }

  /** Whether these ids, with the adapter, begin with what is held, or what is held begins with them and continues in batches. */
  begins(ids: readonly number[], adapter?: string): boolean {
    const most = Math.min(this.#length, ids.length);
    const isFedBehind = this.#slices.every(({ position, plan }) => position < ids.length || plan === "many");
    return isFedBehind && this.#sharedWith(ids, adapter, most) === most;
  }

  #sharedWith(ids: readonly number[], adapter: string | undefined, most: number): number {
    return sharedLength({ slices: this.#slices, length: this.#length }, ids, adapter, most);
  }

  add(ids: readonly number[], { plan, promptLength, adapter }: Manner): void {
    if (ids.length === 0) return;
    const last = this.#slices.at(-1);
    const isAlike = last?.promptLength === promptLength && last.adapter === adapter;
    const joins = plan === "one" && last?.plan === "one" && isAlike;
    if (last && joins) this.#slices[this.#slices.length - 1] = { ...last, ids: [...last.ids, ...ids] };
    else this.#slices.push({ position: this.#length, ids, plan, promptLength, adapter });
    this.#length += ids.length;
    this.#tell({ ids, plan, promptLength, adapter });
  }

  /** Forgets what lies at `length` and beyond. A batch that reaches past it is kept whole, as it was computed. */
  cut(length: number): void {
    if (length >= this.#length) return;
    this.#length = Math.min(this.#length, length);
    while (this.#slices.length > 0 && this.#slices.at(-1)!.position >= this.#length) this.#slices.pop();
    const last = this.#slices.at(-1);
    if (last?.plan === "one")
      this.#slices[this.#slices.length - 1] = { ...last, ids: last.ids.slice(0, this.#length - last.position) };
    this.#tell({ cut: length });
  }

  /** Forgets the slice that ends here, or its last position where each was computed alone: computing that again gives logits. */
  reopenLast(): void {
    const last = this.#slices.at(-1);
    if (last) this.cut(last.plan === "one" ? this.#length - 1 : last.position);
  }

  #tell(change: HistoryChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
