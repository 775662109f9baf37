// What every engine, pronk included, is asked here, and what it answers.

import type { GpuCalls } from "../../src/bench/index.ts";

export interface PeerRequest {
  promptIds: number[];
  /** Ids to generate, the first by the prompt's own step. */
  tokens: number;
  /** Prompts of as many answers at once, of `tokens` each; none: not timed. */
  atOnce: number[][];
}

/** Several answers, asked for at the same time. */
export interface AtOnce {
  /**
   * How the engine answers them: each as it comes, in common steps; as one batch, whose prompts are of one length and begin
   * together; or one after the other, where it holds one sequence.
   */
  way: "in common steps" | "as one batch" | "one after the other";
  /** Until the last has ended. */
  ms: number;
  /** Of each. */
  ids: number[][];
}

export interface PeerRun {
  engine: string;
  version: string;
  loadMs: number;
  prefillMs: number;
  /** The fastest decode step of a peer; pronk's average in its fastest run, which is no less. */
  tokenMs: number;
  ids: number[];
  /** undefined where it could not be counted. */
  perToken?: Partial<GpuCalls>;
  gpuBytes: number;
  atOnce?: AtOnce;
}

export interface ComparedRun extends PeerRun {
  /** Its ids are those expected. */
  right: boolean;
  expected: number[];
  /** Whether those of the answers at once are. */
  rightAtOnce: boolean;
}
