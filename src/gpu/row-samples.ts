// A few rows of every weight as they must stand after the repacks of a first load: made here from the bytes that came, kept
// as sums, compared with what the GPU has once the load is over (sum-buffers.ts). Sums of what was staged say that the repacks
// had the right bytes; this says that they made the right rows of them. Loaded on demand: a warm start has the sums of weights.

import { storedRowBytes } from "../quant/layout.ts";
import type { MatrixPiece } from "../quant/matrix-stream.ts";
import { ColumnsRow, wholeRow } from "../quant/repacked-row.ts";
import type { Written } from "./memory.ts";
import type { PackedTarget } from "./packed-upload.ts";
import { pieceBytes } from "./repacker.ts";
import { placedRow } from "./row-place.ts";
import { slicesOf, type UploadTarget } from "./upload.ts";
import { mixed, wordSum } from "./word-sum.ts";

type Words = Uint32Array<ArrayBuffer>;
type Target = UploadTarget | PackedTarget;

export class RowSamples {
  // By target, so that what came before a load that begins again is forgotten.
  readonly #stored = new Map<UploadTarget, Written[]>();
  readonly #wholeRows = new Map<PackedTarget, Written[]>();
  readonly #scales = new Map<PackedTarget, Written[]>();
  /** Of codes that come by columns a piece has a bit of every row. */
  readonly #columns = new Map<PackedTarget, ColumnsRow[]>();

  /** What the buffers hold when all has come. */
  get written(): Written[] {
    const columns = [...this.#columns].flatMap(([target, rows]) =>
      rows.map((row) => standing(target, row.row, "codes", row.words)),
    );
    return [
      ...[this.#stored, this.#wholeRows, this.#scales].flatMap((taken) => [...taken.values()]).flat(),
      ...columns,
    ];
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
    const { format, rows, cols } = target;
    const { repack } = format;
    if (piece.kind === "scales") {
      const { first, count, words } = piece;
      const taken = takenOf(this.#scales, target, first === 0);
      for (const row of someOf(first, count, 4 * format.scaleWords)) {
        const at = (row - first) * format.scaleWords;
        taken.push(standing(target, row, "scales", words.subarray(at, at + format.scaleWords)));
      }
    } else if (piece.kind === "codes" && repack.shader !== "repack_columns") {
      const { firstUnit: first, units: count, bytes } = piece;
      const taken = takenOf(this.#wholeRows, target, first === 0);
      for (const row of someOf(first, count, repack.rowBytes)) {
        const { codes, scales } = wholeRow(format, repack, cols, bytes, row - first);
        taken.push(standing(target, row, "codes", codes));
        if (scales) taken.push(standing(target, row, "scales", scales));
      }
    } else if (piece.kind === "codes" && repack.shader === "repack_columns") {
      if (piece.firstUnit === 0 && piece.run === repack.runs[0])
        this.#columns.set(target, someOf(0, rows, 0).map((row) => new ColumnsRow(format, repack, row))); // prettier-ignore
      for (const row of this.#columns.get(target)!) row.take(piece);
    }
  }
}

function takenOf<Key>(all: Map<Key, Written[]>, key: Key, anew: boolean): Written[] {
  if (anew || !all.has(key)) all.set(key, []);
  return all.get(key)!;
}

/** The last of the rows, and one somewhere in each piece that is dispatched apart. */
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
