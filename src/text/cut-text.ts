// The steps that cut a text into the parts that merge by themselves (tokenizer.json's pre_tokenizer), and the patterns of the
// families whose GGUF files name them instead of writing them out.

import { PronkError } from "../errors.ts";
import type { CutPattern } from "./linear-pattern.ts";
import { ownPattern, splitPattern } from "./split-pattern.ts";

/** A part -> smaller parts, in order; text may be dropped or gain a space at its front. */
export type CutText = (text: string) => string[];

/** Pieces are the matches of the pattern and what lies between; `keep` says which of the two stay. */
export function cutAt(pattern: CutPattern, keep: "all" | "matches" | "between" = "all"): CutText {
  return (text) => {
    const parts: string[] = [];
    let from = 0;
    const add = (start: number, end: number, kind: "matches" | "between"): void => {
      if (end > start && (keep === "all" || keep === kind)) parts.push(text.slice(start, end));
    };
    try {
      for (const match of pattern[Symbol.matchAll](text)) {
        add(from, match.index, "between");
        from = match.index + match[0].length;
        add(match.index, from, "matches");
      }
    } catch (cause) {
      throw cause instanceof RangeError ? endless(text, cause) : cause;
    }
    add(from, text.length, "between");
    return parts;
  };
}

/** One match that goes on for millions of characters: a browser has no room for it, nor has any context. */
function endless(text: string, cause: RangeError): PronkError {
  const found = `${text.length} characters`;
  return new PronkError(
    "bad-request",
    `A text of ${found} goes on for too long without a place to cut it. Shorten it, or put spaces into it.`,
    { field: "text", expected: "a text with spaces", found },
    { cause },
  );
}

export function prefixSpace(text: string): string[] {
  return [text.startsWith(" ") ? text : ` ${text}`];
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const words = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const rest = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const known = new Map<string, RegExp>();
function ours(pattern: string): CutText {
  const own = ownPattern(pattern);
  known.set(pattern, own);
  return cutAt(own);
}

export const cutLikeGpt2 = ours("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
export const cutLikeLlama3 = ours(`${contractions}|${words}|\\p{N}{1,3}|${rest}`);
export const cutLikeQwen2 = ours(`${contractions}|${words}|\\p{N}|${rest}`);
export const cutAtDigits = ours("\\p{N}");
export const cutAtNumbers = ours("\\p{N}+");
/** llama.cpp's for byte-level vocabularies of which the file does not say more. */
export const cutByDefault = [ours("[\\p{P}\\$\\+<=>\\^~\\|]+"), cutLikeGpt2, cutAtNumbers, ours("[0-9][0-9][0-9]")];

/** A pattern of tokenizer.json. Those above are run by JavaScript. Throws PronkError model-unsupported. */
export function patternOf(pattern: string, file: string): CutPattern {
  return known.get(pattern) ?? splitPattern(pattern, file);
}
