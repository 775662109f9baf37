// Cuts a file into the rows in which it is fetched, converted and stored. Row i is bytes [source.start, source.end) of the
// source, at most 16 MiB, and becomes bytes [stored.start, stored.end) of the stored file. Borders lie between
// rows of a matrix, so every row is made from its own bytes alone: a load goes on after any row, and one row can be
// fetched again.

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

/** Bytes of one row of a tensor, the smallest piece that can be converted by itself. */
export function rowBytesOf({ from, to }: TensorPair): { source: number; stored: number } {
  return { source: storedRowBytes(from.dtype, to.cols), stored: storedRowBytes(to.encoding, to.cols) };
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
      const rowBytes = rowBytesOf(pair);
      while (from.end > at.start + maxReadBytes) {
        const limit = at.start + maxReadBytes;
        const whole = Math.floor((limit - from.start) / rowBytes.source); // rows of this tensor before the limit
        if (whole > 0 && from.start + whole * rowBytes.source > at.start)
          close(from.start + whole * rowBytes.source, to.start + whole * rowBytes.stored);
        else if (from.start > at.start) close(Math.min(from.start, limit), storedEnd);
        else throw tooWide(from, rowBytes.source);
      }
      storedEnd = to.end;
    }
  }
  const rest = () => (file.verbatim ? at.start + maxReadBytes : file.sizeBytes);
  while (at.start + maxReadBytes < sourceBytes) close(at.start + maxReadBytes, rest());
  if (at.start < sourceBytes) close(sourceBytes, file.sizeBytes);
  return rows;
}

function tooWide({ name, file }: TensorInfo, rowBytes: number): PronkError {
  return new PronkError(
    "model-unsupported",
    `Tensor "${name}" has rows of ${rowBytes} bytes; pronk converts rows of up to ${maxReadBytes}.`,
    { file, field: name, expected: maxReadBytes, found: rowBytes },
  );
}
