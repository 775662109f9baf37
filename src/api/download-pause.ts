// A switch that holds a download: reads wait at it before a request and between two pieces of a body, so that bytes in
// flight are kept and nothing is asked for again. What is stored meanwhile stays stored whatever happens.

import type { Gate } from "../source/gate.ts";

/** A switch that holds a download: `pause` and `resume` may be called any time, even before it begins. One may hold several. */
export class DownloadPause implements Gate {
  #open: Promise<void> | undefined; // while paused: resolves on resume
  #release = () => {};
  readonly #listeners = new Set<(paused: boolean) => void>();

  /** Whether it holds. */
  get paused(): boolean {
    return this.#open !== undefined;
  }

  /** Holds: what is under way waits, and nothing is asked for again. */
  pause(): void {
    if (this.#open) return;
    this.#open = new Promise((resolve) => (this.#release = resolve));
    this.#tell();
  }

  /** Lets it go on. */
  resume(): void {
    if (!this.#open) return;
    this.#open = undefined;
    this.#release();
    this.#tell();
  }

  /** For downloads: undefined while they may go on, else resolves when they may, or rejects with the signal's reason. */
  wait(signal?: AbortSignal): Promise<void> | undefined {
    const open = this.#open;
    if (!open) return undefined;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => reject(signal!.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      void open.then(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
    });
  }

  /** Calls `listener` at every change; returns what ends that. */
  subscribe(listener: (paused: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.paused);
  }
}
