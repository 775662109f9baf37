// Where a chat stands, as one tagged value that the views draw from.

import type { ProgressEvent, ProgressPhase, StoredModel, Usage } from "../../index.ts";
import type { InspectedModel } from "./engine-factory.ts";

export type SessionState =
  | { name: "empty" } // no model chosen
  | { name: "idle" } // chosen, nothing fetched
  | { name: "inspecting"; behind?: true } // `behind`: first an answer ends that the model before is still giving
  | { name: "weights"; summary: InspectedModel } // waits for the choice between several; none was asked for
  | { name: "license"; summary: InspectedModel } // waits for accept or decline; no weight was asked for
  | { name: "loading"; progress: LoadProgress }
  | { name: "ready" }
  | { name: "answering" }
  | { name: "failed"; error: Error; stored?: readonly StoredModel[] }; // the load failed or the engine was lost; turns are kept. `stored`: where room can be made

/** The phases seen so far in order, and the newest event. */
export interface LoadProgress {
  phases: readonly ProgressPhase[];
  latest?: ProgressEvent;
  /** The person holds the download. */
  paused?: boolean;
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
