// What an answer has come to: the ids given, what is reported about them, and how it ended. It outlives the machine.

import type { CacheHistory } from "./cache-history.ts";
import type { Likelihood } from "./likelihood.ts";
import type { GenerateRequest } from "./request.ts";
import type { GenerateStats, StopReason, Trace } from "./trace.ts";

/** What another engine had chosen. */
export function* givenAgain({ ids, likelihoods }: Trace, { onLikelihood }: GenerateRequest): Iterable<number> {
  for (const [i, id] of ids.entries()) {
    if (likelihoods?.[i]) onLikelihood?.(likelihoods[i]);
    yield id;
  }
}

/** What outlives the machine under a generation. */
export class Answer {
  readonly request: GenerateRequest;
  readonly stats: GenerateStats;
  readonly delivered: number[];
  /** The prompt was compared with what the cache holds. */
  isBegun = false;
  /** The device was lost under it, as its last error says or hides. */
  isLost = false;
  /** There was no memory for it beside others. */
  isCrowded = false;
  /** How what it had was computed, until that is computed again. */
  former: CacheHistory | undefined;
  readonly onLogits: GenerateRequest["onLogits"];
  readonly #end: (reason: StopReason) => void;
  #stopReason: StopReason | undefined;

  constructor(request: GenerateRequest, stats: GenerateStats, end: (reason: StopReason) => void) {
    this.request = request;
    this.stats = stats;
    this.#end = end;
    this.delivered = [...(request.known?.ids ?? [])];
    const { onLogits } = request;
    let told = -1;
    if (onLogits)
      this.onLogits = (position, row) => {
        if (position <= told) return; // computed again on another machine
        told = position;
        onLogits(position, row);
      };
  }

  end(stopReason: StopReason): void {
    this.#stopReason = stopReason;
    this.#end(stopReason);
  }

  /** What came is kept and reported before it is given. */
  *give(ids: readonly number[], likelihood?: Likelihood): Iterable<number> {
    for (const id of ids) {
      this.delivered.push(id);
      this.stats.generatedTokens++;
      this.trace([id], likelihood);
      yield id;
    }
  }

  /** Reports what came, and where the answer stands. */
  trace(ids: number[], likelihood?: Likelihood): void {
    const { request, stats, isBegun } = this;
    const likelihoods = likelihood && [likelihood];
    request.onTrace?.({ ids, likelihoods, stats: { ...stats }, isBegun, stopReason: this.#stopReason });
  }
}
