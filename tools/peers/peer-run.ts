// What every engine, pronk included, is asked here, and what it answers.

import type { GpuCalls } from "../../src/bench/index.ts";

export interface PeerRequest {
  promptIds: number[];
  /** Ids to generate, the first by the prompt's own step. */
  tokens: number;
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
}

export interface ComparedRun extends PeerRun {
  /** Its ids are those expected. */
  right: boolean;
  expected: number[];
}
