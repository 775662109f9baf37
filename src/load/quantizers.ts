// Quantizers of matrix rows as they are loaded. One works in JavaScript: for loads that have no GPU, and for adapters on
// which it is faster (gpu/row-quantizer.ts is the other). One only watches another: how long it took, and how much was lost.

import { storedRowBytes } from "../quant/layout.ts";
import { decodeFileRow, dequantizeRows, encodeRow, type FileRows, type RowQuantizer } from "../quant/rows.ts";
import { Breather } from "../source/breathe.ts";

export class ScriptQuantizer implements RowQuantizer {
  readonly #breather = new Breather();
  #before: Promise<void> = Promise.resolve();

  /** Calls run one after another: the event loop would have to wait for all of them at once. */
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

export interface QuantizationReport {
  weights: number;
  elapsedMs: number;
  weightsPerSecond: number;
  /** sqrt(sum of (w - stored w)^2 / sum of w^2). */
  relativeRmsError: number;
  /** The same of each matrix, by its name in the file. */
  matrixErrors: Record<string, number>;
}

const rowsPerSample = 32; // not measured: for a model of 100 million weights that is still three million

/** Time counts while any rows are being quantized; the loss is of one row in 32, which adds no noticeable cost. */
export class MeasuredQuantizer implements RowQuantizer {
  readonly #quantizer: RowQuantizer;
  #weights = 0;
  #elapsedMs = 0;
  #underWay = 0;
  #sinceMs = 0;
  readonly #sums = new Map<string, [squares: number, lost: number]>();

  constructor(quantizer: RowQuantizer) {
    this.#quantizer = quantizer;
  }

  async quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#underWay++ === 0) this.#sinceMs = performance.now();
    try {
      await this.#quantizer.quantize(rows, stored, signal);
      this.#sample(rows, stored);
    } finally {
      if (--this.#underWay === 0) this.#elapsedMs += performance.now() - this.#sinceMs;
    }
  }

  /** Undefined where nothing was quantized. */
  report(): QuantizationReport | undefined {
    if (this.#weights === 0) return undefined;
    return {
      weights: this.#weights,
      elapsedMs: this.#elapsedMs,
      weightsPerSecond: Math.round((1000 * this.#weights) / this.#elapsedMs),
      relativeRmsError: relativeRms([0, 1].map((i) => [...this.#sums.values()].reduce((sum, of) => sum + of[i], 0))),
      matrixErrors: Object.fromEntries([...this.#sums].map(([name, sums]) => [name, relativeRms(sums)])),
    };
  }

  #sample({ name, dtype, encoding, cols, bytes }: FileRows, stored: Uint8Array): void {
    const rowBytes = storedRowBytes(dtype, cols);
    const storedBytes = storedRowBytes(encoding, cols);
    const count = bytes.length / rowBytes;
    this.#weights += count * cols;
    const sums = this.#sums.get(name) ?? [0, 0];
    this.#sums.set(name, sums);
    for (let row = 0; row < count; row += rowsPerSample) {
      const weights = dequantizeRows(dtype, bytes.subarray(row * rowBytes, (row + 1) * rowBytes), 1, cols);
      const kept = dequantizeRows(encoding, stored.subarray(row * storedBytes, (row + 1) * storedBytes), 1, cols);
      for (let i = 0; i < cols; i++) {
        sums[0] += weights[i] * weights[i];
        sums[1] += (weights[i] - kept[i]) ** 2;
      }
    }
  }
}

const relativeRms = ([squares, lost]: readonly number[]) => (squares === 0 ? 0 : Math.sqrt(lost / squares));
