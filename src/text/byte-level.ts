// GPT-2's way to write bytes as characters, so that merges of bytes are merges of text: printable Latin-1 bytes stand for
// themselves, the other 68 for U+0100 and up, in order (a space becomes Ġ, a newline Ċ). openai/gpt-2, encoder.py.

const charOfByte: string[] = []; // [256]
const byteOfChar = new Map<string, number>();

for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  charOfByte[byte] = String.fromCharCode(printable ? byte : next++);
  byteOfChar.set(charOfByte[byte], byte);
}

const utf8 = new TextEncoder();

/** The UTF-8 bytes of a text, as the characters that a vocabulary has for them. */
export function writeBytes(text: string): string {
  let written = "";
  for (const byte of utf8.encode(text)) written += charOfByte[byte];
  return written;
}

/** The bytes that a piece stands for; a piece with other characters stands for its own text. */
export function readBytes(piece: string): Uint8Array {
  const bytes = new Uint8Array(piece.length);
  for (let at = 0; at < piece.length; at++) {
    const byte = byteOfChar.get(piece[at]);
    if (byte === undefined) return utf8.encode(piece);
    bytes[at] = byte;
  }
  return bytes;
}
