// The reader of what write-tar.ts writes, and of other tar archives' ordinary files, by ranges: nothing is held. Its own file,
// because models are opened in parts of the build that know nothing of the one that exports. Format:
// pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html.

import { PronkError } from "../errors.ts";
import type { ModelSource } from "../source/source.ts";

const blockBytes = 512;
const mostEntries = 10_000; // a model has a few hundred files

export interface TarEntry {
  name: string;
  /** Where its bytes begin in the archive. */
  start: number;
  sizeBytes: number;
}

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
