// A queue of one: whoever acquires runs alone until release; waiting ends early with the signal's reason. The holder is told
// when others wait, to keep it from sitting on the lock with nothing to do.

export class Lock {
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;
  #onWanted = () => {}; // the holder's

  /** Whether anybody waits for the holder. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** `onWanted` is called whenever somebody begins to wait for this holder, and at once where somebody waits already. */
  async acquire(signal?: AbortSignal, onWanted = () => {}): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#isHeld) await this.#turn(signal);
    this.#isHeld = true;
    this.#onWanted = onWanted;
    if (this.isWanted) onWanted();
    return () => {
      this.#onWanted = () => {};
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isHeld = false;
    };
  }

  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(begin);
      this.#onWanted();
    });
  }
}
