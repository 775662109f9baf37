// Turns the bytes of one source file, in order, into the bytes of its stored file: norms as they are, matrices row by
// row. Where a checkpoint keeps Meta's RoPE order, the rows of a head are gathered and sent in Hugging Face's order.

import type { TensorInfo } from "../format/tensor.ts";
import { storedRowBytes, type StoredTensor } from "../quant/layout.ts";
import { decodeFileRow, encodeRow } from "../quant/rows.ts";
import { Breather } from "./breathe.ts";
import type { RowAssembler } from "./row-assembler.ts";

export class FileConverter {
  readonly #tensors: { from: TensorInfo; to: StoredTensor }[]; // in the file's order
  readonly #assembler: RowAssembler;
  readonly #breather = new Breather();
  #next = 0; // the tensor whose bytes come next
  #carry = new Uint8Array(0); // the beginning of a unit whose end is in the next chunk
  #carried = 0;

  constructor(tensors: { from: TensorInfo; to: StoredTensor }[], assembler: RowAssembler) {
    this.#tensors = tensors;
    this.#assembler = assembler;
  }

  /** `bytes` lie at `fileStart` in the source file; chunks come in order and without gaps. */
  async push(bytes: Uint8Array, fileStart: number, signal?: AbortSignal): Promise<void> {
    const fileEnd = fileStart + bytes.length;
    while (this.#next < this.#tensors.length) {
      const { from, to } = this.#tensors[this.#next];
      if (from.start >= fileEnd && from.end > from.start) return;
      if (from.start >= fileStart) await this.#assembler.padTo(to.start, signal);
      const piece = bytes.subarray(
        Math.max(from.start, fileStart) - fileStart,
        Math.min(from.end, fileEnd) - fileStart,
      );
      await this.#convert(piece, from, to, signal);
      if (from.end > fileEnd) return;
      this.#next++;
    }
  }

  /** Cuts the tensor's bytes into units (a row, or the rows of a head) whatever the chunk borders. */
  async #convert(piece: Uint8Array, from: TensorInfo, to: StoredTensor, signal?: AbortSignal): Promise<void> {
    if (from.dtype === to.encoding && !from.interleavedRopeHeads) return this.#assembler.append(piece, signal);
    const unitRows = from.interleavedRopeHeads ? to.rows / from.interleavedRopeHeads : 1;
    const unitBytes = unitRows * storedRowBytes(from.dtype, to.cols);
    const encodeUnit = this.#unitEncoder(from, to, unitRows, signal);
    let at = 0;
    if (this.#carried > 0) {
      at = Math.min(unitBytes - this.#carried, piece.length);
      this.#carry.set(piece.subarray(0, at), this.#carried);
      this.#carried += at;
      if (this.#carried < unitBytes) return;
      await encodeUnit(this.#carry.subarray(0, unitBytes));
      this.#carried = 0;
    }
    for (; at + unitBytes <= piece.length; at += unitBytes) {
      const encoded = encodeUnit(piece.subarray(at, at + unitBytes));
      if (encoded) await encoded;
      const breath = this.#breather.due();
      if (breath) await breath.then(() => signal?.throwIfAborted());
    }
    const rest = piece.subarray(at);
    if (rest.length === 0) return;
    if (this.#carry.length < unitBytes) this.#carry = new Uint8Array(unitBytes);
    this.#carry.set(rest);
    this.#carried = rest.length;
  }

  #unitEncoder(from: TensorInfo, { encoding, cols, name }: StoredTensor, unitRows: number, signal?: AbortSignal) {
    const rowBytes = storedRowBytes(from.dtype, cols);
    const aligned = new Uint8Array(rowBytes); // a file's data may start at any byte, a typed view may not
    const weights = new Float32Array(cols);
    const stored = new Uint8Array(storedRowBytes(encoding, cols));
    const storedView = new DataView(stored.buffer);
    const encode = (row: Uint8Array): Promise<void> | undefined => {
      if (encoding !== "q8" && encoding !== "q4") return this.#assembler.append(row, signal);
      aligned.set(row);
      decodeFileRow(from.dtype, aligned, cols, weights);
      encodeRow(encoding, weights, cols, storedView, name);
      return this.#assembler.append(stored, signal);
    };
    if (!from.interleavedRopeHeads) return encode;
    // Row j of a head in halves is Meta's row 2j, in the second half 2(j - half) + 1.
    const half = unitRows / 2;
    return async (unit: Uint8Array) => {
      for (let j = 0; j < unitRows; j++) {
        const row = j < half ? 2 * j : 2 * (j - half) + 1;
        await encode(unit.subarray(row * rowBytes, (row + 1) * rowBytes));
      }
    };
  }
}
