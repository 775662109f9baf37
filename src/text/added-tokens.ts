// Finds the tokens that cut a text before merging: specials such as `</s>` and the rest of `added_tokens`. At each
// place the longest one that is allowed there wins. It decides nothing about who may type a special token.

import { PronkError } from "../errors.ts";
import type { MatchWhole } from "./byte-pair-merge.ts";
import type { EncodeOptions } from "./tokenizer.ts";
import type { AddedToken } from "./vocabulary.ts";

export interface TextStretch {
  /** The token's id, or undefined for plain text. */
  id: number | undefined;
  start: number;
  end: number;
}

/** Whether a token found at [start, end) may be one there. */
export type AllowToken = (token: AddedToken, start: number, end: number) => boolean;

/** A token that somebody could mistake for a control token. */
const looksLikeTag = /^[<[].*[>\]]$/s;

/** Special tokens as asked for; others always, but tags only where a filter lets them. `place` tells the filter where. */
export function allowTokens(
  parseSpecial: EncodeOptions["parseSpecial"] = false,
  place: (start: number, end: number) => [number, number] = (start, end) => [start, end],
): AllowToken {
  if (typeof parseSpecial !== "function") return (token) => parseSpecial || !token.special;
  return (token, start, end) =>
    token.special || looksLikeTag.test(token.content) ? parseSpecial(...place(start, end), token.id) : true;
}

// At each place in a text every length that begins with its character is tried.
const longestToken = 256;

function tooLong({ length }: string, file: string): PronkError {
  return new PronkError(
    "model-unsupported",
    `${file}: added tokens: expected at most ${longestToken} characters, found one of ${length}. Fetch the file again; if that does not help, use another model.`,
    { file, field: "added_tokens", expected: longestToken, found: length },
  );
}

export class AddedTokens {
  readonly #byContent = new Map<string, AddedToken[]>();
  readonly #lengths = new Map<string, number[]>(); // first UTF-16 unit -> lengths of contents, longest first
  readonly #candidate: RegExp | undefined;

  /** `file`: what they are from. Throws PronkError model-unsupported. */
  constructor(tokens: readonly AddedToken[], file: string) {
    const lengths = new Map<string, Set<number>>();
    for (const token of tokens) {
      const { content } = token;
      if (content === "") continue;
      if (content.length > longestToken) throw tooLong(content, file);
      const same = this.#byContent.get(content);
      if (same) same.push(token);
      else this.#byContent.set(content, [token]);
      const ofUnit = lengths.get(content[0]) ?? new Set();
      lengths.set(content[0], ofUnit.add(content.length));
    }
    for (const [unit, ofUnit] of lengths)
      this.#lengths.set(
        unit,
        [...ofUnit].sort((a, b) => b - a),
      );
    if (lengths.size === 0) return;
    const units = [...lengths.keys()].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
    this.#candidate = new RegExp(`[${units.join("")}]`, "g");
  }

  /** The text as plain stretches and tokens, in order, nothing empty. */
  split(text: string, allow: AllowToken): TextStretch[] {
    const stretches: TextStretch[] = [];
    let plainFrom = 0;
    const plain = (end: number): void => {
      if (end > plainFrom) stretches.push({ id: undefined, start: plainFrom, end });
    };
    const candidate = this.#candidate;
    if (candidate) {
      candidate.lastIndex = 0;
      for (let hit = candidate.exec(text); hit; hit = candidate.exec(text)) {
        const token = this.#at(text, hit.index, allow);
        if (!token) continue;
        let start = hit.index;
        let end = start + token.content.length;
        if (token.leftStrip) while (start > plainFrom && isSpace(text[start - 1])) start--;
        if (token.rightStrip) while (end < text.length && isSpace(text[end])) end++;
        plain(start);
        stretches.push({ id: token.id, start, end });
        plainFrom = candidate.lastIndex = end;
      }
    }
    plain(text.length);
    return stretches;
  }

  /** Looks for a token at one place only. */
  matcher(allow: AllowToken): MatchWhole {
    return (text, start) => {
      const token = this.#at(text, start, allow);
      return token && { id: token.id, length: token.content.length };
    };
  }

  #at(text: string, start: number, allow: AllowToken): AddedToken | undefined {
    for (const length of this.#lengths.get(text[start]) ?? []) {
      const end = start + length;
      const fits = (token: AddedToken): boolean => {
        const touched = () =>
          wordAtEnd.test(text.slice(Math.max(0, start - 2), start)) || wordAtStart.test(text.slice(end, end + 2));
        return !(token.singleWord && touched()) && allow(token, start, end);
      };
      const found = this.#byContent.get(text.slice(start, end))?.find(fits);
      if (found) return found;
    }
    return undefined;
  }
}

// Rust's \w and \s, as in Hugging Face's tokenizers; JavaScript's \s has U+FEFF and lacks U+0085.
const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function isSpace(unit: string): boolean {
  return /\p{White_Space}/u.test(unit);
}
