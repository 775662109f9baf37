// The flags of `generate`, read and checked; what they ask for is carried out by generate.ts.

import { parseArgs } from "node:util";
import { PronkError } from "../src/errors.ts";
import { written } from "./built.ts";
import type { RunPrompt, RunRequest } from "./run-request.ts";

export const runtimes = ["chromium", "firefox", "node"] as const;

export interface GenerateFlags {
  /** As given: DIR, FILE, URL or owner/name; with `endpoint` the server's name for it, or "". */
  model: string;
  /** The address of a server that answers instead. */
  endpoint: string | undefined;
  tokenizer: string | undefined;
  /** A LoRA: as a model is named. */
  adapter: string | undefined;
  runtime: (typeof runtimes)[number];
  prompt: RunPrompt;
  options: NonNullable<RunRequest["options"]>;
  /** Where to write the logits. */
  logits: string | undefined;
  /** Files with what the answer must conform to. */
  schema: string | undefined;
  grammar: string | undefined;
  json: boolean;
}

export const usage = `${written("generate")} --model DIR|FILE|URL|owner/name (--prompt TEXT | --prompt-ids 1,2,3)
  [--chat] [--system TEXT] [--max-tokens N] [--ignore-eos] [--temperature T] [--top-p P] [--top-k K] [--seed S]
  [--n N] [--logprobs N] [--schema FILE | --grammar FILE]
  [--quantize auto|none|q8|q4] [--weights NAME] [--kv auto|f16|f32|q8] [--context N] [--tokenizer FILE]
  [--adapter DIR|FILE|URL|owner/name] [--without subgroups,shader-f16,...]
  [--runtime chromium|firefox|node] [--logits FILE] [--json]
or over a server: --endpoint URL [--model NAME], the prompt and its settings; its key is taken from PRONK_API_KEY`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const known = {
  model: text,
  endpoint: text,
  prompt: text,
  "prompt-ids": text,
  chat: flag,
  system: text,
  "max-tokens": text,
  "ignore-eos": flag,
  temperature: text,
  "top-p": text,
  "top-k": text,
  seed: text,
  n: text,
  logprobs: text,
  schema: text,
  grammar: text,
  quantize: text,
  weights: text,
  kv: text,
  context: text,
  tokenizer: text,
  adapter: text,
  without: text,
  runtime: text,
  logits: text,
  json: flag,
  help: flag,
} as const;

/** Flags about loading a model here. */
const ownMachines = [
  "quantize",
  "weights",
  "kv",
  "context",
  "tokenizer",
  "adapter",
  "without",
  "runtime",
  "logits",
] as const;

/** Throws PronkError bad-request; undefined where help was asked for. */
export function readFlags(args: string[]): GenerateFlags | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { model = "", endpoint, system, tokenizer, adapter, logits, schema, grammar, json = false } = values;
  const chat = values.chat ?? false;
  if (endpoint !== undefined)
    for (const name of ownMachines)
      if (values[name] !== undefined) throw wrong(name, "nothing beside --endpoint", `"${values[name]}"`);
  if (!model && endpoint === undefined) throw wrong("model", "a folder, a file, a URL or owner/name", "nothing");
  if ((values.prompt === undefined) === (values["prompt-ids"] === undefined))
    throw wrong("prompt", "either --prompt or --prompt-ids", values.prompt === undefined ? "neither" : "both");
  if (chat && values.prompt === undefined) throw wrong("chat", "--prompt, the user's message", "--prompt-ids");
  if (system !== undefined && !chat) throw wrong("system", "--chat beside it", "a prompt to continue");
  if (schema !== undefined && grammar !== undefined) throw wrong("grammar", "either --schema or --grammar", "both");
  const prompt: RunPrompt = {
    prompt: values.prompt ?? idsOf(values["prompt-ids"] ?? ""),
    chat,
    system,
    maxTokens: numberOf("max-tokens", values["max-tokens"], 1, true) ?? 256,
    ignoreEos: values["ignore-eos"],
    temperature: numberOf("temperature", values.temperature, 0),
    topP: numberOf("top-p", values["top-p"], 0),
    topK: numberOf("top-k", values["top-k"], 0, true),
    seed: numberOf("seed", values.seed, 0, true),
    n: numberOf("n", values.n, 1, true),
    logprobs: numberOf("logprobs", values.logprobs, 0, true),
    logits: logits !== undefined,
  };
  const options: GenerateFlags["options"] = {
    quantize: oneOf("quantize", values.quantize, ["auto", "none", "q8", "q4"]),
    weights: values.weights,
    kv: oneOf("kv", values.kv, ["auto", "f16", "f32", "q8"]),
    contextLength: numberOf("context", values.context, 1, true),
    without: values.without?.split(",").filter(Boolean),
  };
  const runtime = oneOf("runtime", values.runtime, runtimes) ?? "chromium";
  return { model, endpoint, tokenizer, adapter, runtime, prompt, options, logits, schema, grammar, json };
}

function parse(args: string[]) {
  // parseArgs takes "--prompt -x" for two flags; "--prompt=-x" it understands.
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const name = args[i].slice(2) as keyof typeof known;
    const takesValue = args[i].startsWith("--") && known[name]?.type === "string" && i + 1 < args.length;
    joined.push(takesValue ? `${args[i]}=${args[++i]}` : args[i]);
  }
  try {
    return parseArgs({ args: joined, options: known, strict: true }).values;
  } catch (error) {
    throw new PronkError("bad-request", `${(error as Error).message}\n${usage}`);
  }
}

function idsOf(list: string): number[] {
  return list.split(",").map((id) => {
    if (!/^\s*\d+\s*$/.test(id)) throw wrong("prompt-ids", "whole numbers with commas between them", `"${list}"`);
    return Number(id);
  });
}

function numberOf(name: string, value: string | undefined, least: number, whole = false): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < least || (whole && !Number.isInteger(number)))
    throw wrong(name, `a ${whole ? "whole " : ""}number of at least ${least}`, `"${value}"`);
  return number;
}

function oneOf<T extends string>(name: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  throw wrong(name, allowed.join(", "), `"${value}"`);
}

function wrong(field: string, expected: string, found: string): PronkError {
  return new PronkError("bad-request", `--${field}: expected ${expected}; found ${found}.\n${usage}`, {
    field,
    expected,
    found,
  });
}
