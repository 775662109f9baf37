// What one rendering may cost. Templates come from strangers: three nested loops or a text multiplied by itself would hold
// the thread for minutes. Steps stand for time (one node evaluated, or as much text or as many items as take about as
// long), so a hostile template ends in a fraction of a second.
//
// A template with loops over all messages inside a loop over all messages takes 200 to 400 thousand steps for 128 messages
// with tools; published ones take 1 to 40 thousand. Both limits grow with the conversation, so that a long paste is refused
// for its tokens, in words that help, and not for its template.

import { fail } from "./template-error.ts";

const baseSteps = 1_000_000;
const baseCharacters = 1 << 20;
const maxItems = 1_000_000;
/** Macros, calls and recursive loops inside each other: Python stops at 1,000 frames, a handful for each of these. */
const maxCalls = 100;

export class Budget {
  #steps: number;
  #calls = 0;
  readonly #characters: number;

  /** `inputCharacters`: of all texts in the context. `steps`: of a rendering without any. */
  constructor(inputCharacters: number, steps: number = baseSteps) {
    this.#steps = steps + 4 * inputCharacters;
    this.#characters = baseCharacters + 8 * inputCharacters;
  }

  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) fail("a template that takes too many steps");
  }

  /** Before a text of this many characters is built. */
  build(characters: number): void {
    if (characters > this.#characters) fail("a template that writes too much text");
    this.spend(characters / 64);
  }

  /** Before a text is read or changed character by character. */
  read(characters: number): void {
    this.spend(characters / 4);
  }

  /** Before a text is looked through natively, or cut. */
  scan(characters: number): void {
    this.spend(characters / 256);
  }

  /** Before a list of this many items is built or walked. */
  items(count: number): void {
    if (count > maxItems) fail("a template that makes too long a list");
    this.spend(count);
  }

  /** Runs a macro or the like one level deeper. */
  nested<T>(run: () => T): T {
    if (this.#calls >= maxCalls) fail("a template that calls itself too deeply");
    this.#calls++;
    try {
      return run();
    } finally {
      this.#calls--;
    }
  }
}
