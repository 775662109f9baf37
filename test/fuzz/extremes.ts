// Numbers and texts that readers are seldom ready for.

import { pick, wholeBelow } from "../long/proof.ts";
import { between, chance, type Random } from "./reader.ts";

export const extremeNumbers = [
  0, 1, 2, 3, 7, 31, 127, 128, 255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53,
  -1, -2, -128, -(2 ** 31), -(2 ** 53), 0.5, -0.5, 1e-300, 1e300,
]; // prettier-ignore

/** For fields of 64 bits. */
export const extremeWords = [
  0n, 1n, 2n, 3n, 7n, 8n, 31n, 255n, 65_536n, 2n ** 24n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 40n,
  2n ** 53n - 1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n,
]; // prettier-ignore

/** A slightly or entirely different number. */
export function otherNumber(value: number, random: Random): number {
  if (chance(random, 0.5)) return pick(random, extremeNumbers);
  return pick(random, [value + 1, value - 1, 2 * value, -value, value / 2, value * 2 ** 16, value + 8, value - 32]);
}

export const otherWord = (value: bigint, random: Random): bigint => {
  const other = chance(random, 0.5)
    ? pick(random, extremeWords)
    : value + BigInt(pick(random, [1, -1, 8, -8, 64, 4096]));
  return BigInt.asUintN(64, other);
};

const oddTexts = [
  "", " ", "\0", "\ud800", "\udfff", "\ufeff", "\u{10ffff}", "__proto__", "constructor", "hasOwnProperty", "toString", "length", "0", "-1",
  "1e999", "NaN", "null", "a.b.c", "../../etc/passwd", "<s>", "</s>", "<0x0A>", "<0xZZ>", "▁", "%s", "${x}", "{{", "{% raw %}", "model",
]; // prettier-ignore

export function oddText(random: Random): string {
  if (chance(random, 0.15))
    return pick(random, ["a", "[", "▁", "🦙", "\\", " ", '"']).repeat(10 ** between(random, 2, 4));
  return pick(random, oddTexts);
}

/** A text with something changed. */
export function otherText(text: string, random: Random): string {
  const at = wholeBelow(random, text.length + 1);
  switch (wholeBelow(random, 6)) {
    case 0:
      return oddText(random);
    case 1:
      return text.slice(0, at);
    case 2:
      return text.slice(0, at) + oddText(random) + text.slice(at);
    case 3:
      return text.slice(at) + text.slice(0, at);
    case 4:
      return text.repeat(between(random, 2, 5));
    default:
      return text.slice(0, at) + String.fromCharCode(wholeBelow(random, 0x10000)) + text.slice(at + 1);
  }
}
