// The thread that runs cases. It says in shared memory which case runs, and reports in batches.

import { parentPort, workerData } from "node:worker_threads";
import { watchAllocations } from "./allocations.ts";
import { runCase } from "./cases.ts";
import { fuzzReaders } from "./readers.ts";
import { addTo, emptyReport, type ReaderReport } from "./report.ts";

export interface Job {
  reader: string;
  from: number;
  to: number;
  /** Cases that did not end. */
  skip: number[];
}

export interface ThreadTask {
  jobs: Job[];
  seed: number;
  untilFailure: boolean;
  /** [place of the job, case] of what runs */
  running: Int32Array;
}

/** Of a job: what its cases since the last such message gave, and where it continues. */
export interface Progress {
  place: number;
  report: ReaderReport;
  next: number;
}

const batch = 500;

watchAllocations();
const { jobs, seed, untilFailure, running } = workerData as ThreadTask;
for (const [place, job] of jobs.entries()) await runJob(place, job);

async function runJob(place: number, { reader: name, from, to, skip }: Job): Promise<void> {
  const reader = fuzzReaders.find((one) => one.name === name)!;
  let report = emptyReport();
  for (let index = from; index < to; index++) {
    Atomics.store(running, 1, index);
    Atomics.store(running, 0, place);
    if (!skip.includes(index)) addTo(report, await runCase(reader, seed, index));
    const ends = index === to - 1 || (untilFailure && report.failed > 0);
    if (!ends && (index + 1 - from) % batch !== 0) continue;
    const progress: Progress = { place, report, next: ends ? to : index + 1 };
    parentPort!.postMessage(progress);
    report = emptyReport();
    if (ends) break;
  }
}
