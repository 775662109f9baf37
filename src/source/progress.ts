// Progress of a load, one typed event stream from the first byte to the first token, and the meter that reports one phase.

import { number, object, oneOf, optional, type Shape, text } from "../message-shape.ts";

/**
 * `download` and `verify`: bytes from the source; `convert`: quantizing; `store`: into IndexedDB; `read`: from there;
 * `upload`: to the GPU; `compile`: shaders.
 */
export type ProgressPhase = "download" | "verify" | "convert" | "store" | "read" | "upload" | "compile";

/**
 * Phases overlap: a load from the network downloads, verifies, converts, stores and uploads at the same time, and each phase
 * counts its own bytes. A load that resumes an earlier one begins with the bytes that are there.
 */
export interface ProgressEvent {
  /** The phase these bytes belong to. */
  phase: ProgressPhase;
  /** So far. */
  loadedBytes: number;
  /** Of the whole phase. */
  totalBytes: number;
  /** Smoothed; 0 until known. */
  bytesPerSecond: number;
  /** Undefined until the speed is known. */
  secondsLeft?: number;
  /** The file or step at hand, for people. */
  detail?: string;
  /** Something a person should know, reported once: e.g. that a file changed on its server and is fetched again. */
  notice?: string;
}

const phases = ["download", "verify", "convert", "store", "read", "upload", "compile"] satisfies ProgressPhase[];

/** Of an event reported by another thread or tab. */
export const progressShape: Shape = object({
  phase: oneOf(...phases),
  loadedBytes: number,
  totalBytes: number,
  bytesPerSecond: number,
  secondsLeft: optional(number),
  detail: optional(text),
  notice: optional(text),
});

/** Called with the progress of a load. */
export type OnProgress = (event: ProgressEvent) => void;

const intervalMs = 200; // between two events: as often as figures can be read; not measured
const settlingMs = 3000; // speed changes show within about this time

/** Counts one phase's bytes, smooths the speed, and reports at most five times a second. */
export class ProgressMeter {
  readonly #phase: ProgressPhase;
  readonly #totalBytes: number;
  readonly #onProgress: OnProgress | undefined;
  readonly #now: () => number;
  #loadedBytes = 0;
  #bytesPerSecond = 0;
  #lastMs: number;
  #lastBytes = 0;

  constructor(
    phase: ProgressPhase,
    totalBytes: number,
    onProgress?: OnProgress,
    loadedBytes = 0, // of an earlier load that this one resumes
    now: () => number = () => performance.now(),
  ) {
    this.#phase = phase;
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
    this.#now = now;
    this.#lastMs = now();
    this.#loadedBytes = this.#lastBytes = loadedBytes;
    onProgress?.({ phase, loadedBytes, totalBytes, bytesPerSecond: 0 });
  }

  /** `count` may be negative: a retry takes back what it had counted. */
  add(count: number, detail?: string): void {
    this.#loadedBytes += count;
    const nowMs = this.#now();
    const elapsedMs = nowMs - this.#lastMs;
    const isDone = this.#loadedBytes >= this.#totalBytes && count > 0;
    if (elapsedMs < intervalMs && !isDone) return;
    if (elapsedMs > 0) {
      const speed = Math.max(0, (1000 * (this.#loadedBytes - this.#lastBytes)) / elapsedMs);
      const weight = this.#bytesPerSecond === 0 ? 1 : 1 - Math.exp(-elapsedMs / settlingMs);
      this.#bytesPerSecond += weight * (speed - this.#bytesPerSecond);
    }
    this.#lastMs = nowMs;
    this.#lastBytes = this.#loadedBytes;
    const leftBytes = Math.max(0, this.#totalBytes - this.#loadedBytes);
    this.#onProgress?.({
      phase: this.#phase,
      loadedBytes: this.#loadedBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond: Math.round(this.#bytesPerSecond),
      ...(this.#bytesPerSecond > 0 ? { secondsLeft: leftBytes / this.#bytesPerSecond } : {}),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
