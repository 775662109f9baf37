// The parts of one quantized matrix as they arrive -> pieces that the GPU can take. Codes pass through in whole units (32
// inputs, or a row) and are never held beyond one unit; the late parts are held until all are there, and then give the rows
// of scales. Parts come in any order; a part's own bytes come in order.

import type { PartRole, QuantizedMatrix } from "../format/quantized.ts";
import type { ColumnRun, PackedFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import { lateParts } from "./schemes.ts";

export type MatrixPiece =
  /** `units` rows (or packed groups, eights of inputs, or chunks of `run`) from `firstUnit` on. The bytes may be reused after the next write. */
  | { kind: "codes"; firstUnit: number; units: number; bytes: Uint8Array; run?: ColumnRun }
  /** Scales of `count` rows: [count, format.scaleWords]. */
  | { kind: "scales"; first: number; count: number; words: Uint32Array<ArrayBuffer> }
  /** Once, after the scales: the tables that stand before them. */
  | { kind: "head"; words: Uint32Array<ArrayBuffer> }
  /** Likewise: where x must be taken from. */
  | { kind: "order"; order: Uint32Array<ArrayBuffer> };

/** Consecutive units of the same size in the file. */
interface Stretch {
  start: number; // byte in the codes
  unitBytes: number;
  unitRows: number; // what a unit counts as: rows, packed groups, eights of inputs or chunks
  count: number; // units
  rows: number; // of all units together
  run?: ColumnRun;
}

const mostUnits = 32_768; // a dispatch of the repacks has at most 65,535 along a dimension, and a unit may be two rows

export class MatrixStream {
  readonly #matrix: QuantizedMatrix;
  readonly #format: PackedFormat;
  readonly #pieceBytes: number;
  readonly #stretches: Stretch[];
  readonly #waiting: Map<PartRole, { sizeBytes: number; bytes?: Uint8Array; filled: number }>;
  #position = 0; // bytes of codes that have come
  #carry = new Uint8Array(0); // the beginning of a unit

  /** `pieceBytes`: no piece is larger, unless a single unit is. */
  constructor(matrix: QuantizedMatrix, format: PackedFormat, { pieceBytes = 4 << 20 }: { pieceBytes?: number } = {}) {
    this.#matrix = matrix;
    this.#format = format;
    this.#pieceBytes = pieceBytes;
    this.#stretches = stretchesOf(matrix, format);
    this.#waiting = new Map(
      lateParts(matrix).map(([role, { start, end }]) => [role, { sizeBytes: end - start, filled: 0 }]),
    );
  }

  /** Bytes that this object holds: late parts so far, and less than one unit of codes. */
  get heldBytes(): number {
    let sum = this.#carry.length;
    for (const { bytes } of this.#waiting.values()) sum += bytes?.length ?? 0;
    return sum;
  }

  /** Whether everything has come and been handed on. */
  get done(): boolean {
    const { start, end } = this.#matrix.parts.codes;
    return this.#waiting.size === 0 && this.#position === end - start;
  }

  /** Bytes [offset, offset + bytes.length) of a part -> what is ready now. Early parts are ignored. */
  *write(role: PartRole, offset: number, bytes: Uint8Array): Generator<MatrixPiece> {
    if (role === "codes") {
      if (offset !== this.#position) throw new RangeError(`codes came at ${offset}, wanted at ${this.#position}`);
      yield* this.#codes(bytes);
      return;
    }
    const part = this.#waiting.get(role);
    if (!part) return;
    if (offset !== part.filled) throw new RangeError(`${role} came at ${offset}, wanted at ${part.filled}`);
    part.bytes ??= new Uint8Array(part.sizeBytes);
    part.bytes.set(bytes, offset);
    part.filled += bytes.length;
    if ([...this.#waiting.values()].every(({ sizeBytes, filled }) => filled === sizeBytes)) yield* this.#scales();
  }

  *#codes(bytes: Uint8Array): Generator<MatrixPiece> {
    let at = 0;
    while (at < bytes.length) {
      const from = this.#position - this.#carry.length;
      const stretch = this.#stretches.findLast(({ start }) => start <= from)!;
      const { unitBytes, unitRows, count, rows: all, run } = stretch;
      const firstUnit = Math.round((from - stretch.start) / unitBytes);
      const most = Math.min(Math.max(1, Math.floor(this.#pieceBytes / unitBytes)), mostUnits, count - firstUnit);
      const units = Math.min(most, Math.floor((this.#carry.length + bytes.length - at) / unitBytes)) || 1;
      const whole = Math.min(units * unitBytes, this.#codeBytes - from); // the last of two rows may be alone
      const need = whole - this.#carry.length;
      const taken = bytes.subarray(at, at + need);
      this.#position += taken.length;
      at += taken.length;
      const piece = this.#carry.length === 0 ? taken : joined(this.#carry, taken);
      if (taken.length < need) {
        this.#carry = piece.slice();
        return;
      }
      this.#carry = new Uint8Array(0);
      this.#format.checkCodes?.(piece);
      const rows = Math.min(units * unitRows, all - firstUnit * unitRows);
      yield { kind: "codes", firstUnit: firstUnit * unitRows, units: rows, bytes: piece, ...(run ? { run } : {}) };
    }
  }

  *#scales(): Generator<MatrixPiece> {
    const parts: PartBytes = {};
    for (const [role, { bytes }] of this.#waiting) parts[role] = bytes;
    const { scaleWords, scaleRows, lateHead, lateOrder } = this.#format;
    const { rows } = this.#matrix;
    const step = Math.min(Math.max(1, Math.floor(this.#pieceBytes / (4 * scaleWords))), mostUnits);
    for (let first = 0; first < rows; first += step) {
      if (!scaleRows) break;
      const count = Math.min(step, rows - first);
      yield { kind: "scales", first, count, words: scaleRows(parts, first, count) };
    }
    const head = lateHead?.(parts);
    const order = lateOrder?.(parts);
    this.#waiting.clear();
    if (head) yield { kind: "head", words: head };
    if (order) yield { kind: "order", order };
  }

  get #codeBytes(): number {
    return this.#matrix.parts.codes.end - this.#matrix.parts.codes.start;
  }
}

function stretchesOf(matrix: QuantizedMatrix, { repack }: PackedFormat): Stretch[] {
  if (repack.shader === "repack_turned") {
    const units = Math.ceil(matrix.cols / 8);
    return [{ start: 0, unitBytes: 8 * repack.size * repack.outputs, unitRows: 1, count: units, rows: units }];
  }
  if (repack.shader !== "repack_columns") {
    const { rowBytes, rowsPerUnit } = repack;
    const rows = repack.shader === "repack_slabs" ? repack.step : matrix.rows;
    const count = Math.ceil(rows / rowsPerUnit);
    return [{ start: 0, unitBytes: rowBytes * rowsPerUnit, unitRows: rowsPerUnit, count, rows }];
  }
  let start = 0;
  return repack.runs.map((run) => {
    const unitBytes = 4 * run.bits * repack.outputs;
    start += run.chunks * unitBytes;
    return { start: start - run.chunks * unitBytes, unitBytes, unitRows: 1, count: run.chunks, rows: run.chunks, run };
  });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
