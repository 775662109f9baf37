// One file that holds others and unpacks on every system: POSIX's ustar, with GNU's numbers for sizes from 8 GiB on. Written
// around blobs that stay where they are, so nothing is held. Names have at most 100 bytes here. read-tar.ts reads it. Format:
// pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html.

const blockBytes = 512;
const octalLimit = 8 ** 11;

const encoder = new TextEncoder();

/** A file's header. `name`: at most 100 bytes. */
export function tarHeader(name: string, sizeBytes: number, modifiedMs: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(blockBytes);
  const put = (at: number, text: string) => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  if (sizeBytes < octalLimit) put(124, `${octal(sizeBytes, 11)}\0`);
  else {
    header[124] = 0x80; // the number follows in binary
    new DataView(header.buffer).setBigUint64(128, BigInt(sizeBytes));
  }
  put(136, `${octal(Math.floor(modifiedMs / 1000), 11)}\0        0`); // spaces while the sum is taken; an ordinary file
  put(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return header;
}

/** What follows a file's bytes. */
export const tarPadding = (sizeBytes: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);

export const tarEnd = (): Uint8Array<ArrayBuffer> => new Uint8Array(2 * blockBytes);
