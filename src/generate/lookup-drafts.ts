// Prompt lookup (Saxena 2023): what followed the last time the newest ids appeared in this order is a draft of what comes
// next. Knows nothing of the GPU.

import { draftSizes, type BeginDrafts, type DraftSource } from "./draft-source.ts";

const longestMatch = 3; // ids; sequences that share so many continue alike more often than not
const shortestMatch = 2;
const longestRest = 64; // tokens. Neither was measured.

export const beginLookup: BeginDrafts = ({ promptIds }) => new LookupDrafts(promptIds);

class LookupDrafts implements DraftSource {
  restsUntil = 0;
  readonly #ids: number[]; // prompt and answer
  readonly #promptLength: number;
  #misses = 0; // drafts in a row with nothing right

  constructor(promptIds: readonly number[]) {
    this.#ids = [...promptIds];
    this.#promptLength = promptIds.length;
  }

  next(answer: readonly number[], room: number, ahead: number): readonly number[] {
    this.#ids.push(...answer.slice(this.#ids.length - this.#promptLength));
    const size = draftSizes.find((one) => one <= room);
    const draft = size === undefined ? [] : lookUp(this.#ids, size);
    if (draft.length === 0) this.restsUntil = this.#ids.length + ahead; // steps run on; they are looked at together
    return draft;
  }

  /** Text without repeats is left alone longer and longer. */
  learn(right: number): void {
    this.#misses = right > 0 ? 0 : this.#misses + 1;
    if (right === 0) this.restsUntil = this.#ids.length + 1 + Math.min(longestRest, 2 ** this.#misses);
  }

  observe(): void {}
}

/** `count` ids that may come behind `ids`; none where its last few ids did not occur before. */
export function lookUp(ids: readonly number[], count: number): number[] {
  for (let length = longestMatch; length >= shortestMatch; length--) {
    const end = ids.length - length;
    for (let at = end - 1; at >= 0; at--) {
      if (!matches(ids, at, end, length)) continue;
      const draft: number[] = [];
      // A repetition that runs into its own end continues with itself.
      for (let i = at + length; draft.length < count; i++) draft.push(i < ids.length ? ids[i] : draft[i - ids.length]);
      return draft;
    }
  }
  return [];
}

function matches(ids: readonly number[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (ids[a + i] !== ids[b + i]) return false;
  return true;
}
