// Vocabularies without a tokenizer: some strings or bytes as tokens, and a last token that ends a text.

import { Constraint, type Wanted } from "../../src/constrain/constraint.ts";
import { buildTrie, type VocabularyTrie } from "../../src/constrain/vocabulary-trie.ts";
import { fakeTokenizer } from "./fake-core.ts";

export function trieOf(tokens: readonly (string | Uint8Array)[]): VocabularyTrie {
  const utf8 = new TextEncoder();
  const bytes = tokens.map((token) => (typeof token === "string" ? utf8.encode(token) : token));
  return buildTrie({ ...fakeTokenizer, vocabSize: bytes.length + 1, bytesOf: (id) => bytes[id] });
}

/** Every byte by itself. */
export const everyByte = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

const byteTrie = trieOf(everyByte);

export const byteConstraint = (wanted: Wanted): Constraint =>
  new Constraint(wanted, byteTrie, { endIds: [256], field: "response_format" });

/** Whether a text fits, begins something that does, or neither. */
export function standing(constraint: Constraint, text: string | Uint8Array): "fits" | "begins" | "fails" {
  const state = constraint.after(typeof text === "string" ? new TextEncoder().encode(text) : text);
  if (!state) return "fails";
  return constraint.mayEnd(state) ? "fits" : "begins";
}
