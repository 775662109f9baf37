// The steps that cut a text into the parts that merge by themselves (tokenizer.json's pre_tokenizer), and the patterns of the
// families whose GGUF files name them instead of writing them out.

import { splitPattern } from "./split-pattern.ts";

/** A part -> smaller parts, in order; text may be dropped or gain a space at its front. */
export type CutText = (text: string) => string[];

/** Pieces are the matches of the pattern and what lies between; `keep` says which of the two stay. */
export function cutAt(pattern: RegExp, keep: "all" | "matches" | "between" = "all"): CutText {
  return (text) => {
    const parts: string[] = [];
    let from = 0;
    const add = (start: number, end: number, kind: "matches" | "between"): void => {
      if (end > start && (keep === "all" || keep === kind)) parts.push(text.slice(start, end));
    };
    for (const match of text.matchAll(pattern)) {
      add(from, match.index, "between");
      from = match.index + match[0].length;
      add(match.index, from, "matches");
    }
    add(from, text.length, "between");
    return parts;
  };
}

export function prefixSpace(text: string): string[] {
  return [text.startsWith(" ") ? text : ` ${text}`];
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const words = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const rest = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const ours = (pattern: string): CutText => cutAt(splitPattern(pattern, "pronk"));

export const cutLikeGpt2 = ours("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
export const cutLikeLlama3 = ours(`${contractions}|${words}|\\p{N}{1,3}|${rest}`);
export const cutLikeQwen2 = ours(`${contractions}|${words}|\\p{N}|${rest}`);
export const cutAtDigits = ours("\\p{N}");
export const cutAtNumbers = ours("\\p{N}+");
/** llama.cpp's for byte-level vocabularies of which the file does not say more. */
export const cutByDefault = [ours("[\\p{P}\\$\\+<=>\\^~\\|]+"), cutLikeGpt2, cutAtNumbers, ours("[0-9][0-9][0-9]")];
