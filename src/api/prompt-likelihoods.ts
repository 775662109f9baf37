// How likely each token of a prompt was after those before it, for `echo` with `logprobs`. Found on the way to the prompt's
// first answer, from the rows of logits of all its positions, which are computed for that and read back: scoring recomputes
// what the cache holds.

import { type Likelihood, likelihoodIn } from "../generate/likelihood.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { ContinuableOptions } from "./continuation.ts";
import { type CompletionLogprobs, namedLikelihoods, textOf } from "./logprobs.ts";

export class PromptLikelihoods {
  readonly #ids: readonly number[];
  readonly #most: number;
  /** Nothing stands before the first. */
  readonly #found: (Likelihood | null)[] = [null];

  /** `most`: how many of the most likely tokens to tell for each. */
  constructor(ids: readonly number[], most: number) {
    this.#ids = ids;
    this.#most = most;
  }

  /** The options of an answer that finds them, if none has. What another engine had found is no longer known. */
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

  /** Once an answer has begun. A special token, which the prompt's text does not have, is placed where the next begins. */
  told(tokenizer: Tokenizer): CompletionLogprobs {
    const tokens = this.#ids.map((id) => textOf(tokenizer, id));
    const decoder = tokenizer.stream();
    let length = 0;
    return {
      tokens,
      ...namedLikelihoods(tokenizer, tokens, this.#found, this.#most),
      text_offset: this.#ids.map((id) => {
        const begin = length;
        length += decoder.push(id).length;
        return begin;
      }),
    };
  }

  /** And after them those of the answer. */
  before(tokenizer: Tokenizer, answer: CompletionLogprobs): CompletionLogprobs {
    const prompt = this.told(tokenizer);
    return {
      tokens: [...prompt.tokens, ...answer.tokens],
      token_logprobs: [...prompt.token_logprobs, ...answer.token_logprobs],
      top_logprobs: [...prompt.top_logprobs, ...answer.top_logprobs],
      text_offset: [...prompt.text_offset, ...answer.text_offset],
    };
  }
}
