// `npm run generate`: one prompt through the built engine, in a headless browser or in Node. stdout holds the answer (with
// --json one object and nothing else); everything else that is said goes to stderr.

import { openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { PronkError } from "../src/errors.ts";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import { outputFolder } from "./built.ts";
import { tellFailure } from "./engine-failure.ts";
import { type GenerateFlags, readFlags, usage } from "./generate-flags.ts";
import { type ModelPlace, fromCaller, placeOfFile, placeOfModel } from "./model-place.ts";
import { driverVariables, openNodeRunner, startAgain } from "./node-runtime.ts";
import { type Library, run, type RunAnswer, type RunChoice, type RunPrompt, type RunRequest } from "./run-request.ts";
import type { Runner } from "./run-in-page.ts";
import { openRunner } from "./runner.ts";

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
  if (flags.endpoint !== undefined) return overEndpoint(flags, flags.endpoint);
  // Wrong paths are reported before anything is started.
  const model = placeOfModel(flags.model);
  const tokenizer = flags.tokenizer === undefined ? undefined : placeOfFile(flags.tokenizer, "tokenizer");
  const adapter = flags.adapter === undefined ? undefined : placeOfFile(flags.adapter, "adapter");
  const form = formFrom(flags);
  const logitsFile = flags.logits === undefined ? undefined : openForLogits(flags.logits);
  const gpu = adapterFromEnvironment("auto");
  const missing = flags.runtime === "node" ? driverVariables(gpu) : undefined;
  if (missing) startAgain(missing);
  const runner =
    flags.runtime === "node" ? await openNodeRunner(log) : await openRunner(flags.runtime, { adapter: gpu, log });
  try {
    const { info, answers, logits } = await runner.run(requestFor(flags, form, runner, { model, tokenizer, adapter }));
    const [{ usage: used, ...answer }] = answers;
    if (logitsFile !== undefined) writeFileSync(logitsFile, new Uint8Array(logits[0].buffer));
    const { prefill_ms: prefillMs, decode_ms: decodeMs } = used.extra;
    const { adapter: adapterInfo, features, loadMs, gpuBytes, storedBytes } = info;
    const { ids, finishReason } = answer;
    const timings = { loadMs, prefillMs, decodeMs, gpuBytes, storedBytes };
    for (const { message } of info.warnings) log(message);
    const head = { model: flags.model, runtime: flags.runtime, adapter: adapterInfo, features };
    printAnswer(flags, head, answer, timings);
    if (flags.json) return;
    const perSecond = (used.extra.decode_tokens_per_s || 0).toFixed(1);
    log(`${ids.length} tokens (${finishReason}), ${perSecond} a second; loaded in ${(loadMs / 1000).toFixed(1)} s`);
  } finally {
    await runner[Symbol.asyncDispose]();
  }
}

/** In this process, without a browser: nothing is computed here. */
async function overEndpoint(flags: GenerateFlags, endpoint: string): Promise<void> {
  const library = (await import(pathToFileURL(join(outputFolder.library, "index.js")).href)) as Library;
  const model = { endpoint, model: flags.model || undefined, apiKey: process.env.PRONK_API_KEY };
  const { info, answers } = await run(library, { model, prompts: [{ ...flags.prompt, ...formFrom(flags) }] });
  const [{ usage: used, ...answer }] = answers;
  const { prefill_ms: prefillMs, decode_ms: decodeMs } = used.extra;
  const head = { model: info.model, endpoint: info.endpoint?.address };
  printAnswer(flags, head, answer, { loadMs: info.loadMs, prefillMs, decodeMs }); // ids where the server tells them
  if (!flags.json) log(`${used.completion_tokens} tokens (${answer.finishReason}) from ${info.endpoint?.address}`);
}

function printAnswer(flags: GenerateFlags, head: object, answer: Omit<RunAnswer, "usage">, timings: object): void {
  const { promptIds, ids, text, finishReason } = answer;
  const given = { ...head, promptIds, ids, text, finishReason, ...choicesOf(flags, answer), ...timings };
  print(flags.json ? `${JSON.stringify(given)}\n` : textOfChoices(answer));
}

/** If more than one text was asked for. */
function choicesOf({ prompt: { n, logprobs } }: GenerateFlags, { choices }: Choices): Partial<Choices> {
  return n === undefined && logprobs === undefined ? {} : { choices };
}

/** For people: each choice with its number where there are several, and below it its tokens where they were asked for. */
function textOfChoices({ choices }: Choices): string {
  return choices
    .map(({ text, logprobs }, i) => {
      const head = choices.length > 1 ? `[${i + 1} of ${choices.length}]\n` : "";
      const rows = likelyTokens(logprobs).map((tokens) =>
        tokens.map(([token, logprob]) => `${JSON.stringify(token)} ${logprob.toFixed(4)}`).join("\t"),
      );
      return `${head}${[text, ...rows].join("\n")}\n`;
    })
    .join("\n");
}

/** For each place the chosen token, and those that were likely there. */
function likelyTokens(logprobs: RunChoice["logprobs"]): [token: string, logprob: number][][] {
  if (!logprobs) return [];
  if ("content" in logprobs)
    return logprobs.content.map((chosen) =>
      [chosen, ...chosen.top_logprobs].map(({ token, logprob }) => [token, logprob]),
    );
  const { tokens, token_logprobs: chosen, top_logprobs: top } = logprobs;
  return tokens.map((token, i) => [[token, chosen[i]], ...Object.entries(top[i])]);
}

type Choices = Pick<RunAnswer, "choices">;

interface Places {
  model: ModelPlace;
  tokenizer: ModelPlace | undefined;
  adapter: ModelPlace | undefined;
}

/** Local files are served and become URLs. */
function requestFor(
  flags: GenerateFlags,
  form: Form,
  runner: Runner,
  { model, tokenizer, adapter }: Places,
): RunRequest {
  const { prompt, options } = flags;
  const named = "adapter"; // for it alone
  const serve = (path: string) =>
    // Its tokenizer.json may lie beside it.
    /\.gguf$/i.test(path) ? runner.serve(dirname(path)) + encodeURIComponent(basename(path)) : runner.serve(path);
  const urlOf = (place: ModelPlace) => ("path" in place ? serve(place.path) : place.reference);
  const name = basename(flags.tokenizer ?? "");
  return {
    model: urlOf(model),
    tokenizer: tokenizer && { name, url: urlOf(tokenizer) },
    options: adapter ? { ...options, adapters: [{ model: urlOf(adapter), name: named }] } : options,
    prompts: [{ ...prompt, ...form, ...(adapter && { adapter: named }) }],
  };
}

type Form = Pick<RunPrompt, "responseFormat" | "grammar">;

function formFrom({ schema, grammar }: GenerateFlags): Form {
  if (grammar !== undefined) return { grammar: textOf("grammar", grammar) };
  if (schema === undefined) return {};
  const text = textOf("schema", schema);
  try {
    const json_schema = { name: basename(schema), schema: JSON.parse(text) };
    return { responseFormat: { type: "json_schema", json_schema } };
  } catch (cause) {
    throw wrongFile("schema", schema, cause as Error);
  }
}

function textOf(flag: string, given: string): string {
  try {
    return readFileSync(fromCaller(given), "utf8");
  } catch (cause) {
    throw wrongFile(flag, given, cause as Error);
  }
}

function wrongFile(flag: string, found: string, cause: Error): PronkError {
  return new PronkError("bad-request", `--${flag}: ${cause.message}`, { field: flag, found }, { cause });
}

function openForLogits(given: string): number {
  try {
    return openSync(fromCaller(given), "w");
  } catch (cause) {
    throw wrongFile("logits", given, cause as Error);
  }
}

/** Writes all of it before the process ends, even into a pipe. */
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
