// A switch that holds a download: reads wait at it before a request and between two pieces of a body, so that bytes in
// flight are kept and nothing is asked for again.

export class PauseGate {
  #open: Promise<void> | undefined; // while paused: resolves on resume
  #release = () => {};

  get paused(): boolean {
    return this.#open !== undefined;
  }

  pause(): void {
    this.#open ??= new Promise((resolve) => (this.#release = resolve));
  }

  resume(): void {
    this.#open = undefined;
    this.#release();
  }

  /** Undefined while open; else a promise of the resume, which rejects with the signal's reason. */
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
}
