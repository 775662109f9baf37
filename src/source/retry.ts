// Waiting and trying again: exponential backoff with jitter, the wait that a server asks for in Retry-After, and no hurry
// while the browser says it is offline. Whoever throws `Passing` decides what is worth another try.

import { pause } from "../waiting.ts";

/** How long the network is given. Times in ms. */
export interface Patience {
  /** Tries in a row that bring no new byte. */
  attempts: number;
  /** Before the second try; doubles from then on. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** A request without an answer, or a body without a byte, for this long counts as broken. */
  stallMs: number;
}

/** About 15 s of waiting in all: enough to outlast a router that restarts, while a server that is gone is reported soon. */
export const usualPatience: Patience = { attempts: 6, firstWaitMs: 500, longestWaitMs: 16_000, stallMs: 30_000 };

const longestAskedMs = 120_000; // of a Retry-After; for a longer wait a person should decide
const offlineWaitMs = 60_000; // for the browser to be online again, in each wait

/** A failure that may pass. `error` is what the caller sees when it does not. */
export class Passing extends Error {
  readonly error: Error;
  /** What the server asked for. */
  readonly askedMs: number | undefined;
  /** Whether there was some progress before the failure: the count of tries then starts over. */
  readonly progressed: boolean;

  constructor(error: Error, { askedMs, progressed = false }: { askedMs?: number; progressed?: boolean } = {}) {
    super(error.message, { cause: error });
    this.error = error;
    this.askedMs = askedMs;
    this.progressed = progressed;
  }
}

/** Runs `work` until it gives a result, throws something other than `Passing`, or patience runs out. */
export async function withRetries<Result>(
  patience: Patience,
  signal: AbortSignal | undefined,
  work: (isLast: boolean) => Promise<Result>,
): Promise<Result> {
  for (let failures = 0; ;) {
    try {
      return await work(failures + 1 >= patience.attempts);
    } catch (failure) {
      signal?.throwIfAborted();
      if (!(failure instanceof Passing)) throw failure;
      failures = failure.progressed ? 1 : failures + 1;
      if (failures >= patience.attempts || (failure.askedMs ?? 0) > longestAskedMs) throw failure.error;
      await pause(waitMs(failures, failure.askedMs, patience), signal);
      await online(signal);
    }
  }
}

/** At least what the server asked for; otherwise doubling, with half of it random to spread many clients out. */
function waitMs(failures: number, askedMs: number | undefined, { firstWaitMs, longestWaitMs }: Patience): number {
  if (askedMs !== undefined) return askedMs * (1 + Math.random() / 10);
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** Seconds or a date, as HTTP allows; undefined for anything else. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

async function online(signal: AbortSignal | undefined): Promise<void> {
  if (globalThis.navigator?.onLine !== false || !("addEventListener" in globalThis)) return;
  const back = new AbortController();
  const wake = () => back.abort();
  globalThis.addEventListener("online", wake, { once: true });
  await pause(offlineWaitMs, signal ? AbortSignal.any([signal, back.signal]) : back.signal).catch(() => {});
  globalThis.removeEventListener("online", wake);
  signal?.throwIfAborted();
}

/** Ends a request that has gone silent: `touch` at every sign of life, `signal` into fetch. */
export class StallWatch {
  readonly signal: AbortSignal;
  readonly #stall = new AbortController();
  readonly #stallMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stallMs: number, signal?: AbortSignal) {
    this.#stallMs = stallMs;
    this.signal = signal ? AbortSignal.any([signal, this.#stall.signal]) : this.#stall.signal;
    this.touch();
  }

  touch(): void {
    clearTimeout(this.#timer);
    const silence = new Error(`nothing came for ${this.#stallMs / 1000} seconds`);
    this.#timer = setTimeout(() => this.#stall.abort(silence), this.#stallMs);
  }

  /** For when nothing is expected: the caller has paused the download, or the request is over. */
  rest(): void {
    clearTimeout(this.#timer);
  }
}
