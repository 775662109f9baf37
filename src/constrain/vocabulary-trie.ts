// A vocabulary as a tree of bytes, so that what many tokens begin with is tried once. Made once per tokenizer:
// 80 ms of processor time for 32,000 made pieces of 1 to 8 bytes, 250 for 128,000 (Node 20.20, 2026-11-28).

import type { Tokenizer } from "../text/tokenizer.ts";

/** The root's children come first, each followed by its own: a subtree is a stretch. */
export interface VocabularyTrie {
  readonly vocabSize: number;
  /** Of each node: its byte, how deep it is (from 0), and where the next node outside of it stands. [nodes] */
  readonly bytes: Uint8Array;
  readonly depths: Uint16Array;
  readonly ends: Int32Array;
  /** The first token that ends at the node, or -1; and of each token, another with the same bytes, or -1. */
  readonly tokens: Int32Array; // [nodes]
  readonly twins: Int32Array; // [vocabSize]
  /** Of each token, or undefined for what stands for no text. [vocabSize] */
  readonly bytesOf: readonly (Uint8Array | undefined)[];
}

const longestToken = 1000; // bytes; no published one has more than 256

/** No text in UTF-8 has it: a special token that counts stands as this byte and its number. */
export const markByte = 0xff;

const known = new WeakMap<Tokenizer, Map<string, VocabularyTrie>>();

/** `marks`: ids of special tokens that count, at most 256. */
export function trieOf(tokenizer: Tokenizer, marks: readonly number[] = []): VocabularyTrie {
  const tries = known.get(tokenizer) ?? new Map<string, VocabularyTrie>();
  known.set(tokenizer, tries);
  let trie = tries.get(marks.join());
  if (!trie) tries.set(marks.join(), (trie = buildTrie(tokenizer, marks)));
  return trie;
}

export function buildTrie(tokenizer: Tokenizer, marks: readonly number[] = []): VocabularyTrie {
  const { vocabSize } = tokenizer;
  const bytesOf = Array.from({ length: vocabSize }, (_, id) => {
    if (marks.includes(id)) return Uint8Array.of(markByte, marks.indexOf(id));
    const bytes = tokenizer.bytesOf(id);
    if (marks.length > 0 && bytes?.includes(markByte)) return undefined;
    return bytes && bytes.length > 0 && bytes.length <= longestToken ? bytes : undefined;
  });
  const sorted = bytesOf.flatMap((bytes, id) => (bytes ? [id] : [])).sort((a, b) => compare(bytesOf[a]!, bytesOf[b]!));
  const nodes = { bytes: [] as number[], depths: [] as number[], ends: [] as number[], tokens: [] as number[] };
  const twins = new Int32Array(vocabSize).fill(-1);
  const way: number[] = []; // nodes from the root to the last token
  let last: Uint8Array = new Uint8Array();
  const close = (depth: number) => {
    for (; way.length > depth; way.length--) nodes.ends[way.at(-1)!] = nodes.bytes.length;
  };
  for (const id of sorted) {
    const bytes = bytesOf[id]!;
    let shared = 0;
    while (shared < last.length && last[shared] === bytes[shared]) shared++; // sorted: the last is never longer and the same
    close(shared);
    for (let depth = shared; depth < bytes.length; depth++) {
      way.push(nodes.bytes.length);
      nodes.bytes.push(bytes[depth]);
      nodes.depths.push(depth);
      nodes.ends.push(0);
      nodes.tokens.push(-1);
    }
    const node = way.at(-1)!;
    twins[id] = nodes.tokens[node];
    nodes.tokens[node] = id;
    last = bytes;
  }
  close(0);
  return {
    vocabSize,
    bytes: Uint8Array.from(nodes.bytes),
    depths: Uint16Array.from(nodes.depths),
    ends: Int32Array.from(nodes.ends),
    tokens: Int32Array.from(nodes.tokens),
    twins,
    bytesOf,
  };
}

/**
 * Bytes as tokens, the longest at each place, as far as they hold whatever follows: it ends where a longer token may begin.
 * Of twins, the one with the highest id: the piece, if the other is a byte's.
 */
export function longestTokens({ bytes: nodeBytes, ends, tokens }: VocabularyTrie, bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let start = 0; start < bytes.length;) {
    let [from, to] = [0, nodeBytes.length]; // nodes below the last
    let longest: { id: number; end: number } | undefined;
    let at = start;
    for (; at < bytes.length && from < to; at++) {
      while (from < to && nodeBytes[from] !== bytes[at]) from = ends[from];
      if (from === to) break;
      if (tokens[from] >= 0) longest = { id: tokens[from], end: at + 1 };
      [from, to] = [from + 1, ends[from]];
    }
    const mayGoOn = at === bytes.length && from < to;
    if (mayGoOn || !longest) break;
    ids.push(longest.id);
    start = longest.end;
  }
  return ids;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
}
