// How likely each token of a prompt was behind those before it, for `echo` with `logprobs`. It is found on the way of the prompt's
// first answer, from the rows of logits of all its positions, which are computed for that and read back: scoring computes
// what the cache holds again.

import { type Likelihood, likelihoodIn } from "../generate/likelihood.ts";
import type { ContinuableOptions } from "./continuation.ts";

export class PromptLikelihoods {
  readonly #ids: readonly number[];
  readonly #most: number;
  /** Nothing stands before the first. */
  readonly #found: (Likelihood | null)[] = [null];

  /** `most`: how many of the most likely tokens to tell of each. */
  constructor(ids: readonly number[], most: number) {
    this.#ids = ids;
    this.#most = most;
  }

  /** Of each token, once an answer was begun. */
  get all(): readonly (Likelihood | null)[] {
    return this.#found;
  }

  /** The options of an answer that finds them, where none has. What another engine had found is not known any more. */
  options(options: ContinuableOptions): ContinuableOptions {
    if (this.#found.length === this.#ids.length) return options;
    return {
      ...options,
      known: undefined,
      onLogits: (position, row) => {
        const next = position + 1;
        if (next < this.#ids.length && next === this.#found.length)
          this.#found.push(likelihoodIn(row, this.#ids[next], this.#most));
        options.onLogits?.(position, row);
      },
    };
  }
}
