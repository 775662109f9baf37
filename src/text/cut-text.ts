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

/** One match millions of characters long: a browser has no room for it, nor has any context. */
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
/** Mistral's: words end before a capital letter. */
export const cutLikeTekken = ours(
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
);

/** Punctuation as tokenizers has it: Unicode's, and ASCII's symbols. */
const marks = "[\\p{P}$+<=>^`|~]";
export const cutAtMarks = ours(marks);
export const cutAtRunsOfMarks = ours(`${marks}+`);

const lineEnds = ours("[\\r\\n]");
const eastAsian = ours("[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+");
/** Letters with cases, as DeepSeek's first tokenizer lists them: fewer than Unicode now has. */
const casedLetters =
  "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚ\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184Ⰰ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃";
export const cutLikeDeepseekLlm = [
  lineEnds,
  ours(`\\s?[${casedLetters}]+`),
  ours("\\s?[!-/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3000-\\u3002]+"),
  ours("\\s+$"),
  eastAsian,
  cutAtNumbers,
];
export const cutLikeDeepseekCoder = [lineEnds, ours("\\s?\\p{L}+"), ours("\\s?\\p{P}+"), eastAsian, cutAtDigits];
/** llama.cpp's for byte-level vocabularies about which the file says no more. */
export const cutByDefault = [ours("[\\p{P}\\$\\+<=>\\^~\\|]+"), cutLikeGpt2, cutAtNumbers, ours("[0-9][0-9][0-9]")];

/** A pattern of tokenizer.json. Those above are run by JavaScript. Throws PronkError model-unsupported. */
export function patternOf(pattern: string, file: string): CutPattern {
  return known.get(pattern) ?? splitPattern(pattern, file);
}
