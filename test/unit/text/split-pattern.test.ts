// Oniguruma's patterns as JavaScript's. Expected parts were taken from Hugging Face's `tokenizers` 0.23.3 (Split, isolated).

import { describe, expect, it } from "vitest";
import { cutAt, patternOf } from "../../../src/text/cut-text.ts";
import { LinearPattern } from "../../../src/text/linear-pattern.ts";
import { splitPattern } from "../../../src/text/split-pattern.ts";
import { tokenizerFixture } from "../../support/tokenizer-fixture.ts";

const cut = (pattern: string, text: string) => cutAt(splitPattern(pattern, "tokenizer.json"))(text);

it("the patterns of Llama 3, Qwen2 and GPT-2 are run by JavaScript, as their files write them", () => {
  for (const name of ["llama3", "qwen"]) {
    const { pretokenizers } = (tokenizerFixture(name).root as { pre_tokenizer: { pretokenizers: Split[] } })
      .pre_tokenizer;
    const patterns = pretokenizers.flatMap(({ pattern }) => pattern?.Regex ?? []);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(patternOf(pattern, name), pattern).toBeInstanceOf(RegExp);
  }
  expect(patternOf("\\p{L}+", "another")).toBeInstanceOf(LinearPattern);
});
interface Split {
  pattern?: { Regex?: string };
}

describe("patterns", () => {
  it.each([
    ["(?i:'s)", "I'\u017fx'S", ["I", "'\u017f", "x", "'S"]],
    ["(?i:[sk])", "aS\u017f\u212ab", ["a", "S", "\u017f", "\u212a", "b"]],
    ["(?i:k)", "aK\u212ak", ["a", "K", "\u212a", "k"]],
    ["\\s+", "a\x85\ufeff b", ["a", "\x85", "\ufeff", " ", "b"]],
    ["[^\\s]+", "a \x85 \ufeff", ["a", " \x85 ", "\ufeff"]],
    ["a++b", "aaab ab", ["aaab", " ", "ab"]],
    ["a++a", "aaaa", ["aaaa"]],
    ["(?>a+)a|b", "aab", ["aa", "b"]],
    ["\\p{N}{1,3}+", "12345678", ["12345678"]],
    ["\\p{N}{1,3}", "12345678", ["123", "456", "78"]],
    ["a$", "a\na", ["a", "\n", "a"]],
    ["^a", "a\raa\na", ["a", "\raa\n", "a"]],
    [".+", "a\nb\rc\u2028d", ["a", "\n", "b\rc\u2028d"]],
    ["\\p{Han}+", "你好a", ["你好", "a"]],
    ["(?<=a)b", "abb", ["a", "b", "b"]],
    ["x*", "axbxxc", ["a", "x", "b", "xx", "c"]],
    ["[a-c\\-\\]\\\\]+", "xa-]\\d", ["x", "a-]\\", "d"]],
    ["[-a]+|[b-]+", "a-cb-", ["a-", "c", "b-"]],
    ["[\\u4e00-\\u9fa5]+|\\x{1F600}", "a你😀", ["a", "你", "😀"]],
    ["a+?b??", "aab", ["a", "a", "b"]],
    ["\\P{L}+|\\S{2,}", "1 aéx", ["1 ", "aéx"]],
    ["(?:(?:a*){0}){99999999}b", "ab", ["a", "b"]], // repeats of nothing are not written out
  ])("%s on %j", (pattern, text, parts) => expect(cut(pattern, text)).toEqual(parts));

  it.each([
    "\\w+", "\\bx", "\\h", "\\X", "\\Ax", "a\\z", "(?i)a", "(?<n>a)", "(?i:ss)", "(?i:st)", "(?i:é)", "(?i:[a-z])", "(?i:[^s])",
    "(?i:\\p{Lu})", "[[:alpha:]]", "[a-z&&[^b]]", "\\p{lu}", "\\p{^L}", "\\p{Letter}", "\\p{IsHan}", "a{3}?", "a)", "(a",
    "[a", "a\\", "*", "(?#x)a", "(a)\\1", "[z-a]", "[\\s-z]", "\\x41", "a{,3}",
    "a".repeat(20_001),
  ])("%s is refused by name", (pattern) =>
    expect(() => splitPattern(pattern, "tokenizer.json")).toThrow(
      expect.objectContaining({ code: "model-unsupported", facts: expect.objectContaining({ field: "pre_tokenizer" }) }),
    ),
  ); // prettier-ignore
});
