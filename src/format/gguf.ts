// A GGUF file's header -> its metadata and its tensors with their places, versions 2 and 3. The data are not touched.
// Nothing is allocated by a count that the file's own size does not allow. Format: github.com/ggml-org/ggml, docs/gguf.md.

import { PronkError } from "../errors.ts";
import { Breather } from "../source/breathe.ts";
import { ggmlTraits, ggmlTypeName, isGgmlType, type GgmlType } from "./ggml-types.ts";
import { GgufCursor } from "./gguf-cursor.ts";
import type { TensorFiles } from "./tensor-files.ts";

export type GgufValue = number | boolean | string | number[] | boolean[] | string[];

export interface GgufTensor {
  name: string;
  type: GgmlType;
  /** Row-major, as everywhere here: [out, in]. The file has it the other way round. */
  shape: number[];
  file: string;
  start: number; // absolute in the file
  end: number;
}

export interface GgufHeader {
  file: string;
  version: number;
  metadata: Map<string, GgufValue>;
  /** Sorted by start. */
  tensors: GgufTensor[];
}

const magic = 0x46554747; // "GGUF"
const maxAlignment = 2 ** 20;
const maxDims = 4;
const maxRecords = 2 ** 16; // tensors, or metadata entries: three times the tensors of a thousand layers
const maxItems = 2 ** 22; // of an array: ten times the largest vocabulary's merges
const itemsBetweenBreaths = 1024; // a page may be waiting: asking the clock takes as long as reading one
const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8]; // least bytes of a value, by its type's number

export async function readGgufHeader(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<GgufHeader> {
  const cursor = new GgufCursor(source, file, signal);
  await cursor.need(24, "header");
  if (cursor.u32() !== magic) throw cursor.broken("format", 'it does not begin with "GGUF"', "magic");
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw wrongVersion(file, version);
  const tensorCount = count(cursor, "number of tensors", 24, maxRecords); // a name's length, dims, type and offset, at least
  const pairCount = count(cursor, "number of metadata", 13, maxRecords);

  const breather = new Breather();
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < pairCount; i++) {
    if (i % itemsBetweenBreaths === 0) await breather.due();
    const key = await readText(cursor, "metadata key");
    await cursor.need(4, `type of ${key}`);
    if (metadata.has(key)) throw cursor.broken("format", `metadata "${key}" is there twice`, key);
    metadata.set(key, await readValue(cursor, cursor.u32(), key));
  }
  const infos = [];
  for (let i = 0; i < tensorCount; i++) {
    infos.push(await readTensor(cursor));
    if (i % itemsBetweenBreaths === 0) await breather.due();
  }

  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 1 || alignment > maxAlignment || alignment % 1 !== 0)
    throw cursor.broken("format", `general.alignment is ${alignment}`, "general.alignment");
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = infos.map((info) => place(cursor, info, dataStart)).toSorted((a, b) => a.start - b.start);
  checkPlaces(cursor, tensors);
  return { file, version, metadata, tensors };
}

/** A count of things of at least `leastBytes` each: no more than the rest of the file could hold, nor than `most`. */
function count(cursor: GgufCursor, what: string, leastBytes: number, most = Infinity): number {
  const value = cursor.u64();
  if (value > most) throw cursor.broken("format", `its ${what} is ${value}; no model has more than ${most}`, what);
  if (value * leastBytes > cursor.sizeBytes - cursor.position)
    throw cursor.broken("format", `its ${what} is ${value}, more than the file can hold`, what);
  return value;
}

async function readText(cursor: GgufCursor, what: string): Promise<string> {
  if (!cursor.has(8)) await cursor.need(8, what);
  const length = count(cursor, `length of a ${what}`, 1);
  if (!cursor.has(length)) await cursor.need(length, what);
  return cursor.text(length);
}

async function readValue(cursor: GgufCursor, type: number, key: string): Promise<GgufValue> {
  if (type === 8) return readText(cursor, key);
  if (type === 9) return readArray(cursor, key);
  if (type >= sizes.length) throw cursor.broken("format", `metadata "${key}" has the unknown type ${type}`, key);
  await cursor.need(sizes[type], key);
  return readScalar(cursor, type);
}

async function readArray(cursor: GgufCursor, key: string): Promise<GgufValue> {
  await cursor.need(12, key);
  const type = cursor.u32();
  if (type >= sizes.length || type === 9)
    throw cursor.broken("format", `metadata "${key}" is an array of the type ${type}, which has no use here`, key);
  const length = count(cursor, `length of "${key}"`, sizes[type]);
  if (length > maxItems) throw cursor.broken("format", `the length of "${key}" is ${length}; none is that long`, key);
  const values: (number | boolean | string)[] = [];
  const breather = new Breather();
  if (type !== 8) await cursor.need(length * sizes[type], key);
  for (let i = 0; i < length; i++) {
    values.push(type === 8 ? await readText(cursor, key) : readScalar(cursor, type));
    if (i % itemsBetweenBreaths === 0) await breather.due();
  }
  return values as GgufValue;
}

function readScalar(cursor: GgufCursor, type: number): number | boolean {
  switch (type) {
    case 0:
      return cursor.u8();
    case 1:
      return cursor.i8();
    case 2:
      return cursor.u16();
    case 3:
      return cursor.i16();
    case 4:
      return cursor.u32();
    case 5:
      return cursor.i32();
    case 6:
      return cursor.f32();
    case 7:
      return cursor.u8() !== 0;
    case 10:
      return cursor.u64();
    case 11:
      return cursor.i64();
    default:
      return cursor.f64();
  }
}

interface TensorRecord {
  name: string;
  dims: number[]; // fastest first
  typeId: number;
  offset: number; // from the start of the data
}

async function readTensor(cursor: GgufCursor): Promise<TensorRecord> {
  const name = await readText(cursor, "tensor name");
  await cursor.need(4, name);
  const dimCount = cursor.u32();
  if (dimCount < 1 || dimCount > maxDims)
    throw cursor.broken("format", `tensor "${name}" has ${dimCount} dimensions`, name);
  await cursor.need(8 * dimCount + 12, name);
  const dims = Array.from({ length: dimCount }, () => cursor.u64());
  return { name, dims, typeId: cursor.u32(), offset: cursor.u64() };
}

function place(cursor: GgufCursor, { name, dims, typeId, offset }: TensorRecord, dataStart: number): GgufTensor {
  const type = ggmlTypeName(typeId);
  if (!isGgmlType(type))
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${cursor.file}" has the type ${type}, which this version of pronk does not read. Take a Q4_K_M, Q8_0 or IQ4_XS file of the same model.`,
      { file: cursor.file, field: name, expected: Object.keys(ggmlTraits).join(", "), found: type },
    );
  const block = ggmlTraits[type];
  const weights = dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(weights) || weights === 0 || dims[0] % block.weights !== 0)
    throw cursor.broken("format", `tensor "${name}" of [${dims}] is no whole number of ${type} blocks a row`, name);
  const start = dataStart + offset;
  const end = start + (weights / block.weights) * block.bytes;
  if (!(end <= cursor.sizeBytes))
    throw cursor.broken("integrity", `tensor "${name}" ends at byte ${end}, the file at ${cursor.sizeBytes}`, name);
  return { name, type, shape: dims.toReversed(), file: cursor.file, start, end };
}

function checkPlaces(cursor: GgufCursor, tensors: GgufTensor[]): void {
  const names = new Set<string>();
  let end = 0;
  for (const tensor of tensors) {
    if (names.has(tensor.name)) throw cursor.broken("format", `tensor "${tensor.name}" is there twice`, tensor.name);
    if (tensor.start < end) throw cursor.broken("format", `tensor "${tensor.name}" overlaps another`, tensor.name);
    names.add(tensor.name);
    end = tensor.end;
  }
}

function wrongVersion(file: string, version: number): PronkError {
  const what = version === 1 ? "version 1" : version > 0xffff ? "big-endian" : `version ${version}`;
  return new PronkError(
    "model-unsupported",
    `"${file}" is a ${what} GGUF file; pronk reads versions 2 and 3, little-endian. Take a newer file of the same model.`,
    { file, field: "version", expected: "2 or 3", found: version },
  );
}
