// Where a chat stands, as one tagged value that the views draw from.

import type { ProgressEvent, ProgressPhase, StoredModel, Usage } from "../../index.ts";
import type { InspectedModel } from "./engine-factory.ts";

/** Where a chat stands. Turns are kept in any of these. */
export type SessionState =
  | {
      /** No model is chosen. */
      name: "empty";
    }
  | {
      /** One is chosen, and nothing fetched. */
      name: "idle";
    }
  | {
      /** The model is inspected. */
      name: "inspecting";
      /** The previous model is still giving an answer, which ends first. */
      behind?: true;
      /** The server has not been heard from for some seconds. */
      silent?: true;
    }
  | {
      /** Waits for a choice between several sets; none was requested. */
      name: "weights";
      /** What there is. */
      summary: InspectedModel;
    }
  | {
      /** Waits for accept or decline; no weight was requested. */
      name: "license";
      /** The model that asks for it. */
      summary: InspectedModel;
    }
  | {
      /** Asks whether a server may answer; nothing was sent there. */
      name: "elsewhere";
      /** Why this device does not. */
      why: Error;
      /** The server's, without secrets. */
      address: string;
    }
  | {
      /** The engine is being made. */
      name: "loading";
      /** How far it is. */
      progress: LoadProgress;
    }
  | {
      /** Waits for a question. */
      name: "ready";
    }
  | {
      /** An answer is being written. */
      name: "answering";
    }
  | {
      /** The load failed, or the engine was lost. */
      name: "failed";
      /** Why. */
      error: Error;
      /** Models whose deletion would make room. */
      stored?: readonly StoredModel[];
    };

/** The phases seen so far in order, and the newest event. */
export interface LoadProgress {
  phases: readonly ProgressPhase[];
  latest?: ProgressEvent;
  /** The person has paused the download. */
  paused?: boolean;
  /** The server has not been heard from for some seconds. */
  silent?: boolean;
}

/** Phases overlap; the one that is shown stays until it has all its bytes, so that the panel does not flicker. */
export function withEvent(progress: LoadProgress, event: ProgressEvent): LoadProgress {
  const { latest } = progress;
  if (latest && latest.phase !== event.phase && latest.loadedBytes < latest.totalBytes) return progress;
  const known = progress.phases.includes(event.phase);
  return { ...progress, phases: known ? progress.phases : [...progress.phases, event.phase], latest: event };
}

/** The text of a model without dialogue, and the part that the last run added. */
export interface Continuation {
  text: string;
  /** Where the newest continuation starts; undefined before the first. */
  addedFrom?: number;
  usage?: Usage;
  contextFull: boolean;
  error?: Error;
}
