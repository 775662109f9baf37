// How many steps to keep in flight: enough to hide the way of an id back to the host (100 ms in Firefox), few enough that
// a stop wastes little: about 100 ms of work.

export class RunAhead {
  static readonly most = 8;
  #depth: number;
  #averageMs = 0;
  readonly #fixed: boolean;

  /** With a depth given, that is what it stays. */
  constructor(fixed?: number) {
    this.#fixed = fixed !== undefined;
    this.#depth = Math.min(fixed ?? 2, RunAhead.most);
  }

  get depth(): number {
    return this.#depth;
  }

  /** `intervalMs`: time between two ids. Ids times depth is work in flight, or a latency that more depth will hide. */
  observe(intervalMs: number): void {
    if (this.#fixed) return;
    this.#averageMs = this.#averageMs ? 0.8 * this.#averageMs + 0.2 * intervalMs : intervalMs;
    const inFlightMs = this.#averageMs * this.#depth;
    if (inFlightMs < 130 && this.#depth < RunAhead.most) this.#depth++;
    else if (inFlightMs > 200 && this.#depth > 1) this.#depth--;
  }
}
