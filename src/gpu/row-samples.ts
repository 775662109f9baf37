// A few rows of every weight as they must stand after the repacks of a first load: made here from the bytes that came, kept
// as sums, compared with what the GPU has once the load is over (sum-buffers.ts). Sums of staged bytes show that the repacks
// had the right ones; this shows that they made the right rows. Loaded on demand: a warm start has the sums of weights.

import { storedRowBytes } from "../quant/layout.ts";
import type { MatrixPiece } from "../quant/matrix-stream.ts";
import type { PackedFormat } from "../quant/packed-format.ts";
import { ColumnsRow, SlabsRow, TurnedRow, wholeRow } from "../quant/repacked-row.ts";
import type { Written } from "./memory.ts";
import type { PackedTarget } from "./packed-upload.ts";
import { pieceBytes } from "./repacker.ts";
import { placedRow } from "./row-place.ts";
import { slicesOf, type UploadTarget } from "./upload.ts";
import { mixed, wordSum } from "./word-sum.ts";

type Words = Uint32Array<ArrayBuffer>;
type Target = UploadTarget | PackedTarget;

export class RowSamples {
  // By target: when a load begins again, what came before is forgotten.
  readonly #stored = new Map<UploadTarget, Written[]>();
  readonly #wholeRows = new Map<PackedTarget, Written[]>();
  readonly #scales = new Map<PackedTarget, Written[]>();
  /** Where codes come by columns, in slabs or by inputs, a piece may hold a bit of every row. */
  readonly #spread = new Map<PackedTarget, (ColumnsRow | SlabsRow | TurnedRow)[]>();

  /** What the buffers hold once everything has come. */
  get written(): Written[] {
    const spread = [...this.#spread].flatMap(([target, rows]) =>
      rows.map((row) => standing(target, row.row, "codes", row.words)),
    );
    return [...[this.#stored, this.#wholeRows, this.#scales].flatMap((taken) => [...taken.values()]).flat(), ...spread];
  }

  /** Bytes of a tensor in stored form from `offset` on. Rows that are cut between two calls are not looked at. */
  stored(target: UploadTarget, offset: number, bytes: Uint8Array): void {
    const taken = takenOf(this.#stored, target, offset === 0);
    const rowBytes = storedRowBytes(target.encoding, target.cols);
    const first = Math.ceil(offset / rowBytes);
    const count = Math.floor((offset + bytes.length) / rowBytes) - first;
    const before = target.panel?.firstRow ?? 0;
    for (const row of someOf(first, count, rowBytes))
      for (const { start, bytes: length, toRowWords, rowStart, rowPitch, into } of slicesOf(target)) {
        const words = new Uint32Array(toRowWords);
        const from = row * rowBytes - offset + start;
        new Uint8Array(words.buffer).set(bytes.subarray(from, from + length));
        taken.push(standing(target, before + row, into, words, { rowStart, rowPitch }));
      }
  }

  /** A piece of a quantized matrix. */
  piece(target: PackedTarget, piece: MatrixPiece): void {
    const { format, cols } = target;
    const { repack } = format;
    if (piece.kind === "scales") {
      const { first, count, words } = piece;
      const taken = takenOf(this.#scales, target, first === 0);
      for (const row of someOf(first, count, 4 * format.scaleWords)) {
        const at = (row - first) * format.scaleWords;
        taken.push(standing(target, row, "scales", words.subarray(at, at + format.scaleWords)));
      }
    } else if (piece.kind === "codes") {
      if (repack.shader === "repack_columns" || repack.shader === "repack_slabs" || repack.shader === "repack_turned")
        this.#takeSpread(target, piece);
      else {
        const { firstUnit: first, units: count, bytes } = piece;
        const taken = takenOf(this.#wholeRows, target, first === 0);
        for (const row of someOf(first, count, repack.rowBytes)) {
          const { codes, scales } = wholeRow(format, repack, cols, bytes, row - first);
          taken.push(standing(target, row, "codes", codes));
          if (scales) taken.push(standing(target, row, "scales", scales));
        }
      }
    }
  }

  #takeSpread(target: PackedTarget, piece: Extract<MatrixPiece, { kind: "codes" }>): void {
    const { format, rows } = target;
    const { repack } = format;
    const isFirst = piece.firstUnit === 0 && !(repack.shader === "repack_columns" && piece.run !== repack.runs[0]);
    if (isFirst)
      this.#spread.set(
        target,
        someOf(0, rows, 0).map((row) => spreadRow(format, row)),
      );
    for (const row of this.#spread.get(target)!) row.take(piece);
  }
}

function spreadRow(format: PackedFormat, row: number): ColumnsRow | SlabsRow | TurnedRow {
  const { repack } = format;
  if (repack.shader === "repack_columns") return new ColumnsRow(format, repack, row);
  if (repack.shader === "repack_slabs") return new SlabsRow(format, repack, row);
  if (repack.shader === "repack_turned") return new TurnedRow(format, repack, row);
  throw new TypeError(repack.shader);
}

function takenOf<Key>(all: Map<Key, Written[]>, key: Key, anew: boolean): Written[] {
  if (anew || !all.has(key)) all.set(key, []);
  return all.get(key)!;
}

/** The last of the rows, and one somewhere in each piece that is dispatched separately. */
function someOf(first: number, count: number, rowBytes: number): number[] {
  if (count <= 0) return [];
  const step = Math.max(1, Math.min(count, Math.floor(pieceBytes / Math.max(1, rowBytes))));
  const some = new Set([first + count - 1]);
  for (let row = 0; row < count; row += step)
    some.add(first + row + (mixed(first + row + 1, row) % Math.min(step, count - row)));
  return [...some];
}

/** Words of a row of the tensor, where they stand in the weight: at word `rowStart` of rows of `rowPitch` words. */
function standing(
  { weight, place }: Target,
  row: number,
  into: "codes" | "scales",
  words: Words,
  { rowStart = 0, rowPitch = words.length } = {},
): Written {
  const placed = placedRow(place, row);
  const part = weight.parts.find(({ rowStart: from, rows }) => placed >= from && placed < from + rows)!;
  const buffer = part[into]!;
  const before = into === "scales" ? part.format.head.length : 0;
  return {
    buffer,
    offset: 4 * (before + (placed - part.rowStart) * rowPitch + rowStart),
    sizeBytes: words.byteLength,
    sum: wordSum(words),
    what: `${buffer.label}, row ${placed}`,
  };
}
