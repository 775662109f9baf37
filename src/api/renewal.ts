// What is lost is made again: at once, then after growing waits, up to a bound. Between losses it is the thing itself; whoever
// asks during one waits. Knows nothing of what it makes: an engine's half on the GPU, or a worker with an engine in it.

import { PronkError, type PronkErrorCode } from "../errors.ts";
import { beforeAbort, pause } from "../waiting.ts";

/** Something that may be lost. */
export interface Losable {
  /** Rejects when it is lost, with the PronkError that says so; otherwise never settles. */
  readonly lost: Promise<never>;
  /** Lets go of what it holds; also of one that is lost. */
  release(): void;
}

/** Told while an engine recovers from a loss: `recovering` once for each, when streams stop, then one of the others. */
export type RecoveryEvent =
  | {
      /** It asks for another. */
      state: "recovering";
      /** What was lost. */
      code: PronkErrorCode;
      /** The loss in words. */
      message: string;
    }
  | {
      /** Streams go on. */
      state: "recovered";
      /** How many attempts it took. */
      attempts: number;
      /** Milliseconds since the loss. */
      waitedMs: number;
    }
  | {
      /** It is given up: `engine.ended` is aborted. */
      state: "failed";
      /** What was lost. */
      code: PronkErrorCode;
      /** The loss, and why it could not be undone, in words. */
      message: string;
    };

export interface RenewalOptions<Thing> {
  /** Makes another; absent where a loss is the end. */
  renew?: (signal: AbortSignal) => Promise<Thing>;
  onEvent?: (event: RecoveryEvent) => void;
  /** Nothing more will be made. Called once. */
  onEnd: (error: unknown) => void;
  clock?: Clock;
}

export interface Clock {
  now(): number; // ms
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Before each attempt; the last stands for all further ones. */
const waitsMs = [0, 500, 1000, 2000, 4000, 8000, 15_000] as const;
/** In waits: a browser whose GPU process crashed often gives no adapter for about two minutes. */
export const patienceMs = 180_000;
/** Of attempts that were themselves lost: the third time, it is the work that causes it. */
export const mostLosses = 3;
/** What lived this long was well, whatever it did: its loss has nothing to do with the one before. */
const settledMs = 60_000;

/** What was spent since something was well. */
interface Spent {
  attempts: number;
  waitedMs: number;
  losses: number;
}

const nothingSpent = (): Spent => ({ attempts: 0, waitedMs: 0, losses: 0 });

export interface Patience {
  signal: AbortSignal;
  onEvent?: (event: RecoveryEvent) => void;
  clock?: Clock;
  spent?: Spent;
}

/** Makes what was lost, with patience. Rejects with the loss, and why it could not be undone, or with the signal's reason. */
export async function makeAgain<Thing>(
  loss: PronkError,
  make: (signal: AbortSignal) => Promise<Thing>,
  { signal, onEvent, clock = wallClock, spent = nothingSpent() }: Patience,
): Promise<Thing> {
  const lostMs = clock.now();
  const giveUp = (failure: unknown) => {
    const error = gaveUp(loss, failure, spent.attempts);
    onEvent?.({ state: "failed", code: error.code, message: error.message });
    return error;
  };
  onEvent?.({ state: "recovering", code: loss.code, message: loss.message });
  for (let failure: unknown = loss; ;) {
    const waitMs = waitsMs[Math.min(spent.attempts, waitsMs.length - 1)];
    if (spent.waitedMs + waitMs > patienceMs || spent.losses >= mostLosses) throw giveUp(failure);
    spent.waitedMs += waitMs;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    signal.throwIfAborted();
    spent.attempts++;
    try {
      const made = await make(signal);
      onEvent?.({ state: "recovered", attempts: spent.attempts, waitedMs: clock.now() - lostMs });
      return made;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw giveUp(error);
      if (isLoss(error) && mayBeOfWork(error)) spent.losses++;
      failure = error;
    }
  }
}

const losses: PronkErrorCode[] = ["device-lost", "worker-lost", "leader-closed"];

/** Whether the error says that a device, a worker or the tab that led is gone. */
export function isLoss(error: unknown): error is PronkError {
  return error instanceof PronkError && losses.includes(error.code);
}

/** A closed tab is no sign against the work done in it, nor is a worker whose script did not arrive. */
const mayBeOfWork = ({ code, facts }: PronkError) => code !== "leader-closed" && facts.started !== false;

/** What may be different at another attempt. A file that is missing, or not what it was, will not be. */
function mayPass(error: unknown): boolean {
  const passing: PronkErrorCode[] = ["adapter-missing", "out-of-memory", "network"];
  if (!(error instanceof PronkError)) return false;
  const wasTriedToItsEnd = error.facts.attempts !== undefined;
  return !wasTriedToItsEnd && [...losses, ...passing].includes(error.code);
}

function gaveUp(loss: PronkError, failure: unknown, attempts: number): PronkError {
  const why = failure instanceof Error && failure !== loss ? failure.message : "it is lost again each time";
  const facts = { ...loss.facts, attempts, failed: failure instanceof PronkError ? failure.code : undefined };
  const message = `${loss.message} It did not come back by itself (attempts: ${attempts}): ${why}`;
  return new PronkError(loss.code, message, facts, { cause: failure });
}

export class Renewal<Thing extends Losable> {
  readonly #options: RenewalOptions<Thing>;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  #present: Promise<Thing>;
  #thing: Thing | undefined; // none while one is made
  #bornMs = 0;
  #proven: Thing | undefined;
  #spent = nothingSpent();

  constructor(first: Thing, options: RenewalOptions<Thing>) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock;
    this.#present = Promise.resolve(first);
    this.#watch(first);
  }

  /** The thing to use now. Rejects when there will be none, or with the signal's reason. */
  current(signal?: AbortSignal): Promise<Thing> {
    return beforeAbort(this.#present, signal);
  }

  /** It did its work: whatever takes it later is a different fault from what took the one before. */
  proved(thing: Thing): void {
    this.#proven = thing;
  }

  /** Ends it, and any waiting at once; whoever asks gets the reason. What is being made is released when it comes. */
  end(reason: unknown): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason);
    this.#thing?.release();
    this.#present = Promise.reject(reason);
    this.#present.catch(() => {}); // reported to whoever asks
  }

  #watch(thing: Thing): void {
    this.#thing = thing;
    this.#bornMs = this.#clock.now();
    thing.lost.catch((loss: PronkError) => {
      if (this.#end.signal.aborted) return;
      this.#thing = undefined;
      thing.release();
      const wasWell = thing === this.#proven || this.#clock.now() - this.#bornMs >= settledMs;
      if (wasWell) this.#spent = nothingSpent();
      else if (mayBeOfWork(loss)) this.#spent.losses++;
      this.#present = this.#renew(loss);
      this.#present.catch(() => {}); // reported to whoever asks
    });
  }

  async #renew(loss: PronkError): Promise<Thing> {
    const { renew, onEvent, onEnd } = this.#options;
    const { signal } = this.#end;
    try {
      if (!renew) throw loss;
      const patience = { signal, onEvent, clock: this.#clock, spent: this.#spent };
      const made = await makeAgain(loss, renew, patience);
      if (signal.aborted) made.release();
      signal.throwIfAborted();
      this.#watch(made);
      return made;
    } catch (error) {
      signal.throwIfAborted();
      this.#end.abort(error);
      onEnd(error);
      throw error;
    }
  }
}

const wallClock: Clock = {
  now: () => performance.now(),
  sleep: pause,
};
