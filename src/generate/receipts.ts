// What the host sent to the sampler, to be compared with what each step reports that it used (sample.wgsl's Receipt): a
// write of tokens, position, settings or penalties that was lost, doubled or swapped is an error before an id is delivered.
// Knows nothing of the GPU.

import { PronkError } from "../errors.ts";
import { mixed, wordSum } from "../gpu/word-sum.ts";

/** sample.wgsl's Receipt, in words. */
export interface Receipt {
  id: number;
  position: number;
  tokens: number;
  settings: number;
  shaping: number;
}

export const receiptBytes = 20;

export function readReceipt(bytes: ArrayBuffer): Receipt {
  const [id, position, tokens, settings, shaping] = new Uint32Array(bytes);
  return { id, position, tokens, settings, shaping };
}

/** What a generation's steps must have used. */
export class Sent {
  readonly #settings: number;
  readonly #counts: Uint32Array | undefined;
  readonly #vocabSize: number;
  #biasSum = 0;
  #allowedSum = 0;
  #countsSum = 0;

  /** Of sample.wgsl's Settings, and the counts where bias and penalties are in force. */
  constructor(settings: ArrayBuffer, vocabSize: number, counts?: Uint32Array<ArrayBuffer>) {
    this.#vocabSize = vocabSize;
    this.#settings = wordSum(settings);
    this.#counts = counts;
    if (counts) this.#countsSum = wordSum(counts, counts.length);
  }

  /** The bias as sent, from the next step on. [vocabSize] */
  bias(bias: Float32Array<ArrayBuffer>): void {
    this.#biasSum = wordSum(bias);
  }

  /** The allowed tokens as sent, from the next step on. [vocabSize / 32, rounded up] */
  allowed(allowed: Uint32Array<ArrayBuffer>): void {
    this.#allowedSum = wordSum(allowed, 2 * this.#vocabSize);
  }

  /** Ids that were not chosen but are part of the answer: [id, how often], as the sampler is to know it, where it counts. */
  answered(ids: readonly number[]): [id: number, count: number][] {
    const counts = this.#counts;
    if (!counts) return [];
    ids.forEach((id) => this.#count(id));
    return [...new Set(ids)].map((id) => [id, counts[id]]);
  }

  /** Ids that the sampler counted although they were not chosen: [id, how often], as it is to know it, where it counts. */
  uncounted(ids: readonly number[]): [id: number, count: number][] {
    const counts = this.#counts;
    return counts ? [...new Set(ids)].filter((id) => id < counts.length).map((id) => [id, counts[id]]) : [];
  }

  /** For a step that is encoded now and is given `tokens` before `position`: throws where its receipt differs. */
  expect(position: number): (receipt: Receipt, tokens: readonly number[]) => void {
    const [biasSum, allowedSum] = [this.#biasSum, this.#allowedSum];
    return (receipt, tokens) => {
      const shaping = (biasSum + this.#countsSum + allowedSum) >>> 0; // 0 for what is not in force
      if (receipt.position !== position) throw otherwise("positions", position, receipt.position);
      const tokensSum = wordSum(Uint32Array.from(tokens));
      if (receipt.tokens !== tokensSum) throw otherwise("tokens", tokensSum, receipt.tokens);
      if (receipt.settings !== this.#settings) throw otherwise("sampling settings", this.#settings, receipt.settings);
      if (receipt.shaping !== shaping) throw otherwise("penalties or constraint", shaping, receipt.shaping);
      this.#count(receipt.id);
    };
  }

  /** The sampler counts its choice where it shapes. */
  #count(id: number): void {
    const counts = this.#counts;
    if (!counts || id >= counts.length) return;
    const at = counts.length + id;
    this.#countsSum += mixed(counts[id] + 1, at) - mixed(counts[id], at);
    counts[id]++;
  }
}

/** Errors: `driver-fault`; `what` the step used, as sums where it is more than a number. */
export function otherwise(what: string, expected: number, found: number): PronkError {
  return new PronkError(
    "driver-fault",
    `The GPU went by other ${what} than it was sent: a write was lost, doubled or swapped on the way. ` +
      "Ask again; where it comes again, restart the browser or try another, or update the GPU's driver.",
    { field: what, expected, found, arrived: false },
  );
}

/** Throws where the GPU was told other words than expected. */
export function checkTold(what: string, expected: readonly number[], found: Uint32Array): void {
  const at = expected.findIndex((word, i) => word !== found[i]);
  if (at >= 0) throw otherwise(what, expected[at], found[at]);
}
