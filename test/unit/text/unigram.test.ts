// Unigram files as llm-jp and others have them, and Falcon's steps over byte pairs: the ids of Hugging Face's `tokenizers` on
// 2,000 texts, and their text; bytes that no score reaches; files that are refused.

import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { rejection } from "../../support/rejection.ts";
import { changedFile, namedSums, tokenizerRoot, unigramForms } from "../../support/tokenizer-fixture.ts";

const load = (root: unknown, changes: Record<string, unknown>) =>
  loadTokenizer(new Map([["tokenizer.json", changedFile(root, changes)]]));

describe("the ids of tokenizers", () => {
  const { texts } = namedSums();
  test.each(unigramForms())("$name", async ({ base, changes, begins, sums, decoded }) => {
    const tokenizer = await load(tokenizerRoot(base), changes);
    expect(tokenizer.startsWithBos).toBe(begins);
    for (const [i, parseSpecial] of [false, true].entries()) {
      const differing = texts.filter(
        (text, at) => crc32(tokenizer.encode(text, { parseSpecial }).join(",")) !== sums[i][at],
      );
      expect(differing).toEqual([]);
    }
    for (const [ids, text] of decoded) expect(tokenizer.decode(ids), ids.join()).toBe(text);
    expect(texts).toHaveLength(2000);
  });
});

const small = {
  added_tokens: [{ id: 0, content: "<unk>", special: true }],
  normalizer: { type: "NFKC" },
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "never", split: false },
  model: { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0], ["a", -1], ["b", -1], ["ab", -2], ["▁", -3], ["aba", -4]] },
}; // prettier-ignore

test("the sum of scores decides, the longer first piece among equals, and unknown neighbours are one", async () => {
  const tokenizer = await load(small, {});
  expect(tokenizer.encode("ab")).toEqual([3]);
  expect(tokenizer.encode("abab")).toEqual([3, 3]);
  expect(tokenizer.encode("ａ xy a")).toEqual([1, 4, 0, 4, 1]);
  expect(tokenizer.encode("<unk>")).toEqual([0]); // its characters are unknown; its piece would be another token
});

test("200 kB take a moment", async () => {
  const tokenizer = await load(tokenizerRoot("unigram"), {});
  const text = "The llama leaps over the fence. 羊驼跳得很高。".repeat(5000);
  const startedMs = performance.now();
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

test.each<[string, string, RegExp, Record<string, unknown>]>([
  ["a character map", "model-unsupported", /Precompiled/, { normalizer: { type: "Precompiled", precompiled_charsmap: "" } }],
  ["a normal form that is not the first step", "model-unsupported", /NFC or NFKC, then/, { normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "NFKC" }] } }],
  ["lines that all begin with a space", "model-unsupported", /normalizer/, { normalizer: { type: "Replace", pattern: { Regex: "^" }, content: "▁" } }],
  ["bytes", "model-unsupported", /Metaspace beside Unigram/, { pre_tokenizer: { type: "ByteLevel" } }],
  ["a piece without a score", "format", /model.vocab\[1\].*a piece and its score/, { "model.vocab": [["a", 0], ["b"]] }],
  ["pieces beyond all measure", "format", /pieces of a few characters/, { "model.vocab": [["<unk>", 0], ["a".repeat(9000), 0]] }],
])("refused: %s", async (_, code, message, changes) => {
  const error = await rejection(load(small, changes));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
}); // prettier-ignore
