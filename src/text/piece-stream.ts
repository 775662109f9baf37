// Ids -> text as they come. Byte pieces wait until they are a whole character; the leading space that encoding put there
// is taken away exactly where SentencePiece does (sentencepiece_processor.cc, Decode). Whole decodes run through it too,
// so a stream can never differ from them.

import type { StreamDecoder } from "./tokenizer.ts";

/** What one id contributes. `lead`: its first character is a space that may be the dummy prefix. */
export type PieceText = { byte: number } | { text: string; lead: boolean };

const noText: PieceText = { text: "", lead: false };

export class PieceStream implements StreamDecoder {
  readonly #textOf: (id: number) => PieceText | undefined;
  readonly #drop: "none" | "one" | "all";
  readonly #bytes: number[] = []; // at most 3 after each push
  #begun: boolean;

  constructor(textOf: (id: number) => PieceText | undefined, drop: "none" | "one" | "all") {
    this.#textOf = textOf;
    this.#drop = drop;
    this.#begun = drop === "none";
  }

  push(id: number): string {
    const piece = this.#textOf(id) ?? noText;
    if ("byte" in piece) {
      this.#bytes.push(piece.byte);
      return this.#seen(this.#takeBytes(false));
    }
    const before = this.#seen(this.#takeBytes(true));
    let { text } = piece;
    if (piece.lead && !this.#begun) {
      text = text.slice(1);
      if (this.#drop === "one") this.#begun = true;
    }
    return before + this.#seen(text);
  }

  flush(): string {
    return this.#seen(this.#takeBytes(true));
  }

  #seen(text: string): string {
    if (text !== "") this.#begun = true;
    return text;
  }

  /** Whole characters at the front of the bytes; with `final` all of them, each stray byte as U+FFFD. */
  #takeBytes(final: boolean): string {
    let text = "";
    const bytes = this.#bytes;
    while (bytes.length > 0) {
      const size = characterSize(bytes, final);
      if (size === "incomplete") break;
      if (size === "stray") {
        text += "\uFFFD";
        bytes.shift();
      } else text += decodeCharacter(bytes.splice(0, size));
    }
    return text;
  }
}

/** The bytes of the UTF-8 character at the front, by SentencePiece's rule: a broken one is stray bytes, one at a time. */
function characterSize(bytes: readonly number[], final: boolean): number | "incomplete" | "stray" {
  const [lead, second] = bytes;
  if (lead < 0x80) return 1;
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (size === 0) return "stray"; // a trailing byte, an overlong form or beyond U+10FFFF
  // Overlong forms, surrogates and code points beyond U+10FFFF show in the second byte.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let index = 1; index < size; index++) {
    if (index >= bytes.length) return final ? "stray" : "incomplete";
    const legal = index === 1 ? second >= low && second <= high : (bytes[index] & 0xc0) === 0x80;
    if (!legal) return "stray";
  }
  return size;
}

function decodeCharacter(bytes: readonly number[]): string {
  if (bytes.length === 1) return String.fromCharCode(bytes[0]);
  let code = bytes[0] & (0xff >> (bytes.length + 1));
  for (let index = 1; index < bytes.length; index++) code = (code << 6) | (bytes[index] & 0x3f);
  return String.fromCodePoint(code);
}
