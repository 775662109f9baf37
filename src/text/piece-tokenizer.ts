// The tokenizer over a Vocabulary: cuts the text at special tokens, normalises each stretch, merges, falls back to bytes.
// It reads no files. A lone surrogate, which UTF-8 cannot carry, counts as U+FFFD, as in TextEncoder.

import { AddedTokens } from "./added-tokens.ts";
import { mergePairs } from "./byte-pair-merge.ts";
import { normalizeText } from "./normalizer.ts";
import { PieceStream } from "./piece-stream.ts";
import { byteOfPiece, plainAddedToken } from "./vocabulary.ts";
import type { PieceText } from "./piece-stream.ts";
import type { EncodeOptions, SpecialFilter, StreamDecoder, Tokenizer } from "./tokenizer.ts";
import type { Vocabulary } from "./vocabulary.ts";

const utf8 = new TextEncoder();
/** A user-defined piece that somebody could mistake for a control token. */
const looksLikeTag = /^[<[].*[>\]]$/s;

export class PieceTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly unkId: number | undefined;
  readonly #words: Vocabulary;
  readonly #added: AddedTokens;
  readonly #userPieces: AddedTokens | undefined;
  readonly #idOf = new Map<string, number>();
  readonly #special = new Set<number>();
  readonly #byteIds: (number | undefined)[] = []; // [256]

  /** `vocabSize` is the model's: ids from the last piece up to it decode to "". */
  constructor(vocabulary: Vocabulary, vocabSize = vocabulary.pieces.length) {
    this.#words = vocabulary;
    this.vocabSize = vocabSize;
    ({ bosId: this.bosId, eosId: this.eosId, unkId: this.unkId } = vocabulary);
    this.#added = new AddedTokens(vocabulary.added);
    const users = [];
    for (let id = 0; id < vocabulary.pieces.length; id++) {
      const piece = vocabulary.pieces[id];
      if (piece === undefined) continue;
      if (!this.#idOf.has(piece)) this.#idOf.set(piece, id);
      const kind = vocabulary.kinds[id];
      if (kind === "control" || kind === "unknown") this.#special.add(id);
      if (kind === "user") users.push(plainAddedToken(id, piece, false));
      if (kind === "byte") this.#byteIds[byteOfPiece(piece)!] = id;
    }
    for (const token of vocabulary.added) {
      this.#idOf.set(token.content, token.id);
      if (token.special) this.#special.add(token.id);
    }
    // Only user-defined pieces of the model file are matched inside a stretch; added tokens have cut it before.
    const cut = new Set(vocabulary.added.map((token) => token.id));
    const inside = users.filter((token) => !cut.has(token.id));
    if (inside.length > 0) this.#userPieces = new AddedTokens(inside);
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    const clean = text.replace(/\p{Cs}/gu, "\uFFFD");
    const { parseSpecial = false } = options;
    const filter = typeof parseSpecial === "function" ? parseSpecial : undefined;
    const ids: number[] = [];
    if (options.addBos && this.bosId !== undefined) ids.push(this.bosId);
    const stretches = this.#added.split(clean, (token, start, end) => {
      if (!filter) return parseSpecial === true || !token.special;
      return token.special || looksLikeTag.test(token.content) ? filter(start, end, token.id) : true;
    });
    for (const { id, start, end } of stretches) {
      if (id !== undefined) ids.push(id);
      else this.#encodeStretch(clean.slice(start, end), start, filter, ids);
    }
    return ids;
  }

  decode(ids: Iterable<number>, options: { keepSpecial?: boolean } = {}): string {
    const stream = new PieceStream(
      (id) => this.#textOf(id, options.keepSpecial === true),
      this.#words.rules.dropLeading,
    );
    let text = "";
    for (const id of ids) text += stream.push(id);
    return text + stream.flush();
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id) || id === this.bosId || id === this.eosId;
  }

  idOf(piece: string): number | undefined {
    return this.#idOf.get(piece) ?? this.#idOf.get(piece.replaceAll("▁", this.#words.rules.space));
  }

  stream(promptIds: readonly number[] = []): StreamDecoder {
    const stream = new PieceStream((id) => this.#textOf(id, false), this.#words.rules.dropLeading);
    for (const id of promptIds) stream.push(id);
    return stream;
  }

  /** Appends the ids of text that holds no added token; `offset` is its place in the whole text. */
  #encodeStretch(text: string, offset: number, filter: SpecialFilter | undefined, ids: number[]): void {
    const { rules, merges, unkId, fuseUnknown } = this.#words;
    const matchRaw = this.#userPieces?.matcher((token, start, end) =>
      filter && looksLikeTag.test(token.content) ? filter(offset + start, offset + end, token.id) : true,
    );
    const origins: number[] | undefined = this.#userPieces && filter ? [] : undefined;
    const normal = normalizeText(text, rules, offset === 0, matchRaw, origins);
    // In the normalised text a tag is allowed where it is allowed in the text it came from.
    const matchWhole = this.#userPieces?.matcher((token, start, end) => {
      if (!filter || !looksLikeTag.test(token.content)) return true;
      const from = origins![start];
      return from >= 0 && filter(offset + from, offset + origins![end - 1] + 1, token.id);
    });
    for (const part of rules.splitAtSpaces ? splitBefore(normal, rules.space) : [normal]) {
      let afterUnknown = false;
      mergePairs(
        part,
        merges,
        (id, start, end) => {
          if (id >= 0) ids.push(id);
          else if (
            !this.#pushBytes(part.slice(start, end), ids) &&
            unkId !== undefined &&
            !(afterUnknown && fuseUnknown)
          )
            ids.push(unkId);
          afterUnknown = id < 0;
        },
        matchWhole,
      );
    }
  }

  /** The character as byte pieces; false where the vocabulary lacks one. */
  #pushBytes(character: string, ids: number[]): boolean {
    const bytes = [...utf8.encode(character)].map((byte) => this.#byteIds[byte]);
    if (bytes.includes(undefined)) return false;
    ids.push(...(bytes as number[]));
    return true;
  }

  #textOf(id: number, keepSpecial: boolean): PieceText | undefined {
    const piece = this.#words.pieces[id];
    if (piece === undefined) return undefined;
    const kind = this.#words.kinds[id];
    if (kind === "byte") return { byte: byteOfPiece(piece)! };
    if (kind === "unknown" && !keepSpecial) return { text: this.#words.unkSurface, lead: false };
    if (this.isSpecial(id)) return { text: keepSpecial ? piece : "", lead: false };
    return { text: piece.replaceAll("▁", " "), lead: piece.startsWith(this.#words.rules.leadingSpace) };
  }
}

/** Cuts before each `space`: "▁a▁▁b" -> "▁a", "▁", "▁b". */
function splitBefore(text: string, space: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(space, 1); at > 0; at = text.indexOf(space, at + 1)) {
    parts.push(text.slice(from, at));
    from = at;
  }
  parts.push(text.slice(from));
  return parts;
}
