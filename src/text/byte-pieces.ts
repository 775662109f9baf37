// Stretches of text in byte-level vocabularies (Llama 3, Qwen, SmolLM, GPT-2): normal form, cuts, bytes as characters, merges.
// Decoding is UTF-8's: an incomplete character waits, a broken one is U+FFFD, as in TextDecoder.

import { AddedTokens, allowTokens } from "./added-tokens.ts";
import { readBytes, writeBytes } from "./byte-level.ts";
import { mergePairs } from "./byte-pair-merge.ts";
import type { StretchCoder } from "./tokenizer.ts";
import type { EncodeOptions, StreamDecoder } from "./tokenizer.ts";
import type { ByteRules, Vocabulary } from "./vocabulary.ts";

// Parts repeat, as words do: a book of 200 kB has some 6,000 different ones.
const mostKnownParts = 20_000;
const longestKnownPart = 64;

const utf8 = new TextEncoder();

export class BytePieces implements StretchCoder {
  readonly #words: Vocabulary;
  readonly #rules: ByteRules;
  readonly #late: AddedTokens;
  readonly #addedText = new Map<number, string>(); // of tokens that are text, not bytes
  readonly #known = new Map<string, number[]>(); // part -> ids

  constructor(vocabulary: Vocabulary, rules: ByteRules) {
    this.#words = vocabulary;
    this.#rules = rules;
    for (const { id, content } of vocabulary.added) this.#addedText.set(id, content);
    const form = rules.normalForm;
    const late = vocabulary.added.filter((token) => token.normalized);
    const written = form ? late.map((it) => ({ ...it, content: it.content.normalize(form) })) : late;
    this.#late = new AddedTokens(written, vocabulary.file);
  }

  encode(text: string, offset: number, parseSpecial: EncodeOptions["parseSpecial"], ids: number[]): void {
    const form = this.#rules.normalForm;
    const normal = form ? text.normalize(form) : text;
    // Where the normal form moved things, a token is allowed if it would be anywhere in the stretch.
    const allow = allowTokens(parseSpecial, (start, end) =>
      normal === text ? [offset + start, offset + end] : [offset, offset + text.length],
    );
    for (const { id, start, end } of this.#late.split(normal, allow)) {
      if (id !== undefined) ids.push(id);
      else this.#encodePlain(normal.slice(start, end), ids);
    }
  }

  stream(textOf: (id: number) => string | undefined): StreamDecoder {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return {
      push: (id) => {
        const text = textOf(id);
        const bytes = text === undefined ? this.bytesOf(id) : utf8.encode(text);
        return decoder.decode(bytes, { stream: true });
      },
      flush: () => decoder.decode(),
    };
  }

  bytesOf(id: number): Uint8Array {
    const text = this.#addedText.get(id);
    return text === undefined ? readBytes(this.#words.pieces[id] ?? "") : utf8.encode(text);
  }

  #encodePlain(text: string, ids: number[]): void {
    let parts = [text];
    for (const cut of this.#rules.cuts) parts = parts.flatMap(cut);
    for (const part of parts) for (const id of this.#idsOf(part)) ids.push(id);
  }

  #idsOf(part: string): readonly number[] {
    const known = this.#known.get(part);
    if (known) return known;
    const ids = (this.#rules.write?.(part) ?? [writeBytes(part)]).flatMap((written) => this.#merged(written));
    if (part.length > longestKnownPart) return ids;
    if (this.#known.size === mostKnownParts) this.#known.clear();
    this.#known.set(part, ids);
    return ids;
  }

  #merged(written: string): number[] {
    const { merges, unkId, fuseUnknown } = this.#words;
    const whole = this.#rules.wholeParts ? merges.symbolOf.get(written) : undefined;
    if (whole !== undefined) return [whole];
    const ids: number[] = [];
    let afterUnknown = false;
    mergePairs(written, merges, (id) => {
      if (id >= 0) ids.push(id);
      else if (unkId !== undefined && !(afterUnknown && fuseUnknown)) ids.push(unkId);
      afterUnknown = id < 0;
    });
    return ids;
  }
}
