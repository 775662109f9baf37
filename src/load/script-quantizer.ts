// Quantizes matrix rows in JavaScript: for loads that have no GPU, and for adapters on which it is the faster way.

import { storedRowBytes } from "../quant/layout.ts";
import { decodeFileRow, encodeRow, type FileRows, type RowQuantizer } from "../quant/rows.ts";
import { Breather } from "./breathe.ts";

export class ScriptQuantizer implements RowQuantizer {
  readonly #breather = new Breather();
  #before: Promise<void> = Promise.resolve();

  /** One call after another: the event loop would have to wait for all that work at a time. */
  quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    const done = this.#before.then(() => this.#quantize(rows, stored, signal));
    this.#before = done.catch(() => {});
    return done;
  }

  async #quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { name, dtype, encoding, cols, bytes } = rows;
    const rowBytes = storedRowBytes(dtype, cols);
    const storedBytes = storedRowBytes(encoding, cols);
    const aligned = new Uint8Array(rowBytes); // a file's data may start at any byte, a typed view may not
    const weights = new Float32Array(cols);
    for (let row = 0; row * rowBytes < bytes.length; row++) {
      aligned.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
      decodeFileRow(dtype, aligned, cols, weights);
      const place = new DataView(stored.buffer, stored.byteOffset + row * storedBytes, storedBytes);
      encodeRow(encoding, weights, cols, place, name);
      const breath = this.#breather.due();
      if (breath) await breath.then(() => signal?.throwIfAborted());
    }
  }
}
