// The tokenizers of test/fixtures/tokenizer-*: files, the forms they are tried in, and what Hugging Face's `tokenizers` gives.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface TokenizerFixture {
  /** tokenizer.json, parsed. */
  root: Record<string, unknown>;
  /** Ids, what they say, and what they say with special tokens. */
  decoded: [number[], string, string][];
  /** The same file with values replaced, each named by its way: `pre_tokenizer.pretokenizers.0.invert`. */
  variants: { name: string; changes: Record<string, unknown>; cases: TokenizerCase[] }[];
}

/** A text, its ids, and its ids where special tokens in it are parsed, if they differ. */
export type TokenizerCase = [text: string, ids: number[], parsed?: number[]];

export function tokenizerFixture(name: string): TokenizerFixture {
  const read = (file: string) =>
    JSON.parse(readFileSync(fileURLToPath(new URL(`../fixtures/tokenizer-${name}/${file}`, import.meta.url)), "utf8"));
  return { root: read("tokenizer.json"), ...read("vectors.json") };
}

export function changedFile(root: unknown, changes: Record<string, unknown>): Uint8Array {
  const copy = structuredClone(root);
  for (const [way, value] of Object.entries(changes)) {
    const keys = way.split(".");
    const last = keys.pop()!;
    // oxlint-disable-next-line no-explicit-any -- whatever JSON holds
    const place = keys.reduce((at: any, key) => at[key], copy);
    place[last] = value;
  }
  return new TextEncoder().encode(JSON.stringify(copy));
}
