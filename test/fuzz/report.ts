// What a run of the fuzzer says, for each reader and in total.

export interface ReaderReport {
  inputs: number;
  /** Inputs that got past what comes before everything else. */
  passedHeader: number;
  /** Inputs that were read; the others were refused, or failed. */
  read: number;
  failed: number;
  /** By the clock, or by processor time where that is over a second. */
  slowestMs: number;
  /** Largest allocation by size, and by how much the heap grew most in one case. */
  largestBytes: number;
  heapBytes: number;
  failures: string[];
}

export const emptyReport = (): ReaderReport => ({
  inputs: 0, passedHeader: 0, read: 0, failed: 0, slowestMs: 0, largestBytes: 0, heapBytes: 0, failures: [],
}); // prettier-ignore

const mostTold = 20; // failures by name; all are counted

export interface FuzzReport {
  runs: number;
  passed: number;
  failed: number;
  readers: Record<string, ReaderReport>;
}

export function addTo(sum: ReaderReport, part: ReaderReport): void {
  for (const key of ["inputs", "passedHeader", "read", "failed"] as const) sum[key] += part[key];
  for (const key of ["slowestMs", "largestBytes", "heapBytes"] as const) sum[key] = Math.max(sum[key], part[key]);
  sum.failures = [...sum.failures, ...part.failures].slice(0, mostTold);
}
