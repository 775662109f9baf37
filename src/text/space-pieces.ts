// Stretches of text in SentencePiece's vocabularies, whatever file they came from: spaces marked and the dummy prefix added
// (normalizer.ts), merged, and bytes for what is no piece.

import { AddedTokens } from "./added-tokens.ts";
import { allowTokens } from "./added-tokens.ts";
import { type EmitPiece, mergePairs } from "./byte-pair-merge.ts";
import { normalizeText } from "./normalizer.ts";
import { PieceStream } from "./piece-stream.ts";
import type { PieceText } from "./piece-stream.ts";
import type { StretchCoder } from "./tokenizer.ts";
import type { EncodeOptions, StreamDecoder } from "./tokenizer.ts";
import { byteOfPiece, plainAddedToken } from "./vocabulary.ts";
import type { SpaceRules, Vocabulary } from "./vocabulary.ts";

const utf8 = new TextEncoder();

export class SpacePieces implements StretchCoder {
  readonly #words: Vocabulary;
  readonly #rules: SpaceRules;
  readonly #userPieces: AddedTokens | undefined;
  readonly #byteIds: (number | undefined)[] = []; // [256]

  constructor(vocabulary: Vocabulary, rules: SpaceRules) {
    this.#words = vocabulary;
    this.#rules = rules;
    // Only user-defined pieces of the model file are matched inside a stretch; added tokens have cut it before.
    const cut = new Set(vocabulary.added.map((token) => token.id));
    const inside = [];
    for (const [id, piece] of vocabulary.pieces.entries()) {
      const kind = vocabulary.kinds[id];
      if (kind === "user" && !cut.has(id)) inside.push(plainAddedToken(id, piece!, false));
      if (kind === "byte") this.#byteIds[byteOfPiece(piece!)!] = id;
    }
    if (inside.length > 0) this.#userPieces = new AddedTokens(inside, vocabulary.file);
  }

  encode(text: string, offset: number, parseSpecial: EncodeOptions["parseSpecial"], ids: number[]): void {
    const { merges, choose = mergePairs, unkId, fuseUnknown } = this.#words;
    const filter = typeof parseSpecial === "function" ? parseSpecial : undefined;
    const matchRaw = this.#userPieces?.matcher(allowTokens(filter, (start, end) => [offset + start, offset + end]));
    const origins: number[] | undefined = this.#userPieces && filter ? [] : undefined;
    const { normalForm } = this.#rules;
    const given = normalForm ? text.normalize(normalForm) : text;
    const normal = normalizeText(given, this.#rules, offset === 0, matchRaw, origins);
    // In the normalised text a tag is allowed where it is allowed in the text it came from.
    const allowed = filter && ((start: number, end: number, id: number) => start >= offset && filter(start, end, id));
    const matchWhole = this.#userPieces?.matcher(
      allowTokens(allowed, (start, end) => [offset + origins![start], offset + origins![end - 1] + 1]),
    );
    for (const part of this.#rules.splitAtSpaces ? splitBefore(normal, this.#rules.space) : [normal]) {
      let afterUnknown = false;
      const emit: EmitPiece = (id, start, end) => {
        if (id >= 0) ids.push(id);
        else if (!this.#pushBytes(part.slice(start, end), ids) && unkId !== undefined && !(afterUnknown && fuseUnknown))
          ids.push(unkId);
        afterUnknown = id < 0;
      };
      choose(part, merges, emit, matchWhole);
    }
  }

  stream(textOf: (id: number) => string | undefined): StreamDecoder {
    return new PieceStream((id) => {
      const text = textOf(id);
      return text === undefined ? this.#pieceText(id) : { text, lead: false };
    }, this.#rules.dropLeading);
  }

  bytesOf(id: number): Uint8Array {
    const piece = this.#pieceText(id);
    return "byte" in piece ? Uint8Array.of(piece.byte) : utf8.encode(piece.text);
  }

  #pieceText(id: number): PieceText {
    const piece = this.#words.pieces[id]!;
    if (this.#words.kinds[id] === "byte") return { byte: byteOfPiece(piece)! };
    return { text: piece.replaceAll("▁", " "), lead: piece.startsWith(this.#rules.leadingSpace) };
  }

  /** The character as byte pieces; false where the vocabulary lacks one. */
  #pushBytes(character: string, ids: number[]): boolean {
    const bytes = [...utf8.encode(character)].map((byte) => this.#byteIds[byte]);
    if (bytes.includes(undefined)) return false;
    ids.push(...(bytes as number[]));
    return true;
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
