// Regular expressions as a tokenizer.json may have them: drawn from their grammar, with counts, looks and classes in one
// another, and now and then a character out of place.

import { pick, wholeBelow } from "../long/proof.ts";
import { between, chance, type Random } from "./reader.ts";

const atoms = ["a", "b", " ", "\\s", "\\S", "\\d", "\\p{L}", "\\p{N}", "\\P{L}", "\\p{Han}", ".", "^", "$", "[a-z]", "[^\\s\\p{L}\\p{N}]", "\\r", "\\n", "'s", "\\u0041", "\\x{1F600}", "\\.", "é", "🦙"]; // prettier-ignore
const quantifiers = [
  "?",
  "*",
  "+",
  "*?",
  "+?",
  "??",
  "*+",
  "++",
  "?+",
  "{2}",
  "{1,3}",
  "{0,1}",
  "{0}",
  "{2,}",
  "{0,0}",
  "{3,2}",
];
const counts = [0, 1, 9, 99, 999, 9999, 2 ** 31, 2 ** 53, "9".repeat(30), "9".repeat(400)];
const opens = ["(?:", "(", "(?i:", "(?=", "(?!", "(?<=", "(?<!", "(?>"];

export function drawnPattern(random: Random): string {
  const pattern = alternatives(random, between(random, 0, 5));
  if (!chance(random, 0.25)) return pattern;
  const at = wholeBelow(random, pattern.length + 1);
  const piece = pick(random, [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "\\",
    "*",
    "(?",
    "(?<x>",
    "\\1",
    "\\b",
    "[[:alpha:]]",
    "&&",
    "\ud800",
    "\0",
  ]);
  return pattern.slice(0, at) + piece + pattern.slice(at);
}

function alternatives(random: Random, depth: number): string {
  const choices = chance(random, 0.02) ? between(random, 50, 2000) : between(random, 1, 3);
  return Array.from({ length: choices }, () => sequence(random, choices > 3 ? 0 : depth)).join("|");
}

function sequence(random: Random, depth: number): string {
  let text = "";
  for (let parts = between(random, 0, 3); parts > 0; parts--) {
    const atom =
      depth > 0 && chance(random, 0.5)
        ? `${pick(random, opens)}${alternatives(random, depth - 1)})`
        : pick(random, atoms);
    text += atom + (chance(random, 0.5) ? quantifier(random) : "");
  }
  return text;
}

function quantifier(random: Random): string {
  if (chance(random, 0.8)) return pick(random, quantifiers).repeat(chance(random, 0.02) ? 60 : 1);
  const [least, most] = [pick(random, counts), pick(random, counts)];
  return pick(random, [`{${least}}`, `{${least},}`, `{${least},${most}}`, `{,${most}}`]);
}
