// Who computes now: first come, first served. A call runs alone, or beside others if all of them share; a call that can't join
// waits until all have ended, and those behind it wait for it. Waiting ends early with the signal's reason.
// Those who run are told when others wait or join, to keep them from sitting there with nothing to do.

/** A call that runs. */
export interface Turn {
  /** As it was asked for. */
  readonly shares: boolean;
  /** Its number among those that run, the lowest that was free. */
  readonly index: number;
  /** Whether another has run beside it. */
  readonly wasShared: boolean;
  release(): void;
}

export interface TurnRequest {
  /** Whether it may run beside others that share; by default it runs alone. */
  shares?: boolean;
  signal?: AbortSignal;
  /** Called whenever somebody begins to wait or to run beside this call, and at once where that is so already. */
  onOthers?: () => void;
}

interface Running extends Turn {
  wasShared: boolean;
  readonly onOthers: () => void;
}

interface Waiting {
  request: TurnRequest;
  begin: (turn: Turn) => void;
}

export class Turns {
  #most = 1;
  readonly #running = new Set<Running>();
  readonly #waiting: Waiting[] = [];

  /** Lets so many calls run side by side; one until then. */
  widen(most: number): void {
    this.#most = most;
    this.#admit();
  }

  /** Whether any runs. */
  get isTaken(): boolean {
    return this.#running.size > 0;
  }

  /** Whether anybody waits for those that run. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether several run. */
  get isShared(): boolean {
    return this.#running.size > 1;
  }

  async acquire(request: TurnRequest = {}): Promise<Turn> {
    request.signal?.throwIfAborted();
    return !this.isWanted && this.#fits(request) ? this.#begin(request) : this.#wait(request);
  }

  #fits({ shares }: TurnRequest): boolean {
    if (this.#running.size === 0) return true;
    if (!shares || this.#running.size >= this.#most) return false;
    return [...this.#running].every((other) => other.shares);
  }

  #begin({ shares = false, onOthers = () => {} }: TurnRequest): Turn {
    const taken = new Set([...this.#running].map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index++;
    const release = () => {
      this.#running.delete(running);
      this.#admit();
    };
    const running: Running = { shares, index, wasShared: false, onOthers, release };
    this.#running.add(running);
    if (this.isShared) {
      for (const one of this.#running) one.wasShared = true;
      this.#tell();
    } else if (this.isWanted) onOthers();
    return running;
  }

  /** Lets those that have waited longest begin, as far as they may. */
  #admit(): void {
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0].request)) {
      const { request, begin } = this.#waiting.shift()!;
      begin(this.#begin(request));
    }
  }

  #tell(): void {
    for (const { onOthers } of this.#running) onOthers();
  }

  #wait(request: TurnRequest): Promise<Turn> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        request,
        begin: (turn) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(turn);
        },
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal!.reason);
        this.#admit();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#tell();
    });
  }
}
