// A WeightSink that takes quantized matrices apart as the GPU's does, without a GPU: it finds whatever is wrong with their
// parts, and counts those that are whole.

import type { StoredSlice, WeightSink } from "../../src/quant/layout.ts";
import { MatrixStream } from "../../src/quant/matrix-stream.ts";
import type { PackedTensor } from "../../src/quant/packed-tensor.ts";

export class CheckingSink implements WeightSink {
  readonly #streams: Map<string, MatrixStream>;

  constructor(packed: readonly PackedTensor[]) {
    this.#streams = new Map(packed.map(({ name, matrix, format }) => [name, new MatrixStream(matrix, format)]));
  }

  /** Matrices that have come in full. */
  get whole(): number {
    return [...this.#streams.values()].filter(({ done }) => done).length;
  }

  async write(slice: StoredSlice, offset: number, bytes: Uint8Array): Promise<void> {
    if (!("role" in slice)) return;
    for (const _ of this.#streams.get(slice.name)!.write(slice.role, offset, bytes));
  }
}
