// `npm run generate`: one prompt through the built engine, in a headless browser or in Node. stdout holds the answer (with
// --json one object and nothing else); everything else that is said goes to stderr.

import { existsSync, writeFileSync, writeSync } from "node:fs";
import { basename, resolve } from "node:path";
import { PronkError } from "../src/errors.ts";
import { adapterFromEnvironment } from "./browser-page.ts";
import { tellFailure } from "./engine-failure.ts";
import { type GenerateFlags, readFlags, usage } from "./generate-flags.ts";
import { driverVariables, openNodeRunner, startAgain } from "./node-runtime.ts";
import type { RunRequest } from "./run-request.ts";
import { type Runner, openRunner } from "./runner.ts";

console.log = console.info = console.debug = console.error; // whatever a library says, stdout stays clean
const log = (line: string) => console.error(line);

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags) await generate(flags);
  else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0); // Dawn in Node keeps the process alive

async function generate(flags: GenerateFlags): Promise<void> {
  const adapter = adapterFromEnvironment("auto");
  const missing = flags.runtime === "node" ? driverVariables(adapter) : undefined;
  if (missing) startAgain(missing);
  const runner =
    flags.runtime === "node" ? await openNodeRunner(log) : await openRunner(flags.runtime, { adapter, log });
  try {
    const { info, answers, logits } = await runner.run(requestFor(flags, runner));
    const { usage: used, ...answer } = answers[0];
    if (flags.logits) writeFileSync(fromCaller(flags.logits), new Uint8Array(logits[0].buffer));
    const { prefill_ms: prefillMs, decode_ms: decodeMs } = used.extra;
    const { adapter: adapterInfo, features, loadMs, gpuBytes, storedBytes } = info;
    const { model, runtime } = flags;
    const { promptIds, ids, text, finishReason } = answer;
    const timings = { loadMs, prefillMs, decodeMs, gpuBytes, storedBytes };
    const head = { model, runtime, adapter: adapterInfo, features };
    if (flags.json) print(`${JSON.stringify({ ...head, promptIds, ids, text, finishReason, ...timings })}\n`);
    else {
      print(`${text}\n`);
      const perSecond = (used.extra.decode_tokens_per_s || 0).toFixed(1);
      log(`${ids.length} tokens (${finishReason}), ${perSecond} a second; loaded in ${(loadMs / 1000).toFixed(1)} s`);
    }
  } finally {
    await runner[Symbol.asyncDispose]();
  }
}

function requestFor(flags: GenerateFlags, runner: Runner): RunRequest {
  const { model, tokenizer, prompt, options } = flags;
  return {
    model: placeOf(model, runner),
    tokenizer: tokenizer ? { name: basename(tokenizer), url: placeOf(tokenizer, runner) } : undefined,
    options,
    prompts: [prompt],
  };
}

/** A path of this machine is served and becomes a URL; URLs and owner/name are the engine's own business. */
function placeOf(given: string, runner: Runner): string {
  const path = fromCaller(given);
  if (existsSync(path)) return runner.serve(path);
  if (/^https?:\/\//.test(given) || /^[\w-][\w.-]*\/[\w-][\w.-]*(@\S+)?$/.test(given)) return given;
  throw new PronkError("bad-request", `${path} does not exist, and "${given}" is neither a URL nor owner/name.`, {
    field: "model",
    found: given,
  });
}

/** npm starts scripts in the package's folder; paths are meant from where the user stands. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** All of it before the process ends, also into a pipe. */
function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error; // a full pipe: the reader is slow
    }
  }
}
