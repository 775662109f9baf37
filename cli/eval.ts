// `npm run eval`: what a model's predictions are worth, measured by src/eval in a headless browser or in Node. stdout holds the
// result (with --json one object and nothing else), stderr the progress.

import { basename, dirname } from "node:path";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import { tellFailure } from "./engine-failure.ts";
import { type EvalFlags, readFlags, usage } from "./eval-flags.ts";
import type { EvalModel, EvalResult } from "./eval-request.ts";
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
    const against = places.against && modelFor(runner, places.against, places.againstOptions, places.tokenizer);
    const result = await runner.evaluate({ ...request, model, against });
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

/** For people: a line for each number. */
function textOf({ items, adapter, against, ...numbers }: EvalResult & Partial<Lists>): string {
  const rows = Object.entries({
    ...numbers,
    ...(items && { items: items.length }),
    adapter: adapter.description || adapter.vendor,
    against: against?.source,
  });
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(24)}${typeof value === "number" ? Number(value.toPrecision(6)) : value}`)
    .join("\n");
}

interface Lists {
  items: unknown[];
  reliability: unknown;
}
