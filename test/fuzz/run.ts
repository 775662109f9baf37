// Runs the fuzzer: each reader's cases in a thread with its own memory, watched from here. A case that does not end is ended
// and counts as a failure, with its number, and the rest continues.

import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { fuzzReaders } from "./readers.ts";
import { addTo, emptyReport, type FuzzReport, type ReaderReport } from "./report.ts";
import type { Job, Progress, ThreadTask } from "./thread.ts";

export interface FuzzOptions {
  /** Cases in all, shared among the readers. */
  count: number;
  seed: number;
  /** One reader alone; it gets all of `count`. */
  only?: string;
  /** A reader is left at its first failure. */
  untilFailure?: boolean;
}

const hangMs = 20_000; // of the clock, on a machine that may be busy; a case that ends is judged by its processor time
const memoryMb = 512; // of a thread
const mostLost = 5; // threads, before a reader is left
const leastPassed = 0.3; // of the inputs must get past the header
const enoughInputs = 200; // to say so

export async function runFuzz({ count, seed, only, untilFailure = false }: FuzzOptions): Promise<FuzzReport> {
  const readers = fuzzReaders.filter(({ name }) => only === undefined || name === only);
  if (readers.length === 0)
    throw new Error(
      `There is no reader "${only}"; those there are: ${fuzzReaders.map(({ name }) => name).join(", ")}.`,
    );
  const jobs = readers.map(({ name }, place): Job => {
    const to = Math.floor(count / readers.length) + (place < count % readers.length ? 1 : 0);
    return { reader: name, from: 0, to, skip: [] };
  });
  const reports = Object.fromEntries(readers.map(({ name }) => [name, emptyReport()]));
  await runJobs(jobs, { seed, untilFailure, reports });
  for (const [name, found] of Object.entries(reports)) {
    const { inputs, passedHeader } = found;
    if (inputs < enoughInputs || passedHeader >= leastPassed * inputs) continue;
    found.failed++;
    found.failures.push(`${name}: only ${passedHeader} of ${inputs} inputs pass the header`);
  }
  const sum = (key: "inputs" | "failed") => Object.values(reports).reduce((total, one) => total + one[key], 0);
  return { runs: sum("inputs"), passed: sum("inputs") - sum("failed"), failed: sum("failed"), readers: reports };
}

/** All jobs in one thread; if it is lost, the rest of them in the next. */
async function runJobs(
  jobs: Job[],
  { seed, untilFailure, reports }: { seed: number; untilFailure: boolean; reports: Record<string, ReaderReport> },
): Promise<void> {
  for (;;) {
    const left = jobs.filter(({ from, to, skip }) => from < to && skip.length < mostLost);
    if (left.length === 0) return;
    const running = new Int32Array(new SharedArrayBuffer(8));
    running.fill(-1);
    const lost = await runThread({ jobs: left, seed, untilFailure, running }, ({ place, report, next }) => {
      addTo(reports[left[place].reader], report);
      left[place].from = next;
    });
    if (lost === undefined && left.every(({ from, to }) => from >= to)) return;
    const [place, index] = running;
    if (place < 0) throw new Error(`The thread does not start: ${lost}`);
    const { reader, skip } = left[place];
    skip.push(index);
    const report = reports[reader];
    report.inputs++;
    report.failed++;
    report.failures.push(`${reader}, case ${index} of seed ${seed}: ${lost ?? "it waits for ever"}`);
    if (untilFailure) return;
  }
}

/** Undefined if the thread finished; else why it did not. */
async function runThread(task: ThreadTask, onProgress: (progress: Progress) => void): Promise<string | undefined> {
  const worker = new Worker(start, {
    eval: true,
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  let end: { lost: string | undefined } | undefined;
  worker.on("message", onProgress);
  worker.once("error", (error: Error) => (end ??= { lost: error.stack ?? String(error) }));
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", (code) => {
      end ??= { lost: code === 0 ? undefined : `its thread ended with ${code}` };
      resolve();
    });
  });
  let seen = "";
  let sinceMs = performance.now();
  while (!end) {
    await Promise.race([exited, wait(200, undefined, { ref: false })]);
    const now = task.running.join();
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
    else if (performance.now() - sinceMs > hangMs) end ??= { lost: `it does not end (${hangMs / 1000} s)` };
  }
  await worker.terminate();
  return end.lost;
}

// A thread does not inherit tsx, and Node doesn't know Vite's `?raw`. The thread imports both before its file.
const shaderText = `export async function load(url, context, next) {
  if (!/\\.wgsl(\\?|$)/.test(url)) return next(url, context);
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(new URL(url.split("?")[0]), "utf8");
  return { format: "module", shortCircuit: true, source: "export default " + JSON.stringify(text) };
}`;
const start = `import("tsx/esm/api").then(({ register }) => {
  register();
  require("node:module").register("data:text/javascript," + encodeURIComponent(${JSON.stringify(shaderText)}));
  return import(${JSON.stringify(new URL("./thread.ts", import.meta.url).href)});
})`;
