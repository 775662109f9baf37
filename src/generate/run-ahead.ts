// How many steps to keep in flight: enough to hide an id's way back to the host (100 ms in Firefox), few enough that a stop
// wastes little: about 100 ms of work, or one step.

// Too little work in flight, and too much. Not measured; chosen around the 100 ms above, with a gap in which the depth stays
// as it is.
const littleMs = 130;
const muchMs = 200;
// A step alone waits for its id; only beside one this long does that not matter. Not measured; chosen as three times the above.
const slowMs = 300;
const weightOfNewest = 0.2; // in the average: about the last five ids
const firstDepth = 2; // before anything is known

export class RunAhead {
  /** Not measured; chosen because each slot of the ring of ids is a buffer, and 100 ms of work is seldom more steps. */
  static readonly most = 8;
  #depth: number;
  #averageMs: number | undefined;
  readonly #fixed: boolean;

  /** A given depth stays fixed. */
  constructor(fixed?: number) {
    this.#fixed = fixed !== undefined;
    this.#depth = Math.min(fixed ?? firstDepth, RunAhead.most);
  }

  get depth(): number {
    return this.#depth;
  }

  /** `intervalMs`: time between two ids. Ids times depth is work in flight, or a latency that more depth will hide. */
  observe(intervalMs: number): void {
    if (this.#fixed) return;
    const older = this.#averageMs ?? intervalMs; // clocks may be as coarse as 100 ms: the newest alone says little
    this.#averageMs = older + weightOfNewest * (intervalMs - older);
    const inFlightMs = this.#averageMs * this.#depth;
    const least = this.#averageMs > slowMs ? 1 : 2;
    if (this.#depth < least || (inFlightMs < littleMs && this.#depth < RunAhead.most)) this.#depth++;
    else if (inFlightMs > muchMs && this.#depth > least) this.#depth--;
  }
}
