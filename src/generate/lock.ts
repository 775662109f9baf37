// A queue of one: whoever acquires runs alone until release; waiting ends early with the signal's reason.

export class Lock {
  #tail: Promise<void> = Promise.resolve();

  async acquire(signal?: AbortSignal): Promise<() => void> {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const turn = this.#tail;
    this.#tail = turn.then(() => held);
    try {
      await (signal ? Promise.race([turn, aborted(signal)]) : turn);
      signal?.throwIfAborted();
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}
