// Rows of stored files -> a WeightSink: cuts each row at the tensors' borders. Every write starts at a multiple of 16
// bytes of its tensor (a GPU copy wants multiples of 4), so up to 15 bytes wait for the next row.

import type { StoredTensor, WeightSink } from "../quant/layout.ts";

const alignment = 16;

export class Delivery {
  readonly #sink: WeightSink;
  readonly #byFile = new Map<string, StoredTensor[]>();
  #carry = new Uint8Array(0); // the last bytes of the tensor at hand that did not fill 16

  constructor(sink: WeightSink, tensors: readonly StoredTensor[]) {
    this.#sink = sink;
    for (const tensor of tensors) {
      const list = this.#byFile.get(tensor.file);
      if (list) list.push(tensor);
      else this.#byFile.set(tensor.file, [tensor]);
    }
  }

  /** `bytes` lie at `rowStart` in the stored file. Rows of a file come in order, files one after another. */
  async deliver(file: string, rowStart: number, bytes: Uint8Array): Promise<void> {
    const rowEnd = rowStart + bytes.length;
    for (const tensor of this.#byFile.get(file) ?? []) {
      if (tensor.end <= rowStart) continue;
      if (tensor.start >= rowEnd) break;
      const start = Math.max(tensor.start, rowStart);
      const end = Math.min(tensor.end, rowEnd);
      await this.#write(tensor, start - tensor.start, bytes.subarray(start - rowStart, end - rowStart));
    }
  }

  async #write(tensor: StoredTensor, offset: number, piece: Uint8Array): Promise<void> {
    const sizeBytes = tensor.end - tensor.start;
    if (this.#carry.length > 0) {
      const missing = Math.min(alignment - this.#carry.length, piece.length);
      const joined = new Uint8Array(this.#carry.length + missing);
      joined.set(this.#carry);
      joined.set(piece.subarray(0, missing), this.#carry.length);
      const joinedAt = offset - this.#carry.length;
      offset += missing;
      piece = piece.subarray(missing);
      this.#carry = new Uint8Array(0);
      if (joined.length < alignment && offset < sizeBytes) {
        this.#carry = joined;
        return;
      }
      await this.#sink.write(tensor, joinedAt, joined);
    }
    const isLast = offset + piece.length === sizeBytes;
    const whole = isLast ? piece.length : piece.length - (piece.length % alignment);
    if (whole > 0) await this.#sink.write(tensor, offset, piece.subarray(0, whole));
    if (whole < piece.length) this.#carry = piece.slice(whole);
  }
}
