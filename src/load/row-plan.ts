// Cuts a file into the rows in which it is fetched, converted and stored. Row i is bytes [source.start, source.end) of the
// source, at most 16 MiB, and becomes bytes [stored.start, stored.end) of the stored file. Borders lie between units (a
// matrix row, or the rows of a head where those change places), so every row is made from its own bytes alone: a load
// goes on after any row, and one row can be fetched again.

import { PronkError } from "../errors.ts";
import type { TensorInfo } from "../format/tensor.ts";
import { storedRowBytes, type StoredTensor } from "../quant/layout.ts";
import type { StoredFile } from "../quant/stored-form.ts";
import { maxReadBytes } from "../source/read-limit.ts";

export interface RowPlan {
  index: number;
  source: Span;
  stored: Span;
}

/** Bytes [start, end). */
export interface Span {
  start: number;
  end: number;
}

/** A tensor in the source file and what becomes of it. */
export interface TensorPair {
  from: TensorInfo;
  to: StoredTensor;
}

/** The smallest piece of a tensor that can be converted by itself. */
export interface Unit {
  rows: number;
  sourceBytes: number;
  storedBytes: number;
}

export function unitOf({ from, to }: TensorPair): Unit {
  const rows = from.interleavedRopeHeads ? to.rows / from.interleavedRopeHeads : 1;
  return {
    rows,
    sourceBytes: rows * storedRowBytes(from.dtype, to.cols),
    storedBytes: rows * storedRowBytes(to.encoding, to.cols),
  };
}

/** `pairs`: the file's tensors in its order. `sourceBytes`: size of the source file. */
export function planRows(file: StoredFile, sourceBytes: number, pairs: readonly TensorPair[]): RowPlan[] {
  const rows: RowPlan[] = [];
  let at: Span = { start: 0, end: 0 }; // where the next row begins: in the source, in the stored file
  const close = (source: number, stored: number) => {
    rows.push({ index: rows.length, source: { start: at.start, end: source }, stored: { start: at.end, end: stored } });
    at = { start: source, end: stored };
  };
  if (!file.verbatim) {
    let storedEnd = 0; // of the tensor before
    for (const pair of pairs) {
      const { from, to } = pair;
      const unit = unitOf(pair);
      while (from.end > at.start + maxReadBytes) {
        const limit = at.start + maxReadBytes;
        const units = Math.floor((limit - from.start) / unit.sourceBytes); // of this tensor, before the limit
        if (units > 0 && from.start + units * unit.sourceBytes > at.start)
          close(from.start + units * unit.sourceBytes, to.start + units * unit.storedBytes);
        else if (from.start > at.start) close(Math.min(from.start, limit), storedEnd);
        else throw tooWide(from, unit);
      }
      storedEnd = to.end;
    }
  }
  const rest = () => (file.verbatim ? at.start + maxReadBytes : file.sizeBytes);
  while (at.start + maxReadBytes < sourceBytes) close(at.start + maxReadBytes, rest());
  if (at.start < sourceBytes) close(sourceBytes, file.sizeBytes);
  return rows;
}

function tooWide({ name, file }: TensorInfo, { sourceBytes }: Unit): PronkError {
  return new PronkError(
    "unsupported",
    `Tensor "${name}" has rows of ${sourceBytes} bytes; pronk converts rows of up to ${maxReadBytes}.`,
    { file, field: name, expected: maxReadBytes, found: sourceBytes },
  );
}
