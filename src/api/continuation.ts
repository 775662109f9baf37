// What an engine reports while it runs, for another to take up if it dies without a word: worker/ carries it from one to
// the other. None of it is public; options and engines without it are as good.

import type { CacheHistory, HistoryState } from "../generate/cache-history.ts";
import type { Trace, TraceEvent } from "../generate/trace.ts";
import type { Variants } from "../gpu/variants.ts";
import type { RequestOptions } from "./completion-request.ts";
import type { EngineCalls, EngineInfo } from "./surface.ts";

/** What another engine must be like to give the same numbers. */
export type Likeness = EngineInfo & { variants: Variants };

/** An engine that was lost, for one that takes its place. */
export interface Predecessor {
  like: Likeness;
  history: HistoryState;
}

/** An engine that another can take over from. */
export interface ContinuableEngine extends EngineCalls {
  readonly continuation?: {
    readonly history: CacheHistory;
    /** As it is now: another GPU may have come. */
    like(): Likeness;
  };
}

/** A call's options, with how far another engine had got with it, answer by answer. */
export interface ContinuableOptions extends RequestOptions {
  known?: readonly Trace[];
  /** `answer`: which of the call's. */
  onTrace?: (answer: number, event: TraceEvent) => void;
}
