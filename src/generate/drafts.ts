// Prompt lookup (Saxena 2023): what followed the last time the newest ids appeared in this order is a draft of what comes
// next. Which drafts are worth a step is decided here; what is chosen never depends on them. Knows nothing of the GPU.

/** Ids of a draft, the longer first: a plan for each. */
export const draftSizes = [7, 3] as const;

const longestMatch = 3; // ids; sequences that share so many continue alike more often than not
const shortestMatch = 2;
const longestPause = 64; // tokens. Neither was measured.

export class Drafts {
  #pause = 0; // tokens until the next draft
  #misses = 0; // drafts in a row with nothing right

  /** Ids to be checked behind `ids`, as many as a plan takes and at most `room`; none where there is no draft now. */
  next(ids: readonly number[], room: number): number[] {
    if (this.#pause > 0) {
      this.#pause--;
      return [];
    }
    const size = draftSizes.find((one) => one <= room);
    return size === undefined ? [] : lookUp(ids, size);
  }

  /** Says how many ids of the last draft were right. Text without repeats is left alone longer and longer. */
  learn(right: number): void {
    this.#misses = right > 0 ? 0 : this.#misses + 1;
    this.#pause = right > 0 ? 0 : Math.min(longestPause, 2 ** this.#misses);
  }
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
