// `npm run eval`: what a model's predictions are worth, measured by src/eval in a headless browser or in Node. stdout holds the
// result (with --json one object and nothing else), stderr the progress.

import { basename, dirname } from "node:path";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import { tellFailure } from "./engine-failure.ts";
import { type EvalFlags, readFlags, usage } from "./eval-flags.ts";
import type { EvalModel, EvalResult, Measurement } from "./eval-request.ts";
import type { ModelPlace } from "./model-place.ts";
import { driverVariables, openNodeRunner, startAgain } from "./node-runtime.ts";
import type { Runner } from "./run-in-page.ts";
import { openRunner } from "./runner.ts";

console.log = console.info = console.debug = console.error; // whatever a library says, stdout stays clean
const log = (line: string) => console.error(line);

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags) await evaluate(flags);
  else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0); // Dawn in Node keeps the process alive

async function evaluate({ runtime, request, json, ...places }: EvalFlags): Promise<void> {
  const adapter = adapterFromEnvironment("auto");
  const missing = runtime === "node" ? driverVariables(adapter) : undefined;
  if (missing) startAgain(missing);
  const runner = runtime === "node" ? await openNodeRunner(log) : await openRunner(runtime, { adapter, log });
  try {
    const model = modelFor(runner, places.model, places.options, places.tokenizer);
    const others = places.beside.map(({ place, options }) => modelFor(runner, place, options, places.tokenizer));
    const beside = others.length > 0 ? others : undefined;
    const against = places.against && modelFor(runner, places.against, places.againstOptions, places.tokenizer);
    const result = await runner.evaluate({ ...request, model, beside, against });
    const text = json ? JSON.stringify(result) : textOf(result);
    await new Promise((done) => process.stdout.write(`${text}\n`, done)); // a pipe may be slow
  } finally {
    await runner[Symbol.asyncDispose]();
  }
}

function modelFor(
  runner: Runner,
  place: ModelPlace,
  options: EvalModel["options"],
  tokenizer: ModelPlace | undefined,
): EvalModel {
  const urlOf = (one: ModelPlace) => {
    if ("reference" in one) return one.reference;
    // A GGUF's tokenizer.json may lie beside it.
    if (!/\.gguf$/i.test(one.path)) return runner.serve(one.path);
    return runner.serve(dirname(one.path)) + encodeURIComponent(basename(one.path));
  };
  const name = tokenizer && basename("path" in tokenizer ? tokenizer.path : tokenizer.reference);
  return { url: urlOf(place), options, tokenizer: tokenizer && { name: name!, url: urlOf(tokenizer) } };
}

/** For people: a line for each number; of several models a line for each. */
function textOf({ beside, ...first }: EvalResult): string {
  if (beside) return tableOf([first, ...beside]);
  const { items, adapter, against, ...numbers } = first as typeof first & { items?: unknown[] };
  const rows = Object.entries({
    ...numbers,
    ...(items && { items: items.length }),
    adapter: adapter.description || adapter.vendor,
    against: against?.source,
  });
  return rows
    .filter(([, value]) => value !== undefined && typeof value !== "object") // tables are in the JSON
    .map(([name, value]) => `${name.padEnd(24)}${shown(value)}`)
    .join("\n");
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

function tableOf(models: readonly Measurement[]): string {
  const lines = models.map((one) => {
    const numbers = one as Measurement & Record<string, unknown>;
    const { model, quantize, scheme, weights, gpuBytes, decodeTokensPerSecond } = one;
    const name = quantize === "none" ? (scheme ?? weights) : quantize;
    return [model, name, gpuBytes, decodeTokensPerSecond, ...compared.map((column) => numbers[column])];
  });
  const all = [["model", "weights", "gpuBytes", "tokens/s", ...compared], ...lines];
  const columns = all[0].flatMap((_, i) => {
    const cells = all.map((line) => (line[i] === undefined ? "" : shown(line[i])));
    if (cells.slice(1).every((cell) => cell === "")) return [];
    const width = Math.max(...cells.map((cell) => cell.length));
    return [cells.map((cell) => cell.padEnd(width))];
  });
  return all.map((_, line) => columns.map((cells) => cells[line]).join("  ").trimEnd()).join("\n"); // prettier-ignore
}

/** What a table has of each model, where it was measured. */
const compared = ["relativeRmsError", "perplexity", "kl", "top1", "maxLogit", "acc", "accNorm"];
