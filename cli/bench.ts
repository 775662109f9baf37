// `npm run bench`: the benchmark of src/bench in a headless browser, through the page that people use, or in Node. stdout
// holds the report (with --json one object and nothing else), stderr the progress.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BenchReport, OnBenchProgress } from "../src/bench/index.ts";
import { reportText } from "../src/bench/report-text.ts";
import { type BenchFlags, readFlags, usage } from "./bench-flags.ts";
import { benchInBrowser } from "./bench-page.ts";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import type { BrowserKind } from "./browser/find-browser.ts";
import { tellFailure } from "./engine-failure.ts";
import { driverVariables, provideWebGpu, startAgain } from "./node-runtime.ts";
import { outputFolder } from "./built.ts";

console.log = console.info = console.debug = console.error; // whatever a library says, stdout stays clean
const started = performance.now();
const log = (line: string) =>
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);

let failed = false;
try {
  const flags = readFlags(process.argv.slice(2));
  if (flags) await bench(flags);
  else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  failed = true;
}
process.exit(failed ? 1 : 0); // Dawn in Node keeps the process alive

async function bench(flags: BenchFlags): Promise<void> {
  const report = await (flags.runtime === "node" ? inNode(flags) : inBrowser(flags));
  const text = flags.json ? JSON.stringify(report) : reportText(report);
  await new Promise((written) => process.stdout.write(`${text}\n`, written)); // a pipe may be slow
  if (!report.check.ok) {
    const { largestError, allowedError, changedTop } = report.check;
    log(`WRONG: logits are off by ${largestError} (allowed ${allowedError}), ${changedTop} top tokens changed`);
    failed = true;
  }
}

interface TracedReport extends BenchReport {
  runtime: string;
  browser: string;
}

async function inNode({ request, dawn, runtime }: BenchFlags): Promise<TracedReport> {
  const missing = driverVariables(adapterFromEnvironment("auto"));
  if (missing) startAgain(missing);
  const finerClock = "disable-dawn-features=timestamp_quantization"; // browsers round to 0.1 ms, nobody is at risk here
  await provideWebGpu([finerClock, ...(dawn.length > 0 ? [`enable-dawn-features=${dawn.join()}`] : [])]);
  const { runBench } = await import(pathToFileURL(join(outputFolder.library, "bench.js")).href);
  const onProgress: OnBenchProgress = (words) => log(words);
  const report: BenchReport = await runBench(request, onProgress);
  return {
    ...report,
    runtime,
    browser: `Node ${process.versions.node}, Dawn${dawn.map((name) => ` ${name}`).join("")}`,
  };
}

async function inBrowser({ request, runtime }: BenchFlags): Promise<TracedReport> {
  return { runtime, ...(await benchInBrowser(runtime as BrowserKind, request, log)) };
}
