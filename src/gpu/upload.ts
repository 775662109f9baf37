// Stored rows -> GPU layout: tensors as they are, and pronk's own q8 and q4. Whole rows at a time; a row that is cut
// between two calls waits here. Every encoding is one or two slices of a stored row (codes, scales). Where a row goes in
// its weight is the target's business: the shader puts each in its place.

import { groupSize, storedRowBytes, type Encoding, type StoredTensor } from "../quant/layout.ts";
import { plainFormat } from "../quant/row-format.ts";
import { mayHold, pieceBytes, placeIn, rowWordsEach, type RepackChoice, type Repacker } from "./repacker.ts";
import type { RowPlace } from "./row-place.ts";
import type { Weight, WeightPart } from "./weight.ts";

/** A tensor on its way into a weight. */
export interface UploadTarget {
  weight: Weight;
  place: RowPlace;
  encoding: Encoding;
  /** Of a stored row. */
  cols: number;
  /** Where these rows and columns stand in the tensor that has the place; a panel's columns are multiples of 64. */
  panel?: StoredTensor["panel"];
}

export interface RowSlice {
  start: number; // byte in the stored row
  bytes: number;
  toRowWords: number;
  /** Words of a row of the weight before these, and all of them. */
  rowStart: number;
  rowPitch: number;
  into: "codes" | "scales";
}

/** What a stored row is taken apart into, and where that goes. */
export function slicesOf({ encoding, cols, weight, panel }: UploadTarget): RowSlice[] {
  const { codeWords, scaleWords, rowChunks } = plainFormat(encoding, cols);
  const whole = plainFormat(encoding, weight.cols);
  const chunksBefore = (panel?.firstCol ?? 0) / groupSize;
  const rowBytes = storedRowBytes(encoding, cols);
  const scaleBytes = scaleWords ? 2 * rowChunks : 0;
  const codes: RowSlice = {
    start: scaleBytes,
    bytes: rowBytes - scaleBytes,
    toRowWords: codeWords,
    rowStart: (chunksBefore * codeWords) / rowChunks,
    rowPitch: whole.codeWords,
    into: "codes",
  };
  if (!scaleWords) return [codes];
  const scales: RowSlice = {
    start: 0,
    bytes: scaleBytes,
    toRowWords: scaleWords,
    rowStart: chunksBefore / 2,
    rowPitch: whole.scaleWords,
    into: "scales",
  };
  return [codes, scales];
}

/** Whether the GPU's rows are the stored rows, so that nothing has to be taken apart or padded. */
function isAsStored({ encoding, cols, weight }: UploadTarget): boolean {
  const { codeWords, scaleWords } = plainFormat(encoding, cols);
  return cols === weight.cols && scaleWords === 0 && 4 * codeWords === storedRowBytes(encoding, cols);
}

/** The repacks that a target's bytes will go through. */
export function uploadRepacks(target: UploadTarget): RepackChoice[] {
  if (!isAsStored(target)) return [{ kernel: "repack_rows" }];
  return target.place.half === 0 ? [] : [{ kernel: "copy_rows" }];
}

export class Uploader {
  readonly #repacker: Repacker;
  readonly #carries = new Map<UploadTarget, Uint8Array>();

  constructor(repacker: Repacker) {
    this.#repacker = repacker;
  }

  /** Bytes of the tensor in stored form from `offset` on; calls for one target come in order and without gaps. */
  async write(target: UploadTarget, offset: number, bytes: Uint8Array): Promise<void> {
    const rowBytes = storedRowBytes(target.encoding, target.cols);
    let row = Math.floor(offset / rowBytes) + (target.panel?.firstRow ?? 0);
    let at = 0;
    if (offset === 0) this.#carries.delete(target); // a load that began again
    const carry = this.#carries.get(target);
    if (carry) {
      const need = Math.min(rowBytes - carry.length, bytes.length);
      const joined = new Uint8Array(carry.length + need);
      joined.set(carry);
      joined.set(bytes.subarray(0, need), carry.length);
      at = need;
      if (joined.length < rowBytes) {
        this.#carries.set(target, joined);
        return;
      }
      this.#carries.delete(target);
      await this.#rows(target, row++, joined, rowBytes);
    }
    const whole = Math.floor((bytes.length - at) / rowBytes) * rowBytes;
    const most = Math.max(1, Math.min(Math.floor(pieceBytes / rowBytes), 65535)) * rowBytes;
    for (const end = at + whole; at < end;) {
      const piece = bytes.subarray(at, Math.min(at + most, end));
      await this.#rows(target, row, piece, rowBytes);
      row += piece.length / rowBytes;
      at += piece.length;
    }
    if (at < bytes.length) this.#carries.set(target, bytes.slice(at));
  }

  /** `bytes` are whole rows from `firstRow` on; every part takes those that belong to it. */
  async #rows(target: UploadTarget, firstRow: number, bytes: Uint8Array, rowBytes: number): Promise<void> {
    const rows = bytes.length / rowBytes;
    const parts = target.weight.parts.filter((part) => mayHold(part, target.place, firstRow, rows));
    const asStored = isAsStored(target);
    const inPlace = asStored && target.place.half === 0 && !this.#repacker.sumsAll;
    if (!inPlace) this.#repacker.stage(bytes);
    for (const part of parts) {
      if (inPlace) this.#write(part, target.place.base + firstRow, bytes, rowBytes);
      else if (asStored) await this.#copy(target, part, firstRow, rows, rowBytes);
      else await this.#repack(target, part, firstRow, rows, rowBytes);
    }
    await this.#repacker.breathe();
  }

  /** `bytes` are rows of the weight from `firstRow` on. */
  #write({ codes, rowStart, rows }: WeightPart, firstRow: number, bytes: Uint8Array, rowBytes: number) {
    const start = Math.max(firstRow, rowStart);
    const end = Math.min(firstRow + bytes.length / rowBytes, rowStart + rows);
    const own = bytes.subarray((start - firstRow) * rowBytes, (end - firstRow) * rowBytes);
    this.#repacker.write(codes, (start - rowStart) * rowBytes, own);
  }

  async #copy({ place }: UploadTarget, part: WeightPart, firstRow: number, rows: number, rowBytes: number) {
    await this.#repacker.dispatch({
      kernel: "copy_rows",
      buffers: { copied: part.codes },
      record: { piece: { rows, first_row: firstRow, row_units: rowBytes / 16, ...placeIn(part, place) } },
      grid: [Math.ceil(rowBytes / 4 / rowWordsEach), rows],
    });
  }

  async #repack(target: UploadTarget, part: WeightPart, firstRow: number, rows: number, rowBytes: number) {
    for (const { start, bytes, toRowWords, rowStart, rowPitch, into } of slicesOf(target))
      await this.#repacker.dispatch({
        kernel: "repack_rows",
        buffers: { repacked: part[into]! },
        record: {
          slice: {
            rows,
            first_row: firstRow,
            stored_row_bytes: rowBytes,
            slice_start: start,
            slice_bytes: bytes,
            repacked_row_words: toRowWords,
            row_start: rowStart,
            row_pitch: rowPitch,
            ...placeIn(part, target.place),
          },
        },
        grid: [Math.ceil(toRowWords / rowWordsEach), rows],
      });
  }
}
