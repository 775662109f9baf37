// Rows of stored files -> a WeightSink: cuts each row at the borders of tensors and parts. Every write starts at a multiple of 16
// bytes of its tensor (a GPU copy wants multiples of 4), so up to 15 bytes wait for the next row.

import type { QuantizedMatrix } from "../format/quantized.ts";
import { storedParts, type StoredSlice, type StoredTensor, type WeightSink } from "../quant/layout.ts";

const alignment = 16;

/** What is delivered of a model, in the files' order. */
export function deliveredSlices(
  tensors: readonly StoredTensor[],
  matrices: readonly QuantizedMatrix[] = [],
): StoredSlice[] {
  return [...tensors, ...storedParts(matrices)].toSorted((a, b) => (a.file === b.file ? a.start - b.start : 0));
}

export class Delivery {
  readonly #sink: WeightSink;
  readonly #byFile = new Map<string, StoredSlice[]>();
  #carry = new Uint8Array(0); // the last bytes of the tensor at hand that did not fill 16

  /** `slices`: those of a file sorted by start. */
  constructor(sink: WeightSink, slices: readonly StoredSlice[]) {
    this.#sink = sink;
    for (const slice of slices) {
      const list = this.#byFile.get(slice.file);
      if (list) list.push(slice);
      else this.#byFile.set(slice.file, [slice]);
    }
  }

  /** `bytes` lie at `rowStart` in the stored file. Rows of a file come in order, files one after another. */
  async deliver(file: string, rowStart: number, bytes: Uint8Array): Promise<void> {
    const rowEnd = rowStart + bytes.length;
    for (const slice of this.#byFile.get(file) ?? []) {
      if (slice.end <= rowStart) continue;
      if (slice.start >= rowEnd) break;
      const start = Math.max(slice.start, rowStart);
      const end = Math.min(slice.end, rowEnd);
      await this.#write(slice, start - slice.start, bytes.subarray(start - rowStart, end - rowStart));
    }
  }

  async #write(slice: StoredSlice, offset: number, piece: Uint8Array): Promise<void> {
    const sizeBytes = slice.end - slice.start;
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
      await this.#sink.write(slice, joinedAt, joined);
    }
    const isLast = offset + piece.length === sizeBytes;
    const whole = isLast ? piece.length : piece.length - (piece.length % alignment);
    if (whole > 0) await this.#sink.write(slice, offset, piece.subarray(0, whole));
    if (whole < piece.length) this.#carry = piece.slice(whole);
  }
}
