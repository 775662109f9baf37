// A quantizer that knows afterwards how long it took and how much it lost. The time is that during which any rows were being
// quantized; the loss is measured on one row in 32, which costs nothing that shows.

import { storedRowBytes } from "../quant/layout.ts";
import { dequantizeRows, type FileRows, type RowQuantizer } from "../quant/rows.ts";

export interface QuantizationReport {
  weights: number;
  elapsedMs: number;
  weightsPerSecond: number;
  /** sqrt(sum of (w - stored w)^2 / sum of w^2). */
  relativeRmsError: number;
}

const rowsPerSample = 32;

export class MeasuredQuantizer implements RowQuantizer {
  readonly #quantizer: RowQuantizer;
  #weights = 0;
  #elapsedMs = 0;
  #underWay = 0;
  #sinceMs = 0;
  #squares = 0;
  #lostSquares = 0;

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
      relativeRmsError: this.#squares === 0 ? 0 : Math.sqrt(this.#lostSquares / this.#squares),
    };
  }

  #sample({ dtype, encoding, cols, bytes }: FileRows, stored: Uint8Array): void {
    const rowBytes = storedRowBytes(dtype, cols);
    const storedBytes = storedRowBytes(encoding, cols);
    const count = bytes.length / rowBytes;
    this.#weights += count * cols;
    for (let row = 0; row < count; row += rowsPerSample) {
      const weights = dequantizeRows(dtype, bytes.subarray(row * rowBytes, (row + 1) * rowBytes), 1, cols);
      const kept = dequantizeRows(encoding, stored.subarray(row * storedBytes, (row + 1) * storedBytes), 1, cols);
      for (let i = 0; i < cols; i++) {
        this.#squares += weights[i] * weights[i];
        this.#lostSquares += (weights[i] - kept[i]) ** 2;
      }
    }
  }
}
