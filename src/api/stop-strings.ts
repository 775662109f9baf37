// Finds stop strings in text that arrives in pieces. Text that may be the beginning of one is held back until that is
// decided, so a stop string is never delivered, not even in part. What is found does not depend on where the pieces
// break: the stop string that is complete first wins, and of two complete at the same place the longer.

export class StopStrings {
  readonly #stops: readonly string[];
  #held = "";
  #found = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Whether a stop string has been seen; nothing comes after it. */
  get found(): boolean {
    return this.#found;
  }

  /** Text that is certain to be delivered now. */
  push(text: string): string {
    if (this.#found) return "";
    const all = this.#held + text;
    let start = -1;
    let end = Infinity;
    for (const stop of this.#stops) {
      const at = all.indexOf(stop);
      if (at < 0) continue;
      const stopEnd = at + stop.length;
      if (stopEnd < end || (stopEnd === end && at < start)) [start, end] = [at, stopEnd];
    }
    if (start >= 0) {
      this.#found = true;
      this.#held = "";
      return all.slice(0, start);
    }
    const keep = this.#mayBegin(all);
    this.#held = all.slice(all.length - keep);
    return all.slice(0, all.length - keep);
  }

  /** What was held back, at the end of the text. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Length of the longest end of `text` that begins a stop string. */
  #mayBegin(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
