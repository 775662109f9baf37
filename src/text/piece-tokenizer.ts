// The tokenizer over a Vocabulary: cuts the text at special tokens and leaves each stretch between them to its kind of
// vocabulary. It reads no files. A lone surrogate, which UTF-8 cannot carry, counts as U+FFFD, as in TextEncoder.

import type { StretchCoder } from "./tokenizer.ts";
import { AddedTokens, allowTokens } from "./added-tokens.ts";
import { BytePieces } from "./byte-pieces.ts";
import { SpacePieces } from "./space-pieces.ts";
import type { EncodeOptions, StreamDecoder, Tokenizer } from "./tokenizer.ts";
import type { Vocabulary } from "./vocabulary.ts";

export class PieceTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly unkId: number | undefined;
  readonly startsWithBos: boolean;
  readonly #words: Vocabulary;
  readonly #coder: StretchCoder;
  readonly #added: AddedTokens;
  readonly #idOf = new Map<string, number>();
  readonly #special = new Set<number>();

  /** `vocabSize` is the model's: ids from the last piece up to it decode to "". */
  constructor(vocabulary: Vocabulary, vocabSize = vocabulary.pieces.length) {
    const { rules, added } = vocabulary;
    const known = (id: number | undefined) => (id !== undefined && id < vocabSize ? id : undefined);
    const { bosId, eosId, unkId } = vocabulary; // whatever a file says, the model has no row for others
    const words = { ...vocabulary, bosId: known(bosId), eosId: known(eosId), unkId: known(unkId) };
    this.#words = words;
    this.vocabSize = vocabSize;
    ({ bosId: this.bosId, eosId: this.eosId, unkId: this.unkId } = words);
    this.startsWithBos = vocabulary.startsWithBos && this.bosId !== undefined;
    this.#coder = rules.kind === "bytes" ? new BytePieces(words, rules) : new SpacePieces(words, rules);
    const early = rules.kind === "bytes" ? added.filter((token) => !token.normalized) : added;
    this.#added = new AddedTokens(early, vocabulary.file);
    vocabulary.pieces.forEach((piece, id) => {
      if (piece === undefined) return;
      if (!this.#idOf.has(piece)) this.#idOf.set(piece, id);
      const kind = vocabulary.kinds[id];
      if (kind === "control" || kind === "unknown") this.#special.add(id);
    });
    for (const token of added) {
      this.#idOf.set(token.content, token.id);
      if (token.special) this.#special.add(token.id);
    }
  }

  encode(text: string, { addBos, parseSpecial }: EncodeOptions = {}): number[] {
    const clean = text.replace(/\p{Cs}/gu, "\uFFFD");
    const ids: number[] = [];
    if (addBos && this.bosId !== undefined) ids.push(this.bosId);
    for (const { id, start, end } of this.#added.split(clean, allowTokens(parseSpecial))) {
      if (id !== undefined) ids.push(id);
      else this.#coder.encode(clean.slice(start, end), start, parseSpecial, ids);
    }
    return ids;
  }

  decode(ids: Iterable<number>, { keepSpecial = false }: { keepSpecial?: boolean } = {}): string {
    const stream = this.#coder.stream((id) => this.#textOf(id, keepSpecial));
    let text = "";
    for (const id of ids) text += stream.push(id);
    return text + stream.flush();
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id) || id === this.bosId || id === this.eosId;
  }

  bytesOf(id: number): Uint8Array | undefined {
    const stands = this.#words.pieces[id] !== undefined && this.#words.kinds[id] !== "unknown" && !this.isSpecial(id);
    return stands ? this.#coder.bytesOf(id) : undefined;
  }

  idOf(piece: string): number | undefined {
    const { rules } = this.#words;
    return (
      this.#idOf.get(piece) ??
      (rules.kind === "spaces" ? this.#idOf.get(piece.replaceAll("▁", rules.space)) : undefined)
    );
  }

  stream(promptIds: readonly number[] = []): StreamDecoder {
    const stream = this.#coder.stream((id) => this.#textOf(id, false));
    for (const id of promptIds) stream.push(id);
    return stream;
  }

  #textOf(id: number, keepSpecial: boolean): string | undefined {
    const piece = this.#words.pieces[id];
    if (piece === undefined) return "";
    if (this.#words.kinds[id] === "unknown" && !keepSpecial) return this.#words.unkSurface;
    return this.isSpecial(id) ? (keepSpecial ? piece : "") : undefined;
  }
}
