// What a GPU check is. Checks live in test/kernels/*.check.ts, run inside a page in each browser, and give a number that
// must stay within its limit; test/kernels/kernels.test.ts makes a test of each.

export interface CheckContext {
  /** Optional features this run must not use; pass them on to whatever opens the device. */
  without: readonly string[];
  /** The browser's adapter; throws if there is none. */
  requestAdapter(): Promise<GPUAdapter>;
  /** A file of the tests: `fixtures/...` (test/fixtures) or `shared/...` (../shared/data); throws if it is absent. */
  fetchBytes(path: string): Promise<Uint8Array>;
  /** Where cases differ only in size, a few will do: the others are tried in another browser, and in the long proofs. */
  fewSizes?: boolean;
  /** For checks of random cases. */
  proof?: ProofSize;
}

/** Cases `first` to `first + count` of a seed; without it a check takes its own slice. */
export interface ProofSize {
  count: number;
  seed: number;
  first?: number;
}

export interface CheckResult {
  /** max|a-b| / max|b| against the reference, unless the note says otherwise. NaN fails. */
  error: number;
  limit: number;
  note?: string;
}

export type RunCheck = (context: CheckContext) => Promise<CheckResult>;

/** With `variants`, the check runs once for each list of features to do without; otherwise once, with all features. */
export type Check = RunCheck | { run: RunCheck; variants: readonly (readonly string[])[] };

export type Checks = Record<string, Check>;

/** Names one run of one check. */
export interface CheckRun {
  file: string;
  name: string;
  without: readonly string[];
  fewSizes?: boolean;
  proof?: ProofSize;
}

export type CheckReport = CheckResult | { failure: string };

export interface FormatOrder {
  /** Of test/support/measured-formats.ts. */
  names: string[];
  shape: [rows: number, cols: number];
  rounds: number;
  /** Optional features that are not to be used. */
  without: string[];
}

export interface FormatFigures {
  /** "q4" first. */
  name: string;
  /** Of its codes and scales on the GPU. */
  bytes: number;
  /** max|a-b| / max|b| against float64. */
  error: number;
  /** Of each round: one product. */
  ms: number[];
  /** Of each round: one product of q4, just before. */
  q4Ms: number[];
}

/** The page's side of the harness, called from Node. */
export interface HarnessWindow {
  listChecks(): Promise<CheckRun[]>;
  runCheck(run: CheckRun): Promise<CheckReport>;
  /** For `npm run bench -- --format NAME`. */
  measureFormats(order: FormatOrder): Promise<FormatFigures[]>;
}
