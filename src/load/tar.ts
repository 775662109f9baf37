// One file that holds others and unpacks on every system: POSIX's ustar, with GNU's numbers for sizes from 8 GiB on. Written
// around blobs that stay where they are, and read by ranges, so nothing is held. Names have at most 100 bytes here. Format:
// pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html.

import { PronkError } from "../errors.ts";
import type { ModelSource } from "../source/source.ts";

const blockBytes = 512;
const mostEntries = 10_000; // a model has a few hundred files
const octalLimit = 8 ** 11;

export interface TarEntry {
  name: string;
  /** Where its bytes begin in the archive. */
  start: number;
  sizeBytes: number;
}

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

/** The ordinary files of an archive. Throws PronkError `format` or `integrity`. */
export async function readTar(source: ModelSource, signal?: AbortSignal): Promise<TarEntry[]> {
  const [{ path, sizeBytes: archiveBytes }] = source.files;
  const entries: TarEntry[] = [];
  for (let at = 0; at + blockBytes <= archiveBytes;) {
    const header = await source.read(path, at, at + blockBytes, { signal });
    if (header.every((byte) => byte === 0)) return entries; // the end
    const text = (from: number, length: number) =>
      new TextDecoder().decode(header.subarray(from, from + length)).replace(/\0.*$/s, "");
    const sizeBytes =
      header[124] === 0x80
        ? Number(new DataView(header.buffer, header.byteOffset).getBigUint64(128))
        : parseInt(text(124, 12).trim() || "0", 8);
    const start = at + blockBytes;
    const isHeader = text(257, 5) === "ustar" && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0;
    if (!isHeader || start + sizeBytes > archiveBytes || entries.length > mostEntries)
      throw new PronkError(
        "format",
        `"${path}" is no tar archive, or a part of one: what stands at byte ${at} is no file's beginning. Copy it again, or pick the folder that it was unpacked to.`,
        { file: path, field: `byte ${at}`, expected: "a ustar header" },
      );
    if (["0", ""].includes(text(156, 1))) entries.push({ name: text(0, 100), start, sizeBytes });
    at = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
  return entries;
}
