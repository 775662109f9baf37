// How many tokens attachments have for the model that is loaded, one after the other, each counted once. What is not counted
// yet, or is far longer than the context, is estimated.

import type { Attachment } from "../session/attachment.ts";
import type { ChatEngine } from "../session/engine-factory.ts";

const charactersPerToken = 4; // of English; a tokenizer for other languages makes more of them
const countedCharacters = 8 * charactersPerToken; // per token of the context: what is longer does not fit

export interface TokenCount {
  tokens: number;
  exact: boolean;
}

export const estimate = (text: string): number => Math.ceil(text.length / charactersPerToken);

export class TokenCounts {
  readonly #counted: () => void;
  #engine: ChatEngine | undefined;
  #known = new Map<string, number | undefined>(); // undefined while it is being counted
  #queue = Promise.resolve();

  /** `counted` is called each time another count is there. */
  constructor(counted: () => void) {
    this.#counted = counted;
  }

  /** For the model of `engine`; without one, an estimate. */
  of({ id, text }: Attachment, engine: ChatEngine | undefined): TokenCount {
    if (engine !== this.#engine) this.#known = new Map();
    this.#engine = engine;
    if (engine?.tokenizer && !this.#known.has(id)) this.#count(id, text, engine);
    const tokens = this.#known.get(id);
    return { tokens: tokens ?? estimate(text), exact: tokens !== undefined };
  }

  #count(id: string, text: string, { tokenizer, info }: ChatEngine): void {
    const known = this.#known;
    known.set(id, undefined);
    if (!tokenizer || text.length > countedCharacters * info.contextLength) return;
    const count = async () => {
      if (known !== this.#known) return; // for a model that is gone
      known.set(id, (await tokenizer.encode(text, { addBos: false })).length);
      this.#counted();
    };
    this.#queue = this.#queue.then(count).catch(() => {}); // the estimate stands
  }
}
