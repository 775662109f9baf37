// One row as the repack shaders must leave it, from the file's bytes, in plain TypeScript: a first load compares a few of
// each weight's with it. Written from the layouts (README.md, ggml-common.h), not the shaders. No decode: codes and scales
// are words, and equal or not.

import type { MatrixPiece } from "./matrix-stream.ts";
import { planesOf, viewOf, type ColumnRun, type PackedFormat, type Repack } from "./packed-format.ts";

type KindRepack = Extract<Repack, { kind: number }>;
type Streams = Extract<Repack, { shader: "repack_streams" }>;
type Slabs = Extract<Repack, { shader: "repack_slabs" }>;
type Turned = Extract<Repack, { shader: "repack_turned" }>;
type Columns = Extract<Repack, { shader: "repack_columns" }>;
type Codes = Extract<MatrixPiece, { kind: "codes" }>;
type Words = Uint32Array<ArrayBuffer>;

/** Sets codes, given as a byte for each slot of the run, in the planes of a row that has none of them yet. */
function putCodes(row: Words, { bits, planeStart, highStart }: Omit<ColumnRun, "chunks">, codes: Uint8Array): void {
  const { low, high } = planesOf(bits);
  for (let slot = 0; slot < codes.length; slot++) {
    const [chunk, place] = [slot >> 5, (slot & 31) >> 2]; // of the codes in its byte
    const bit = place * low;
    const shift = 8 * (slot & 3);
    row[planeStart + chunk * low + (bit >> 3)] |= (codes[slot] & ((1 << low) - 1)) << (shift + (bit & 7));
    if (high === 0) continue;
    const highBit = place * high;
    row[highStart + chunk * high + (highBit >> 3)] |= (codes[slot] >> low) << (shift + (highBit & 7));
  }
}

/** Where AutoAWQ has the nibble of output 8c + j in word c. */
const awqNibble = [0, 4, 1, 5, 2, 6, 3, 7];

/**
 * Where Marlin has the nibble of an output's input k: in tiles of 16 inputs and 64 outputs, along the outputs first, of 128
 * words. Four words lie side by side, of sixteen outputs each; a word's nibbles are 0 and 8 inputs and 8 outputs on, then
 * the same of the next input. Source: AutoGPTQ, qlinear_marlin.py.
 */
function marlinPlace(output: number, k: number, outputs: number) {
  const tile = Math.floor(k / 16) * (outputs / 64) + Math.floor(output / 64);
  const lane = 4 * (output % 8) + Math.floor((k % 8) / 2);
  const nibble = 4 * (k % 2) + 2 * Math.floor((output % 16) / 8) + Math.floor((k % 16) / 8);
  return { word: 128 * tile + 4 * lane + Math.floor((output % 64) / 16), shift: 4 * nibble };
}

/** The row of an output when codes come by columns, as GPTQ's, AWQ's, Marlin's and EXL2's do: each piece has some of them. */
export class ColumnsRow {
  readonly row: number;
  readonly #format: PackedFormat;
  readonly #repack: Columns;
  readonly #taken: Map<ColumnRun, Uint8Array>; // a byte for each slot

  constructor(format: PackedFormat, repack: Columns, row: number) {
    this.row = row;
    this.#format = format;
    this.#repack = repack;
    this.#taken = new Map(repack.runs.map((run) => [run, new Uint8Array(32 * run.chunks)]));
  }

  /** Call when all pieces have come. */
  get words(): Words {
    const words = new Uint32Array(this.#format.codeWords);
    for (const [run, codes] of this.#taken) putCodes(words, run, codes);
    return words;
  }

  take({ run, units, firstUnit, bytes }: Codes): void {
    const { packing, outputs, firstOutput, slots } = this.#repack;
    const output = firstOutput + this.row;
    const { bits } = run!;
    const codes = this.#taken.get(run!)!;
    const mask = (1 << bits) - 1;
    const view = viewOf(bytes);
    for (let k = 0; k < 32 * units; k++) {
      let code: number;
      if (packing === 1)
        code = view.getUint32(4 * (k * (outputs / 8) + (output >> 3)), true) >>> (4 * awqNibble[output & 7]);
      else if (packing === 2) {
        const { word, shift } = marlinPlace(output, k, outputs);
        code = view.getUint32(4 * word, true) >>> shift;
      } else {
        const at = k * bits; // in the output's stream of words, which stand one below the other
        const [below, shift] = [4 * ((at >> 5) * outputs + output), at & 31];
        code = view.getUint32(below, true) >>> shift;
        if (shift + bits > 32) code |= view.getUint32(below + 4 * outputs, true) << (32 - shift);
      }
      const slot = 32 * firstUnit + k;
      codes[slots ? slots[slot] : slot] = code & mask;
    }
  }
}

/** The row of a matrix in slabs: its groups come in several pieces, too. */
export class SlabsRow {
  readonly row: number;
  readonly #format: PackedFormat;
  readonly #repack: Slabs;
  readonly #codes: Uint8Array; // a byte for each slot

  constructor(format: PackedFormat, repack: Slabs, row: number) {
    this.row = row;
    this.#format = format;
    this.#repack = repack;
    this.#codes = new Uint8Array(32 * format.rowChunks);
  }

  /** Call when all pieces have come. */
  get words(): Words {
    const words = new Uint32Array(this.#format.codeWords);
    const { bits, highStart } = this.#repack;
    putCodes(words, { bits, planeStart: 0, highStart }, this.#codes);
    return words;
  }

  take({ units, firstUnit, bytes }: Codes): void {
    const { bits, slabs, fromHigh, step, rowGroups, rowBytes } = this.#repack;
    const unitBytes = bits === 3 ? 4 : 1;
    const size = rowBytes / unitBytes;
    for (let g = 0; g < rowGroups; g++) {
      const group = this.row * rowGroups + g;
      const slab = Math.floor(group / step);
      const unit = group - slab * step - firstUnit;
      if (unit < 0 || unit >= units) continue;
      const at = bits * (fromHigh ? slabs - 1 - slab : slab); // bit in the byte or word
      for (let i = 0; i < size; i++) {
        const byte = bytes[unit * rowBytes + i * unitBytes + (at >> 3)];
        const next = unitBytes === 4 && at % 8 > 5 ? bytes[unit * rowBytes + i * unitBytes + (at >> 3) + 1] : 0;
        this.#codes[g * size + i] = ((byte | (next << 8)) >> (at & 7)) & ((1 << bits) - 1);
      }
    }
  }
}

/** The row of an output of a matrix with inputs as rows: each piece has some of its numbers. */
export class TurnedRow {
  readonly row: number;
  readonly #repack: Turned;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor({ codeWords }: PackedFormat, repack: Turned, row: number) {
    this.row = row;
    this.#repack = repack;
    this.#bytes = new Uint8Array(4 * codeWords);
    if (repack.size === 1) this.#bytes.fill(repack.padCode);
  }

  /** Call when all pieces have come. */
  get words(): Words {
    return new Uint32Array(this.#bytes.buffer.slice(0));
  }

  take({ firstUnit, bytes }: Codes): void {
    const { size, flip, outputs } = this.#repack;
    for (let k = 0; k < bytes.length / (size * outputs); k++)
      for (let b = 0; b < size; b++)
        this.#bytes[size * (8 * firstUnit + k) + b] = bytes[size * (k * outputs + this.row) + b] ^ flip;
  }
}

/** What repack_blocks' kinds have in a block: bits of a code, weights, bytes. The last two, bitsandbytes', have none. */
const kinds = [
  [4, 32, 18], [4, 32, 20], [5, 32, 22], [5, 32, 24], [8, 32, 34], // Q4_0, Q4_1, Q5_0, Q5_1, Q8_0
  [2, 256, 84], [3, 256, 110], [4, 256, 144], [5, 256, 176], [6, 256, 210], // Q2_K to Q6_K
  [4, 32, 18], [4, 256, 136], // IQ4_NL, IQ4_XS
  [4, 1, 0], [8, 1, 0], // nibbles, bytes
  [4, 32, 17], [4, 64, 36], [2, 256, 66], [1, 128, 18], [2, 64, 18], [2, 256, 54], // MXFP4, NVFP4, TQ2_0, Q1_0, Q2_0, TQ1_0
]; // prettier-ignore

/** Row `row` of a piece of whole rows of `cols`. Without scales where they are separate. */
export function wholeRow(
  format: PackedFormat,
  repack: Exclude<Repack, Columns | Slabs | Turned>,
  cols: number,
  bytes: Uint8Array,
  row: number,
): { codes: Words; scales?: Words } {
  if (repack.shader === "repack_streams") return { codes: streamRow(format, repack, cols, bytes, row) };
  return repack.shader === "repack_grids"
    ? gridRow(format, repack, bytes.subarray(row * repack.rowBytes))
    : blocksRow(format, repack, cols, bytes, row);
}

function blocksRow(
  { codeWords, scaleWords, scaleRows, rowChunks }: PackedFormat,
  { kind, rowBytes, highStart, secondStart, padCode }: KindRepack,
  cols: number,
  bytes: Uint8Array,
  row: number,
): { codes: Words; scales?: Words } {
  const [bits, weights, blockBytes] = kinds[kind];
  const codes = new Uint32Array(codeWords);
  const unpacked = new Uint8Array(32 * rowChunks).fill(padCode);
  const start = row * rowBytes;
  if (scaleRows) {
    for (let col = 0, flat = row * cols; col < cols; col++, flat++)
      unpacked[col] = kind === 13 ? bytes[flat] : nibble(bytes[flat >> 1], flat % 2 === 0);
  } else {
    for (let col = 0, at = start; col < cols; col += weights, at += blockBytes)
      for (let i = 0; i < weights; i++) unpacked[col + i] = codeOf(bytes, kind, at, i);
  }
  putCodes(codes, { bits, planeStart: 0, highStart }, unpacked);
  if (scaleRows) return { codes };
  const scales = new Uint32Array(scaleWords);
  for (let chunk = 0; chunk < rowChunks; chunk++) {
    const at = start + Math.floor((32 * chunk) / weights) * blockBytes;
    if (kind < 14) putScales(scales, kind, secondStart, chunk, bytes, at);
    else putNewScales(scales, kind, chunk, bytes, at, padCode);
  }
  return { codes, scales };
}

/**
 * The bit of a strip of rows where a code begins. Sources: AutoAWQ, gemv_fast.py, pack_intweight; EETQ,
 * cutlass_preprocessors.cc, for int8 since Turing; PyTorch, int4mm.cu, matrix_to_m16n8k16_Bint4_layout.
 */
function stripBit(tiles: number, row: number, col: number): number {
  if (tiles === 2) {
    const [pair, half] = [Math.floor((col % 8) / 2), Math.floor((col % 16) / 8)];
    const inBlock = 16 * Math.floor((col % 64) / 16) + 4 * pair + 2 * (col % 2) + half;
    return 8 * (128 * Math.floor(col / 64) + 64 * (row % 2) + inBlock);
  }
  if (tiles === 3) {
    const lane = 4 * (row % 8) + Math.floor((col % 8) / 2);
    const word = 128 * Math.floor(col / 128) + 4 * lane + Math.floor((col % 128) / 32);
    return 32 * word + 4 * (4 * (col % 2) + Math.floor((col % 32) / 8));
  }
  const word = 64 * Math.floor(col / 64) + 16 * (row % 4) + 8 * Math.floor((col % 64) / 32) + (col % 8);
  return 16 * word + 4 * Math.floor((col % 32) / 8);
}

function streamRow(
  { codeWords, rowChunks }: PackedFormat,
  { bits, perWord, flip, rowBytes, rowsPerUnit, tiles, padCode, highStart, order }: Streams,
  cols: number,
  bytes: Uint8Array,
  row: number,
): Words {
  const words = new Uint32Array(codeWords);
  const codes = new Uint8Array(32 * rowChunks).fill(padCode);
  for (let slot = 0; slot < cols; slot++) {
    const col = order ? order[slot] : slot;
    const inRow = perWord > 0 ? 32 * Math.floor(col / perWord) + (col % perWord) * bits : col * bits;
    const bit = 8 * (row - (row % rowsPerUnit)) * rowBytes + (tiles ? stripBit(tiles, row, col) : inRow);
    const at = Math.floor(bit / 8);
    const two = bytes[at] | ((bytes[at + 1] ?? 0) << 8);
    codes[slot] = ((two >> (bit % 8)) & ((1 << bits) - 1)) ^ flip;
  }
  putCodes(words, { bits, planeStart: 0, highStart }, codes);
  return words;
}

const nibble = (byte: number, isHigh: boolean) => (isHigh ? byte >> 4 : byte & 15);

/** Code `i` of the GGUF block that begins at byte `at`. */
function codeOf(bytes: Uint8Array, kind: number, at: number, i: number): number {
  const [l, group, half] = [i & 31, i >> 5, i >> 7];
  const isHigh = (i & 16) > 0;
  switch (kind) {
    case 1:
      return nibble(bytes[at + 4 + (i & 15)], isHigh);
    case 2:
      return nibble(bytes[at + 6 + (i & 15)], isHigh) | (((bytes[at + 2 + (i >> 3)] >> (i & 7)) & 1) << 4);
    case 3:
      return nibble(bytes[at + 8 + (i & 15)], isHigh) | (((bytes[at + 4 + (i >> 3)] >> (i & 7)) & 1) << 4);
    case 4:
      return bytes[at + 2 + i] ^ 128;
    case 5:
      return (bytes[at + 16 + 32 * half + l] >> (2 * (group & 3))) & 3;
    case 6:
      return ((bytes[at + 32 + 32 * half + l] >> (2 * (group & 3))) & 3) | (((bytes[at + l] >> group) & 1) << 2);
    case 7:
      return nibble(bytes[at + 16 + 32 * (i >> 6) + l], group % 2 > 0);
    case 8:
      return nibble(bytes[at + 48 + 32 * (i >> 6) + l], group % 2 > 0) | (((bytes[at + 16 + l] >> group) & 1) << 4);
    case 9:
      return (
        nibble(bytes[at + 64 * half + (i & 63)], (i & 64) > 0) |
        (((bytes[at + 128 + 32 * half + l] >> (2 * (group & 3))) & 3) << 4)
      );
    case 14:
      return nibble(bytes[at + 1 + (i & 15)], isHigh);
    case 15:
      return nibble(bytes[at + 4 + 8 * (i >> 4) + (i & 7)], (i & 8) > 0);
    case 16:
      return (bytes[at + 32 * half + l] >> (2 * (group & 3))) & 3;
    case 17:
      return (bytes[at + 2 + (i >> 3)] >> (i & 7)) & 1;
    case 19: {
      const [byte, digit] =
        i < 160 ? [l, group] : i < 240 ? [32 + (i & 15), (i - 160) >> 4] : [48 + (i & 3), (i - 240) >> 2];
      return (((bytes[at + byte] * 3 ** digit) & 255) * 3) >> 8;
    }
    case 18:
      return (bytes[at + 2 + (i >> 2)] >> (2 * (i & 3))) & 3;
    case 11:
      return nibble(bytes[at + 8 + 16 * group + (i & 15)], isHigh);
    default:
      return nibble(bytes[at + 2 + (i & 15)], isHigh);
  }
}

/** Puts the scales of a chunk, whose block begins at byte `at`, in their places in a row of them. */
function putScales(
  scales: Words,
  kind: number,
  secondStart: number,
  chunk: number,
  bytes: Uint8Array,
  at: number,
): void {
  const half = (place: number) => bytes[at + place] | (bytes[at + place + 1] << 8);
  /** Sets sixteen bits in a row of 16-bit values. */
  const put = (place: number, value: number) => (scales[place >> 1] |= value << (16 * (place & 1)));
  const sub = chunk & 7; // of a block of 256
  const isFirst = sub === 0;
  const upper = secondStart + (chunk >> 3);
  if (kind === 5) {
    put(chunk, half(2 * sub));
    if (isFirst) scales[upper] = half(80) | (half(82) << 16);
  } else if (kind === 6) {
    const six = (j: number) =>
      nibble(bytes[at + 96 + (j & 7)], j > 7) | (((bytes[at + 104 + (j & 3)] >> (2 * (j >> 2))) & 3) << 4);
    put(chunk, ((six(2 * sub) - 32) & 255) | (((six(2 * sub + 1) - 32) & 255) << 8));
    if (isFirst) scales[upper] = half(108);
  } else if (kind === 7 || kind === 8) {
    // Six bits each in twelve bytes: the first four scales and minima are whole; the others' upper two bits are up there.
    const [i, four] = [at + 4 + (sub & 3), bytes[at + 8 + sub]];
    const scale = sub < 4 ? bytes[i] & 63 : (four & 15) | ((bytes[i] >> 6) << 4);
    const minimum = sub < 4 ? four & 63 : (four >> 4) | ((bytes[i + 4] >> 6) << 4);
    put(chunk, scale | (minimum << 8));
    if (isFirst) scales[upper] = half(0) | (half(2) << 16);
  } else if (kind === 9) {
    put(chunk, half(192 + 2 * sub));
    if (isFirst) scales[upper] = half(208);
  } else if (kind === 11) {
    const six = nibble(bytes[at + 4 + (sub >> 1)], sub % 2 > 0) | (((half(2) >> (2 * sub)) & 3) << 4);
    scales[chunk >> 2] |= ((six - 32) & 255) << (8 * (chunk & 3));
    if (isFirst) put(2 * secondStart + (chunk >> 3), half(0));
  } else {
    put(chunk, half(0));
    if (kind === 1 || kind === 3) put(2 * secondStart + chunk, half(2));
  }
}

/** The same for the kinds from MXFP4 on. NVFP4's row begins with the factor of all. */
function putNewScales(scales: Words, kind: number, chunk: number, bytes: Uint8Array, at: number, factor: number): void {
  if (kind === 14) scales[chunk >> 2] |= bytes[at] << (8 * (chunk & 3));
  else if (kind === 15) {
    scales[0] = factor;
    const [low, high] = [0, 1]
      .map((i) => bytes[at + 2 * (chunk & 1) + i] & 127)
      .map((scale) => (scale === 127 ? 0 : scale));
    scales[1 + (chunk >> 1)] |= (low | (high << 8)) << (16 * (chunk & 1));
  } else {
    const shared = chunk / [8, 4, 2, 8][kind & 3];
    const place = at + [64, 0, 0, 52][kind & 3];
    if (Number.isInteger(shared))
      scales[shared >> 1] |= (bytes[place] | (bytes[place + 1] << 8)) << (16 * (shared & 1));
  }
}

/** A block of repack_grids' kinds: its bytes, where a chunk's words stand and how many bytes further the next one's do. */
const grids: { bytes: number; words: [start: number, step: number][] }[] = [
  { bytes: 66, words: [[2, 8], [6, 8]] }, { bytes: 74, words: [[2, 8], [6, 8]] }, { bytes: 82, words: [[2, 4], [34, 4]] }, // IQ2_XXS, IQ2_XS, IQ2_S
  { bytes: 98, words: [[2, 8], [6, 8], [66, 4]] }, { bytes: 110, words: [[2, 8], [6, 8], [74, 4]] }, // IQ3_XXS, IQ3_S
  { bytes: 50, words: [[2, 4]] }, { bytes: 56, words: [[0, 4]] }, // IQ1_S, IQ1_M
]; // prettier-ignore

function gridRow(
  { codeWords, scaleWords, rowChunks }: PackedFormat,
  { kind, secondStart }: KindRepack,
  row: Uint8Array,
): { codes: Words; scales: Words } {
  const { bytes, words } = grids[kind];
  const view = viewOf(row);
  const codes = new Uint32Array(codeWords);
  const scales = new Uint32Array(scaleWords);
  for (let chunk = 0; chunk < rowChunks; chunk++) {
    const [at, sub] = [Math.floor(chunk / 8) * bytes, chunk % 8];
    for (const [i, [start, step]] of words.entries())
      codes[words.length * chunk + i] = view.getUint32(at + start + step * sub, true);
    const byte = (start: number) => row[at + start + sub];
    const sixteen = [
      () => 0,
      () => byte(66),
      () => byte(66) | (byte(74) << 8),
      () => 0,
      () => byte(66) | (nibble(row[at + 106 + (sub >> 1)], sub % 2 > 0) << 8),
      () => view.getUint16(at + 34 + 2 * sub, true),
      () => view.getUint16(at + 32 + 2 * sub, true),
    ][kind]();
    if (secondStart > 0) scales[chunk >> 1] |= sixteen << (16 * (chunk & 1));
    if (sub > 0) continue;
    const block = chunk / 8;
    if (kind === 6) {
      scales[secondStart + 2 * block] = view.getUint32(at + 48, true);
      scales[secondStart + 2 * block + 1] = view.getUint32(at + 52, true);
    } else scales[secondStart + (block >> 1)] |= view.getUint16(at, true) << (16 * (block & 1));
  }
  return { codes, scales };
}
