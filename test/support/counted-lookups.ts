// Work without a clock: how often a tokenizer looks something up in a Map. One that goes through a text again for each step of
// its work does that more than twice as often for twice the text.

import { expect } from "vitest";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { randomText, seededRandom } from "./sentencepiece.ts";

/** `given`: the text that decoding gives back. */
export function expectLinearWork(tokenizer: Tokenizer, given = (text: string) => text): void {
  const half = 10_000;
  const random = seededRandom(3);
  let words = "";
  while (words.length < half) words += randomText(random, 2000);
  for (const text of [words, " ".repeat(half), "a".repeat(half), "🦙".repeat(half / 2)]) {
    const twice = text + text;
    const [once, again] = [text, twice].map((some) => countLookups(() => tokenizer.encode(some)));
    expect(once).toBeGreaterThan(half / 10);
    expect(again / once).toBeLessThan(2.2);
    expect(tokenizer.decode(tokenizer.encode(twice))).toBe(given(twice));
  }
}

function countLookups(work: () => void): number {
  const { get } = Map.prototype;
  let count = 0;
  const counted = function (this: Map<unknown, unknown>, key: unknown) {
    count++;
    return get.call(this, key);
  };
  Object.assign(Map.prototype, { get: counted });
  try {
    work();
  } finally {
    Object.assign(Map.prototype, { get });
  }
  return count;
}
