// The benchmark's page: one button, progress, then pictures and a report. The command line drives the same page through
// `pronkBench`, so what it prints is what a person would have seen here.

import { type BenchReport, type BenchRequest, benchShapes, neededBytes, runBench } from "../src/bench/index.ts";
import { bytes } from "./bench-numbers.ts";
import { showResult } from "./bench-result.ts";
import { startLanguage } from "./page-language.ts";
import { pageStrings as strings } from "./page-words.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const shape = byId<HTMLSelectElement>("shape");
const start = byId<HTMLButtonElement>("start");
const progress = byId("progress");
const problem = byId("problem");
const result = byId("result");
const names: Record<string, string> = {
  "tinyllama-1.1b": "TinyLlama 1.1B",
  "llama-2-7b": "Llama 2 7B",
  "llama-2-13b": "Llama 2 13B",
  "llama-2-70b": "Llama 2 70B",
};
const usualContext = 640; // what the usual prompt and answer need

for (const name of Object.keys(benchShapes)) shape.append(new Option(name, name));
shape.value = "tinyllama-1.1b";
const showTheme = startTheme(byId("theme"), byId("theme-label"));
let measured: BenchReport | undefined;
let told = () => "";
let asked = false;
void startLanguage(byId<HTMLSelectElement>("language"), () => {
  showTheme();
  for (const option of shape.options) option.text = nameOf(option.value);
  start.textContent = startWords();
  problem.textContent = told();
  if (measured) showResult(result, measured);
});
byId("order").addEventListener("submit", (event) => {
  event.preventDefault();
  void measure();
});
void lookAtAdapter();
Object.assign(globalThis, { pronkBench: runBench });

/** A CPU emulating a GPU takes minutes over a model that takes a GPU a second. */
async function lookAtAdapter(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (!adapter) {
    start.disabled = true;
    tell(() => strings.bench.noWebGpu);
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
  problem.hidden = result.hidden = true;
  progress.hidden = false;
  start.textContent = startWords();
  try {
    measured = undefined;
    measured = await runBench(request, (what, share) => {
      byId("progress-words").textContent = progressWords(what);
      byId<HTMLProgressElement>("progress-share").value = share;
    });
    showResult(result, measured);
  } catch (error) {
    tell(() => strings.bench.failed((error as Error).message));
  } finally {
    progress.hidden = true;
    start.disabled = shape.disabled = false;
    asked = true;
    start.textContent = startWords();
  }
}

function tell(words: () => string): void {
  told = words;
  problem.textContent = words();
  problem.hidden = false;
}

function nameOf(name: string): string {
  const config = benchShapes[name];
  const size = bytes(neededBytes(config, "q4", Math.min(usualContext, config.contextLength)));
  return strings.bench.option(names[name] ?? strings.bench.tiny, size);
}

function startWords(): string {
  const { measure: first, measuring, again } = strings.bench;
  if (!progress.hidden) return measuring;
  return asked ? again : first;
}

function progressWords(what: string): string {
  const numbers = what.match(/\d+/g) ?? [];
  const words = strings.bench.progress[what.replace(/\d+/g, "#")] ?? what;
  return words.replace(/#/g, () => numbers.shift() ?? "");
}
