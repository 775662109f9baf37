// Who proposes the ids that may come next. A draft is checked in one step; what is chosen never depends on it.

import type { GenerateRequest } from "./request.ts";

/** Ids of a draft, the longer first: a plan for each. */
export const draftSizes = [7, 3] as const;

/** Of one answer. */
export interface DraftSource {
  /** How many ids there are, prompt and answer, when the next draft may come; until then steps may run ahead. */
  readonly restsUntil: number;
  /**
   * Ids to be checked behind the prompt and `answer`, as many as a plan takes and at most `room`; none where there is no draft
   * now. `ahead`: steps that would be in flight without one.
   */
  next(answer: readonly number[], room: number, ahead: number): readonly number[] | Promise<readonly number[]>;
  /** Says how many ids of the last draft were right, and how long it took to check it, in milliseconds. */
  learn(right: number, checkMs: number): void;
  /** Says how long a token took that was not drafted, in milliseconds. */
  observe(tokenMs: number): void;
}

export type BeginDrafts = (request: GenerateRequest) => DraftSource;
