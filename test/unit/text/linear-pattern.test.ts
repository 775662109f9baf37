// A stranger's pattern gives what backtracking gives, and takes time that grows with the text alone.

import { describe, expect, it } from "vitest";
import { cutAt, cutLikeGpt2 } from "../../../src/text/cut-text.ts";
import { LinearPattern } from "../../../src/text/linear-pattern.ts";
import { type PatternNode, toJavaScript, widthOf } from "../../../src/text/pattern-node.ts";
import { readPattern, splitPattern } from "../../../src/text/split-pattern.ts";
import { seededRandom } from "../../support/sentencepiece.ts";

const atoms = ["a", "b", " ", "[ab]", "[^a]", "\\p{L}", "\\s", "\\S", "🙂", ".", "\\n"];
const letters = ["a", "b", "c", " ", "\n", "é", "🙂"];

/** A pattern that the reader takes and that is not refused. */
function randomPattern(random: () => number, depth = 0): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const roll = random();
    const inner = () => randomPattern(random, depth + 1);
    if (depth > 2 || roll < 0.5) return pick(atoms);
    if (roll < 0.62) return `(?:${inner()}|${inner()})`;
    if (roll < 0.68) return `(?=${inner()})`;
    if (roll < 0.74) return `(?!${inner()})`;
    if (roll < 0.78) return `(?<=${pick(atoms)}${pick(atoms)}|${pick(atoms)})`;
    if (roll < 0.82) return `(?<!${pick(atoms)})`;
    if (roll < 0.86) return `(?>${inner()})`;
    return `(?:${inner()})`;
  });
  return parts.map((part) => (/^\(\?[=!<]/.test(part) ? part : part + pick(quantifiers))).join("");
}
const quantifiers = ["", "", "", "*", "+", "?", "*?", "+?", "??", "++", "{2}", "{1,3}", "{1,}"];

function repeatsNothing(node: PatternNode): boolean {
  if (node.kind === "set") return false;
  if (node.kind === "repeat" && widthOf(node.of)[0] === 0) return true;
  return ("parts" in node ? node.parts : "choices" in node ? node.choices : [node.of]).some(repeatsNothing);
}

describe("a linear pattern", () => {
  it("finds what JavaScript's own finds, for random patterns and texts", () => {
    const random = seededRandom(21);
    let found = 0;
    for (let count = 0; count < 1500; count++) {
      const pattern = randomPattern(random);
      const root = readPattern(pattern, "random");
      if (repeatsNothing(root)) continue; // there JavaScript has a rule of its own
      const linear = new LinearPattern(root);
      const own = new RegExp(toJavaScript(root), "gu");
      for (let texts = 0; texts < 4; texts++) {
        const length = Math.floor(random() * 14);
        // Node 20 looks for matches of nothing inside a surrogate pair too (Chromium 156 and Firefox 153 do not).
        const some = /\(\?[=!<]/.test(pattern) ? letters.length - 1 : letters.length;
        const text = Array.from({ length }, () => letters[Math.floor(random() * some)]).join("");
        const wanted = [...text.matchAll(own)].map(({ index, 0: match }) => [index, match]);
        const seen = [...linear[Symbol.matchAll](text)].map(({ index, 0: match }) => [index, match]);
        expect(seen, `${pattern} on ${JSON.stringify(text)}`).toEqual(wanted);
        found += wanted.length;
      }
    }
    expect(found).toBeGreaterThan(5000);
  });

  // As published for GPT-4o and its kin, DeepSeek, Mistral Nemo, Falcon, BLOOM's kin, StarCoder and others.
  it.each([
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
    "\\s?\\p{L}+",
    "\\s+$",
    "[\\r\\n]",
    "[0-9][0-9][0-9]",
    "(?:\\p{L}\\p{M}*)+|(?<=\\p{L})\\p{N}++",
  ])("%s cuts as JavaScript's own does", (pattern) => {
    const text = "I'll HELLO McDonald's 1234567 $foo_bar +-*/ \n\n  x\t你好、世界 नमस्ते 🙂 e\u0301a12 A's  ".repeat(3);
    const own = new RegExp(toJavaScript(readPattern(pattern, "published")), "gu");
    expect(cutAt(splitPattern(pattern, "published"))(text)).toEqual(cutAt(own)(text));
  });

  // In each, every further letter doubles the ways that backtracking has to try.
  it.each(["(?:a|a)+b", "(?:a+)+b", "(?:a|aa)+b", "(?:a+a+)+b", "(?=(?:a|a)+b)a", "(?>(?:a|a)+)b", "(?:a?){40}a{40}b"])(
    "%s takes no longer for being hopeless",
    (pattern) => {
      const text = "a".repeat(60);
      expect(cutAt(splitPattern(pattern, "hopeless"))(text)).toEqual([text]);
      expect(cutAt(splitPattern(pattern, "hopeless"))(`${text}b`).join("")).toBe(`${text}b`);
    },
  );

  it.each([
    ["(?:a?)*", "a repetition of what may be empty"],
    ["(?:a{500}){500}", "more than 1000 steps"],
    ["(?:(?:a{0,999}){0,999}){0,999}", "more than 1000 steps"],
    ["(?<=a+)b", "a look behind of no certain length"],
    ["(".repeat(60) + "a" + ")".repeat(60), "more than 50 groups"],
    ["a" + "{1}".repeat(60), "more than 50 quantifiers"],
  ])("%s is refused by name", (pattern, what) => {
    expect(() => splitPattern(pattern, "t.json")).toThrow(
      expect.objectContaining({ code: "model-unsupported", message: expect.stringContaining(what) }),
    );
  });

  it("(?:){1000000000} is nothing, once or often", () => {
    expect(cutAt(splitPattern("a(?:){1000000000}(?:){0,1000000000}", "t.json"))("baab")).toEqual(["b", "a", "a", "b"]);
  });

  it("a text of one long match is refused with what to do, by patterns of ours and others", () => {
    const choices = `(?:\\p{L}${"|b".repeat(200)})+`;
    for (const [cut, length] of [
      [cutLikeGpt2, 8_000_000],
      [cutAt(splitPattern(choices, "t.json")), 400_000],
    ] as const)
      expect(() => cut("你".repeat(length))).toThrow(
        expect.objectContaining({ code: "bad-request", message: expect.stringContaining(`${length} characters`) }),
      );
  });
});
