// Source bytes of one planned row -> its stored bytes: norms as they are, matrices row by row. Keeps nothing from one row
// to the next.

import { storedRowBytes, type Encoding } from "../quant/layout.ts";
import { decodeFileRow, encodeRow } from "../quant/rows.ts";
import { Breather } from "./breathe.ts";
import { rowBytesOf, type RowPlan, type TensorPair } from "./row-plan.ts";

export class RowConverter {
  readonly #pairs: readonly TensorPair[]; // in the file's order
  readonly #breather = new Breather();

  constructor(pairs: readonly TensorPair[]) {
    this.#pairs = pairs;
  }

  /** `bytes`: the row's source; `room`: its stored bytes, written whole. */
  async convert(row: RowPlan, bytes: Uint8Array, room: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { source, stored } = row;
    room.fill(0); // between tensors
    for (const pair of this.#pairs) {
      const { from, to } = pair;
      if (from.end <= source.start) continue;
      if (from.start >= source.end) break;
      const start = Math.max(from.start, source.start);
      const piece = bytes.subarray(start - source.start, Math.min(from.end, source.end) - source.start);
      const rowBytes = rowBytesOf(pair);
      const first = (start - from.start) / rowBytes.source; // a whole number: borders lie between rows
      const place = room.subarray(to.start + first * rowBytes.stored - stored.start);
      await this.#tensor(pair, piece, place, signal);
    }
  }

  async #tensor(pair: TensorPair, piece: Uint8Array, place: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { from, to } = pair;
    if (from.dtype === to.encoding) return place.set(piece);
    const rowBytes = rowBytesOf(pair);
    const encode = rowEncoder(from.dtype, to.encoding, to.cols, to.name);
    for (let row = 0; row * rowBytes.source < piece.length; row++) {
      const at = row * rowBytes.source;
      encode(
        piece.subarray(at, at + rowBytes.source),
        place.subarray(row * rowBytes.stored, (row + 1) * rowBytes.stored),
      );
      const breath = this.#breather.due();
      if (breath) await breath.then(() => signal?.throwIfAborted());
    }
  }
}

function rowEncoder(
  dtype: TensorPair["from"]["dtype"],
  encoding: Encoding,
  cols: number,
  name: string,
): (row: Uint8Array, place: Uint8Array) => void {
  if (encoding !== "q8" && encoding !== "q4") return (row, place) => place.set(row);
  const aligned = new Uint8Array(storedRowBytes(dtype, cols)); // a file's data may start at any byte, a typed view may not
  const weights = new Float32Array(cols);
  return (row, place) => {
    aligned.set(row);
    decodeFileRow(dtype, aligned, cols, weights);
    encodeRow(encoding, weights, cols, new DataView(place.buffer, place.byteOffset, place.byteLength), name);
  };
}
