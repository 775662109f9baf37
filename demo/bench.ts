// The benchmark's page: one button, progress, then pictures and a report. The command line drives the same page through
// `pronkBench`, so what it prints is what a person would have seen here.

import { benchShapes, bytes, neededBytes, runBench, type BenchRequest } from "../src/bench/index.ts";
import { showResult } from "./bench-result.ts";
import { benchStrings as words } from "./bench-strings.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const shape = byId<HTMLSelectElement>("shape");
const start = byId<HTMLButtonElement>("start");
const progress = byId("progress");
const problem = byId("problem");
const result = byId("result");
const usualContext = 640; // what the usual prompt and answer need

startTheme(byId("theme"), byId("theme-label"));
for (const [name, config] of Object.entries(benchShapes)) {
  const size = bytes(neededBytes(config, "q4", Math.min(usualContext, config.contextLength)));
  shape.append(new Option(words.option(words.shapes[name] ?? name, size), name));
}
shape.value = "tinyllama-1.1b";
byId("order").addEventListener("submit", (event) => {
  event.preventDefault();
  void measure();
});
void lookAtAdapter();
Object.assign(globalThis, { pronkBench: runBench });

/** A processor that plays GPU takes minutes for a model that a GPU has in a second. */
async function lookAtAdapter(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (!adapter) {
    start.disabled = true;
    tell(words.noWebGpu);
  } else if (adapter.info?.isFallbackAdapter) shape.value = "tiny";
}

async function measure(): Promise<void> {
  const request: BenchRequest = {
    shape: shape.value,
    config: benchShapes[shape.value],
    quantize: "q4",
    kv: "f16",
    without: [],
  };
  start.disabled = shape.disabled = true;
  start.textContent = words.measuring;
  problem.hidden = result.hidden = true;
  progress.hidden = false;
  try {
    const report = await runBench(request, (what, share) => {
      byId("progress-words").textContent = what;
      byId<HTMLProgressElement>("progress-share").value = share;
    });
    showResult(result, report);
  } catch (error) {
    tell(words.failed((error as Error).message));
  } finally {
    progress.hidden = true;
    start.disabled = shape.disabled = false;
    start.textContent = words.again;
  }
}

function tell(message: string): void {
  problem.textContent = message;
  problem.hidden = false;
}
