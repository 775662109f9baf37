// Sequences that decode at the same time share their steps: each asks for its next token, or for several ahead, and whenever
// all have asked, or those that did not have left, one step computes a token of each.

import type { Newest, Steps } from "./steps.ts";
import type { Sampled } from "./steps-context.ts";

/** A sequence in company. */
export interface Companion {
  /** The token behind the one that this row stands for; may be asked before the one before it has come. */
  next(row: Newest): Promise<Sampled>;
  /** The others wait for it no longer. Returns how many tokens it had asked for that are not computed. */
  leave(): number;
}

interface Ask {
  row: Newest;
  resolve: (sampled: Sampled | Promise<Sampled>) => void;
  reject: (error: unknown) => void;
}

/** Of one machine. */
export class Company {
  readonly #steps: Steps;
  readonly #members = new Map<Companion, Ask[]>(); // what each waits for
  #isStepping = false;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  /** One more that decodes. */
  join(): Companion {
    const asks: Ask[] = [];
    const companion: Companion = {
      next: (row) =>
        new Promise((resolve, reject) => {
          asks.push({ row, resolve, reject });
          void this.#step();
        }),
      leave: () => {
        this.#members.delete(companion);
        void this.#step();
        for (const { reject } of asks) reject(new DOMException("The answer ended.", "AbortError"));
        return asks.length;
      },
    };
    this.#members.set(companion, asks);
    return companion;
  }

  async #step(): Promise<void> {
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let all = [...this.#members.values()]; all.length > 0 && all.every((asks) => asks.length > 0);) {
      const asks = all.map((waiting) => waiting.shift()!);
      try {
        const sampled = await this.#steps.together(asks.map(({ row }) => row));
        for (const [i, { resolve }] of asks.entries()) resolve(sampled[i]);
      } catch (error) {
        for (const { reject } of asks) reject(error);
      }
      all = [...this.#members.values()];
    }
    this.#isStepping = false;
  }
}
