// An ONNX file -> its nodes, and where each initializer's bytes stand: in the file itself, or in one beside it (external data).
// The file is protobuf (onnx/onnx.proto) and may have gigabytes of weights between the fields that are read here, so it is
// walked by ranges, and what is long is stepped over. Lengths go beyond 32 bits.

import { PronkError } from "../errors.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** An initializer. Its bytes are numbers in a row, little-endian, or codes of less than a byte from the low bits up. */
export interface OnnxTensor {
  name: string;
  /** safetensors' word for it; `U4`, `I4`, `U2` and `I2` are packed. Undefined for a type that no weight has. */
  dtype: string | undefined;
  shape: number[];
  /** Undefined where the file has the numbers in a way that no range of bytes is. */
  place?: { file: string; start: number; end: number };
  /** Of a single number of eight bits. */
  value?: number;
}

export interface OnnxNode {
  name: string;
  op: string;
  inputs: string[]; // "" for one left out
  outputs: string[];
  /** Whole numbers and floats alone; any negative whole number is -1. */
  attributes: Map<string, number>;
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  tensors: Map<string, OnnxTensor>;
}

const types: Readonly<Record<number, readonly [dtype: string, bits: number]>> = {
  ...{ 1: ["F32", 32], 2: ["U8", 8], 3: ["I8", 8], 6: ["I32", 32], 7: ["I64", 64], 10: ["F16", 16], 16: ["BF16", 16] },
  ...{ 21: ["U4", 4], 22: ["I4", 4], 25: ["U2", 2], 26: ["I2", 2] },
};

const mostNodeBytes = 2 ** 20; // a node has a few hundred
const mostNameBytes = 2 ** 12;
const mostParts = 200_000; // nodes and initializers: ten times those of a model of 80 layers
// What is read at once: little behind a tensor that was stepped over, ever more where nothing is.
const [leastBytes, mostBytes] = [2 ** 14, 2 ** 20];
// A layer has up to 25 tensors; a step may differ by the digits of names and numbers. Five requests at once, as many as a browser has
// connections to a server, but one.
const [mostPeriod, mostDrift, mostGuesses] = [32, 256, 5];

interface Field {
  number: number;
  wire: number;
  /** Wire type 0. */
  value: number;
  /** Of what the field holds; both are absolute. */
  start: number;
  end: number;
}

/** Throws PronkError `format` or `model-unsupported`, naming the file and where it is broken. */
export async function readOnnxFile(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<OnnxGraph> {
  const sizeBytes = source.files.find(({ path }) => path === file)?.sizeBytes ?? 0;
  const walk = new Walk(source, file, sizeBytes, signal);
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  let isModel = false;
  for await (const part of walk.fields(0, sizeBytes)) {
    if (part.number !== 7 || part.wire !== 2) continue;
    isModel = true;
    for await (const field of walk.fields(part.start, part.end)) {
      if (nodes.length + tensors.size > mostParts)
        throw broken(file, `it has more than ${mostParts} nodes and initializers`, "a Llama's graph");
      if (field.number === 1 && field.wire === 2) nodes.push(readNode(await walk.message(field)));
      else if (field.number === 5 && field.wire === 2) {
        const tensor = await readTensor(walk, field, source);
        if (tensors.has(tensor.name)) throw broken(file, `it has "${tensor.name}" twice`, "each initializer once");
        tensors.set(tensor.name, tensor);
      }
    }
  }
  if (!isModel) throw broken(file, "it has no graph", "a model");
  return { nodes, tensors };
}

/** A message that is in memory: its fields, with places in `bytes`. */
type Message = readonly [bytes: Uint8Array, fields: Field[]];

const text = (bytes: Uint8Array, { start, end }: Field) => new TextDecoder().decode(bytes.subarray(start, end));

function readNode([bytes, fields]: Message): OnnxNode {
  const node: OnnxNode = { name: "", op: "", inputs: [], outputs: [], attributes: new Map() };
  for (const field of fields) {
    if (field.wire !== 2) continue;
    if (field.number === 1) node.inputs.push(text(bytes, field));
    else if (field.number === 2) node.outputs.push(text(bytes, field));
    else if (field.number === 3) node.name = text(bytes, field);
    else if (field.number === 4) node.op = text(bytes, field);
    else if (field.number === 5) {
      let name = "";
      let value: number | undefined;
      for (const part of fieldsOf(bytes, field.start, field.end)) {
        if (part.number === 1 && part.wire === 2) name = text(bytes, part);
        else if (part.number === 2 && part.wire === 5) value = viewOf(bytes).getFloat32(part.start, true);
        else if (part.number === 3 && part.wire === 0) value = part.value < 2 ** 63 ? part.value : -1;
      }
      if (value !== undefined) node.attributes.set(name, value);
    }
  }
  return node;
}

async function readTensor(walk: Walk, tensor: Field, source: TensorFiles): Promise<OnnxTensor> {
  const { file } = walk;
  const shape: number[] = [];
  let [name, type, isExternal] = ["", 0, false];
  const external = new Map<string, string>();
  const held: Partial<Record<"raw" | "floats" | "ints", Field>> = {};
  for await (const field of walk.fields(tensor.start, tensor.end)) {
    const { number, wire, value } = field;
    if (number === 1 && wire === 0) shape.push(value);
    else if (number === 1 && wire === 2) {
      const bytes = await walk.bytes(field);
      for (let at = 0; at < bytes.length;) {
        const [length, next] = varint(bytes, at, bytes.length);
        shape.push(length);
        at = next;
      }
    } else if (number === 2 && wire === 0) type = value;
    else if (number === 14 && wire === 0) isExternal = value === 1;
    else if (wire !== 2) continue;
    else if (number === 8) name = new TextDecoder().decode(await walk.bytes(field, mostNameBytes));
    else if (number === 9) held.raw = field;
    else if (number === 4) held.floats = field;
    else if (number === 5) held.ints = field;
    else if (number === 13) {
      const [bytes, entries] = await walk.message(field);
      const [key, said] = [1, 2].map((which) => {
        const found = entries.find((entry) => entry.number === which && entry.wire === 2);
        return found ? text(bytes, found) : "";
      });
      external.set(key, said);
    }
    if (shape.length > 8) throw broken(file, `"${name}" has more than 8 dimensions`, "a shape");
  }
  const [dtype, bits] = types[type] ?? [];
  const count = shape.reduce((product, length) => product * length, 1);
  const made: OnnxTensor = { name, dtype, shape };
  if (bits === undefined) return made;
  const wanted = Math.ceil((count * bits) / 8);
  if (!Number.isSafeInteger(wanted)) throw broken(file, `"${name}" is [${shape}]`, "a shape that a file could hold");
  const { raw, floats, ints } = held;
  if (isExternal) made.place = externalPlace(source, file, name, external, wanted);
  else {
    const isWhole = ints && dtype?.endsWith("8") && ints.end - ints.start === wanted; // numbers below 128 take a byte each
    const own = raw ?? (dtype === "F32" ? floats : undefined) ?? (isWhole ? ints : undefined);
    if (own && own.end - own.start !== wanted)
      throw broken(file, `"${name}", ${dtype} [${shape}], has ${own.end - own.start} bytes`, `${wanted} bytes`);
    if (own) made.place = { file, start: own.start, end: own.end };
    const single = count === 1 && dtype?.endsWith("8") ? (raw ?? ints) : undefined;
    if (single) {
      const bytes = await walk.bytes(single, 10);
      const value = raw ? bytes[0] : varint(bytes, 0, bytes.length)[0] & 255;
      made.value = dtype === "I8" ? (value << 24) >> 24 : value;
    }
  }
  return made;
}

/** Where external data stand: a file in the model's own folder. */
function externalPlace(
  source: TensorFiles,
  file: string,
  name: string,
  said: ReadonlyMap<string, string>,
  sizeBytes: number,
): OnnxTensor["place"] {
  const path = file.slice(0, file.lastIndexOf("/") + 1) + (said.get("location") ?? "").replace(/^\.\//, "");
  const there = source.files.find((candidate) => candidate.path === path);
  if (!there)
    throw new PronkError(
      "format",
      `"${file}" has the numbers of "${name}" in "${path}", which is not there. Add that file beside it.`,
      { file: path, field: name, expected: path, found: null },
    );
  const start = Number(said.get("offset") ?? 0);
  const length = Number(said.get("length") ?? sizeBytes);
  const fits = Number.isSafeInteger(start) && start >= 0 && start + sizeBytes <= there.sizeBytes;
  if (length !== sizeBytes || !fits)
    throw broken(
      file,
      `"${name}" has ${length} bytes from byte ${said.get("offset") ?? 0} of "${path}", which has ${there.sizeBytes}`,
      `${sizeBytes} bytes within it`,
    );
  return { file: path, start, end: start + sizeBytes };
}

/** Goes through a file whose long fields are never read. */
class Walk {
  readonly file: string;
  readonly #source: TensorFiles;
  readonly #sizeBytes: number;
  readonly #signal: AbortSignal | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0; // of the bytes, in the file
  #ahead = leastBytes;
  readonly #leaps: number[] = []; // where reading went on behind something long
  #coming: { start: number; bytes: Promise<Uint8Array> }[] = [];

  constructor(source: TensorFiles, file: string, sizeBytes: number, signal?: AbortSignal) {
    [this.file, this.#source, this.#sizeBytes, this.#signal] = [file, source, sizeBytes, signal];
  }

  /** The fields of the message [start, end), whatever they hold. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end;) {
      if (!this.#has(at, Math.min(20, end - at))) await this.#read(at, Math.min(20, end - at));
      const field = fieldAt(this.#bytes, at - this.#start, Math.min(this.#bytes.length, end - this.#start));
      if (!field || field.end + this.#start > end)
        throw broken(this.file, `the field at byte ${at} goes beyond what it is part of, byte ${end}`, "whole fields");
      at = field.end + this.#start;
      yield { ...field, start: field.start + this.#start, end: at };
    }
  }

  /** What a field holds. */
  async bytes({ start, end }: Field, most = mostNodeBytes): Promise<Uint8Array> {
    if (end - start > most)
      throw new PronkError(
        "model-unsupported",
        `"${this.file}" has ${end - start} bytes in a part of its graph at byte ${start}; pronk reads up to ${most}. Take another export of the model, or safetensors.`,
        { file: this.file, field: `byte ${start}`, expected: most, found: end - start },
      );
    if (!this.#has(start, end - start)) await this.#read(start, end - start);
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }

  /** A message and its fields, whose places are in the bytes given. */
  async message(field: Field): Promise<Message> {
    const bytes = await this.bytes(field);
    const fields = fieldsOf(bytes, 0, bytes.length);
    if (fields.length > 0 ? fields.at(-1)!.end !== bytes.length : bytes.length > 0)
      throw broken(this.file, `the message at byte ${field.start} is cut off`, "whole fields");
    return [bytes, fields];
  }

  #has(start: number, count: number): boolean {
    return start >= this.#start && start + count <= this.#start + this.#bytes.length;
  }

  async #read(start: number, count: number): Promise<void> {
    const follows = start <= this.#start + this.#bytes.length;
    this.#ahead = follows ? Math.min(2 * this.#ahead, mostBytes) : leastBytes;
    if (!follows) this.#lookAhead(start);
    const guess = this.#coming.find((one) => start >= one.start && start + count <= one.start + leastBytes);
    if (guess) {
      this.#start = guess.start;
      this.#bytes = await guess.bytes;
      if (this.#has(start, count)) return;
    }
    const end = Math.min(start + Math.max(count, this.#ahead), this.#sizeBytes);
    this.#bytes = await this.#source.read(this.file, start, end, { signal: this.#signal });
    this.#start = start;
  }

  /** Layers are alike: once two have passed, the places in the next ones are asked for before they are reached. */
  #lookAhead(start: number): void {
    const leaps = this.#leaps;
    leaps.push(start);
    this.#coming = this.#coming.filter((one) => one.start + leastBytes > start);
    const last = leaps.length - 1;
    const step = (i: number) => leaps[i] - leaps[i - 1];
    const isPeriod = (period: number) =>
      last >= 2 * period &&
      Array.from({ length: period }, (_, i) => last - i).every((i) => Math.abs(step(i) - step(i - period)) < mostDrift);
    let period = 1;
    while (period <= mostPeriod && !isPeriod(period)) period++;
    if (period > mostPeriod) return;
    let at = start;
    for (let i = 1; i <= mostGuesses; i++) {
      at += step(last - period + 1 + ((i - 1) % period));
      const from = at - leastBytes / 4; // names grow longer, and a header begins a little further on
      if (from + leastBytes > this.#sizeBytes) return;
      if (this.#coming.some((one) => Math.abs(one.start - from) < leastBytes / 4)) continue;
      const bytes = this.#source.read(this.file, from, from + leastBytes, { signal: this.#signal });
      bytes.catch(() => {}); // it is awaited only where it was right
      this.#coming.push({ start: from, bytes });
    }
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** All fields from `start` to `end`, or as many as are whole. */
function fieldsOf(bytes: Uint8Array, start: number, end: number): Field[] {
  const fields: Field[] = [];
  for (let at = start; at < end;) {
    const field = fieldAt(bytes, at, end);
    if (!field || field.end > end) break;
    fields.push(field);
    at = field.end;
  }
  return fields;
}

const fixed: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** The field at `at`; what it holds may lie beyond the bytes. Undefined where there is none. */
function fieldAt(bytes: Uint8Array, at: number, end: number): Field | undefined {
  const [key, next] = varint(bytes, at, end);
  const [wire, number] = [key % 8, Math.floor(key / 8)];
  if (Number.isNaN(key) || number === 0) return undefined;
  if (wire === 1 || wire === 5) return { number, wire, value: 0, start: next, end: next + fixed[wire] };
  const [value, start] = varint(bytes, next, end);
  if (Number.isNaN(value) || (wire !== 0 && wire !== 2)) return undefined;
  return wire === 0
    ? { number, wire, value, start, end: start }
    : { number, wire, value: 0, start, end: start + value };
}

/** A number and where it ends; NaN where it is cut off. Negative ones come as 2⁶⁴ less their size, rounded. */
function varint(bytes: Uint8Array, at: number, end: number): [value: number, next: number] {
  for (let i = 0, value = 0, unit = 1; i < 10 && at + i < end; i++, unit *= 128) {
    value += (bytes[at + i] & 127) * unit;
    if (bytes[at + i] < 128) return [value, at + i + 1];
  }
  return [NaN, end];
}

function broken(file: string, what: string, expected: string): PronkError {
  return new PronkError(
    "format",
    `"${file}" is not a whole, valid ONNX file: ${what}; expected ${expected}. Fetch the file again; if that does not help, ask who published it.`,
    { file, expected },
  );
}
