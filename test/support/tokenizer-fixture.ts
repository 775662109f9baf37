// The tokenizers of test/fixtures/tokenizer-*: files, the forms they are tried in, and what Hugging Face's `tokenizers` gives.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChatMessage } from "../../src/text/tokenizer.ts";

export interface TokenizerFixture {
  /** tokenizer.json, parsed. */
  root: Record<string, unknown>;
  /** Ids, their text, and their text with special tokens. */
  decoded: [number[], string, string][];
  /** The same file with values replaced, each named by its path: `pre_tokenizer.pretokenizers.0.invert`. */
  variants: { name: string; changes: Record<string, unknown>; cases: TokenizerCase[] }[];
}

/** A text, its ids, and, if they differ, its ids with special tokens parsed. */
export type TokenizerCase = [text: string, ids: number[], parsed?: number[]];

export function tokenizerFixture(name: string): TokenizerFixture {
  const json = (file: string) => JSON.parse(new TextDecoder().decode(fixtureBytes(name, file)));
  return { root: json("tokenizer.json"), ...json("vectors.json") };
}

/** The SentencePiece one as transformers 5 saves it: what differs in its files, and the ids it gives with specials added. */
export const transformers5Forms = (): {
  name: string;
  changes: Record<string, unknown>;
  config: Record<string, unknown>;
  cases: [text: string, ids: number[]][];
}[] => JSON.parse(new TextDecoder().decode(fixtureBytes("transformers5", "forms.json"))).forms;

/** Texts, and by llama.cpp's pre-tokenizer names, the CRC-32 of each text's ids, joined by commas. */
export const namedSums = (): { texts: string[]; sums: Record<string, number[]> } =>
  JSON.parse(new TextDecoder().decode(fixtureBytes("named", "sums.json")));

/**
 * Forms of a Unigram file, and one of another fixture's file (`base`): for the texts of `namedSums` the CRC-32 of ids joined by
 * commas, special tokens as text and then parsed; whether texts begin with BOS (1); some ids and their text.
 */
export const unigramForms = (): {
  name: string;
  base: string;
  changes: Record<string, unknown>;
  begins: boolean;
  sums: [number[], number[]];
  decoded: [number[], string][];
}[] => JSON.parse(new TextDecoder().decode(fixtureBytes("unigram", "forms.json"))).forms;

/** The file alone. */
export const tokenizerRoot = (name: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(fixtureBytes(name, "tokenizer.json")));

/** A conversation and its ids through the repository's template, as transformers gives them. */
export type DialogCase = [messages: ChatMessage[], ids: number[]];

/** The files of a repository with a chat template, and what transformers makes of conversations. */
export function dialogFixture(name: string): { files: Map<string, Uint8Array>; template: string; cases: DialogCase[] } {
  const paths = ["tokenizer.json", "tokenizer_config.json"];
  const files = new Map(paths.map((path) => [path, fixtureBytes(name, path)]));
  const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
  const template = json(files.get("tokenizer_config.json")!).chat_template;
  return { files, template, cases: json(fixtureBytes(name, "dialogs.json")).cases };
}

function fixtureBytes(name: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/tokenizer-${name}/${file}`, import.meta.url))));
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
