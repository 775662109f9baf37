// A ZIP archive's members and where their data lie, by ranges: the directory at the archive's end, ZIP64 included, and no
// byte of the data. Members must be stored uncompressed, or the archive is refused: nothing is inflated here. torch's files
// are such archives, and NumPy's.
// Format: pkware.com, APPNOTE 6.3.10.

import { PronkError } from "../errors.ts";
import type { TensorFiles } from "./tensor-files.ts";

export interface ZipMember {
  name: string;
  /** Of the member's local header, in the file; its data lie behind that. */
  headerStart: number;
  nameBytes: number;
  sizeBytes: number;
  /** Sizes follow the data, as streaming writers put them. */
  described: boolean;
  /** Where the next member or the directory begins. */
  limit: number;
}

/** An archive in a source, and what it holds. */
export interface ZipDirectory {
  source: TensorFiles;
  file: string;
  members: ReadonlyMap<string, ZipMember>;
  signal?: AbortSignal;
}

const endBytes = 22; // of the record at the archive's end, without the comment behind it
const longEndBytes = 56;
const locatorBytes = 20;
const maxCommentBytes = 0xffff;
const entryBytes = 46;
const headerBytes = 30;
const maxDirectoryBytes = 8 * 2 ** 20; // a hundred thousand members; 70B has 723 tensors
const alignment = 64; // of data, where torch has written them
const requestsAtOnce = 8;

/** Throws PronkError `format` or `model-unsupported`, naming the file. */
export async function readZipDirectory(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ZipDirectory> {
  const sizeBytes = source.files.find(({ path }) => path === file)?.sizeBytes ?? 0;
  const tailStart = Math.max(0, sizeBytes - endBytes - maxCommentBytes - locatorBytes - longEndBytes);
  const tail = viewOf(await source.read(file, tailStart, sizeBytes, { signal }));
  const end = findEnd(tail, file);
  let { count, size, start, limit } = { ...end, limit: tailStart + end.at };
  const locator = end.at - locatorBytes;
  if (locator >= 0 && tail.getUint32(locator, true) === 0x07064b50) {
    const at = long(tail, locator + 8, file);
    if (at < tailStart || at + longEndBytes > tailStart + locator)
      throw broken(file, "the record at its end is not where it is said to be");
    const record = at - tailStart;
    if (tail.getUint32(record, true) !== 0x06064b50) throw broken(file, "the record at its end is another");
    [count, size, start] = [32, 40, 48].map((field) => long(tail, record + field, file));
    limit = at;
  }
  if (size > maxDirectoryBytes)
    throw broken(file, `its directory has ${size} bytes; such a file has at most ${maxDirectoryBytes}`);
  if (start + size > limit) throw broken(file, "its directory is not inside it");
  const directory =
    start >= tailStart
      ? viewOf(new Uint8Array(tail.buffer, tail.byteOffset + start - tailStart, size))
      : viewOf(await source.read(file, start, start + size, { signal }));
  return { source, file, members: readMembers(directory, { file, count, start }), signal };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The last place with an end-of-archive record followed by exactly as much comment as it says. */
function findEnd(tail: DataView, file: string): { at: number; count: number; size: number; start: number } {
  for (let at = tail.byteLength - endBytes; at >= 0; at--)
    if (tail.getUint32(at, true) === 0x06054b50 && at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength)
      return {
        at,
        count: tail.getUint16(at + 10, true),
        size: tail.getUint32(at + 12, true),
        start: tail.getUint32(at + 16, true),
      };
  throw broken(file, "it has no directory at its end: it is no ZIP archive, or only its beginning");
}

function readMembers(
  directory: DataView,
  { file, count, start }: { file: string; count: number; start: number },
): ReadonlyMap<string, ZipMember> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const members = new Map<string, ZipMember>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + entryBytes > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50)
      throw broken(file, `its directory ends before member ${i} of ${count}`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    const next = at + entryBytes + nameBytes + extraBytes + commentBytes;
    if (next > directory.byteLength) throw broken(file, `its directory ends within member ${i} of ${count}`);
    const name = decoder.decode(viewed(directory, at + entryBytes, nameBytes));
    const extra = viewOf(viewed(directory, at + entryBytes + nameBytes, extraBytes));
    const flags = directory.getUint16(at + 8, true);
    const method = directory.getUint16(at + 10, true);
    const longs = longFields(extra, file);
    const [sizeBytes, stored, headerStart] = [24, 20, 42].map((field) => {
      const value = directory.getUint32(at + field, true);
      return value === 0xffffffff ? (longs.shift() ?? value) : value;
    });
    if (method !== 0 || (flags & 1) !== 0)
      throw new PronkError(
        "model-unsupported",
        `"${file}" holds "${name}" ${method === 0 ? "encrypted" : "compressed"}; pronk reads archives as torch.save and numpy.savez write them. Load the file and save it again so.`,
        { file, field: name, expected: "method 0", found: method },
      );
    if (stored !== sizeBytes) throw broken(file, `"${name}" has ${sizeBytes} bytes and takes ${stored}`, name);
    if (members.has(name)) throw broken(file, `"${name}" is there twice`, name);
    members.set(name, { name, headerStart, nameBytes, sizeBytes, described: (flags & 8) !== 0, limit: start });
    at = next;
  }
  const sorted = [...members.values()].toSorted((a, b) => a.headerStart - b.headerStart);
  for (const [i, member] of sorted.entries()) member.limit = sorted[i + 1]?.headerStart ?? start;
  return members;
}

const viewed = (view: DataView, at: number, length: number) =>
  new Uint8Array(view.buffer, view.byteOffset + at, length);

/** ZIP64's values, in the order of the fields that are too narrow for them. */
function longFields(extra: DataView, file: string): number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const size = extra.getUint16(at + 2, true);
    if (at + 4 + size > extra.byteLength) return [];
    if (extra.getUint16(at, true) === 1)
      return Array.from({ length: Math.min(3, Math.floor(size / 8)) }, (_, i) => long(extra, at + 4 + 8 * i, file));
    at += 4 + size;
  }
  return [];
}

function long(view: DataView, at: number, file: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(file, `a place or size in it is ${value}`);
  return Number(value);
}

/**
 * Where the data of members begin, by name. Only a local header says, and a large model has hundreds, a request each. torch
 * pads data to multiples of 64, with a descriptor of 16 or 24 bytes at most behind them: where each member has only one such
 * place, and the headers of two members agree, these are the places.
 */
export async function dataStarts(
  directory: ZipDirectory,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = names.map((name) => directory.members.get(name)!);
  const aligned = wanted.map(alignedStart);
  const last = wanted.length - 1;
  const agree = async (i: number) => aligned[i] === (await statedStart(directory, wanted[i]));
  if (last >= 0 && aligned.every((start) => start !== undefined) && (await agree(0)) && (await agree(last)))
    return new Map(wanted.map(({ name }, i) => [name, aligned[i]!]));
  const starts = new Map<string, number>();
  const next = wanted.values();
  const worker = async () => {
    for (const member of next) starts.set(member.name, await statedStart(directory, member));
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, worker));
  return starts;
}

function alignedStart({ headerStart, nameBytes, sizeBytes, described, limit }: ZipMember): number | undefined {
  const fitting = (described ? [16, 24] : [0])
    .map((descriptorBytes) => limit - descriptorBytes - sizeBytes)
    .filter((start) => start % alignment === 0 && start >= headerStart + headerBytes + nameBytes);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** What the local header says. */
async function statedStart({ source, file, signal }: ZipDirectory, member: ZipMember): Promise<number> {
  const { headerStart } = member;
  const header = viewOf(await source.read(file, headerStart, headerStart + headerBytes, { signal }));
  return startStatedBy(header, file, member);
}

function startStatedBy(header: DataView, file: string, { name, headerStart, sizeBytes, limit }: ZipMember): number {
  if (header.byteLength < headerBytes || header.getUint32(0, true) !== 0x04034b50)
    throw broken(file, `"${name}" has no header`, name);
  const start = headerStart + headerBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + sizeBytes > limit) throw broken(file, `"${name}" does not end before what follows it`, name);
  return start;
}

/** The first bytes of members, at most `most` of each, and their places: a request each, as the local header comes along. */
export async function readBeginnings(
  { source, file, members, signal }: ZipDirectory,
  names: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, { start: number; bytes: Uint8Array }>> {
  const found = new Map<string, { start: number; bytes: Uint8Array }>();
  const next = names.values();
  const worker = async () => {
    for (const name of next) {
      const member = members.get(name)!;
      const { headerStart, nameBytes, sizeBytes, limit } = member;
      const end = Math.min(limit, headerStart + headerBytes + nameBytes + most);
      const bytes = await source.read(file, headerStart, end, { signal });
      const start = startStatedBy(viewOf(bytes), file, member);
      const within = bytes.subarray(start - headerStart);
      found.set(name, { start, bytes: within.subarray(0, sizeBytes) });
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, worker));
  return found;
}

/** A whole member. */
export async function readMember(directory: ZipDirectory, name: string): Promise<Uint8Array> {
  const { source, file, members, signal } = directory;
  const start = await statedStart(directory, members.get(name)!);
  return source.read(file, start, start + members.get(name)!.sizeBytes, { signal });
}

function broken(file: string, what: string, field = "directory"): PronkError {
  return new PronkError(
    "format",
    `"${file}" is not a whole, valid archive: ${what}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field },
  );
}
