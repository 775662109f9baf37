// The flags of `bench`, read and checked, as the request that the page or Node carries out.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { benchShapes } from "../src/bench/shapes.ts";
import { mostStepTokens } from "../src/gpu/operations.ts";
import type { BenchRequest } from "../src/bench/report.ts";
import { PronkError } from "../src/errors.ts";
import { written } from "./built.ts";
import { readConfig } from "../src/format/config.ts";
import { JsonFile } from "../src/format/json-file.ts";
import type { ModelConfig } from "../src/format/model-config.ts";

export const runtimes = ["chromium", "firefox", "node"] as const;

export interface BenchFlags {
  request: BenchRequest;
  runtime: (typeof runtimes)[number];
  json: boolean;
  /** Dawn's features by name, for Node: a page cannot switch them. */
  dawn: string[];
}

export const usage = `${written("bench")} --shape ${Object.keys(benchShapes).join("|")}|DIR
  [--layers N] [--quantize none|q8|q4] [--kv f16|f32|q8] [--prompt N] [--decode N] [--context N] [--runs N]
  [--positions 64,4000] [--rows 1,4] [--sequences N] [--draft] [--without subgroups,shader-f16,...] [--runtime chromium|firefox|node]
  [--dawn disable_robustness,...] [--json]`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = {
  shape: text,
  layers: text,
  quantize: text,
  kv: text,
  prompt: text,
  decode: text,
  context: text,
  runs: text,
  positions: text,
  rows: text,
  sequences: text,
  draft: flag,
  without: text,
  runtime: text,
  dawn: text,
  json: flag,
  help: flag,
} as const;

/** undefined if help was asked for. Errors: PronkError bad-request. */
export function readFlags(args: string[]): BenchFlags | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const shape = values.shape ?? "tiny";
  const config = shapeOf(shape);
  const layers = wholeNumber("layers", values.layers);
  if (layers !== undefined && layers > config.layers)
    throw wrong("layers", `at most the ${config.layers} that ${shape} has`, `${layers}`);
  const dawn = listOf(values.dawn);
  const runtime = oneOf("runtime", values.runtime ?? "chromium", runtimes);
  if (dawn.length > 0 && runtime !== "node") throw wrong("dawn", "--runtime node beside it", runtime);
  const request: BenchRequest = {
    shape,
    config,
    layers,
    quantize: oneOf("quantize", values.quantize ?? "q4", ["none", "q8", "q4"]),
    kv: oneOf("kv", values.kv ?? "f16", ["f16", "f32", "q8"]),
    prompt: wholeNumber("prompt", values.prompt),
    decode: wholeNumber("decode", values.decode),
    context: wholeNumber("context", values.context),
    runs: wholeNumber("runs", values.runs),
    positions: listOf(values.positions).map((position) => wholeNumber("positions", position)!),
    ...(values.rows && { rows: listOf(values.rows).map((value) => upTo(mostStepTokens, "rows", value)) }),
    ...(values.sequences && { sequences: upTo(mostStepTokens, "sequences", values.sequences) }),
    draft: values.draft,
    without: listOf(values.without),
  };
  return { request, runtime, json: values.json ?? false, dawn };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new PronkError("bad-request", `${(error as Error).message}\n${usage}`);
  }
}

/** A name, or a folder with a config.json; weights are not needed. */
function shapeOf(shape: string): ModelConfig {
  if (shape in benchShapes) return benchShapes[shape];
  const path = join(resolve(process.env.INIT_CWD ?? ".", shape), "config.json");
  if (!existsSync(path))
    throw wrong("shape", `${Object.keys(benchShapes).join(", ")} or a folder with a config.json`, shape);
  return readConfig(JsonFile.parse(path, readFileSync(path)));
}

function listOf(value: string | undefined): string[] {
  return (value ?? "").split(",").filter(Boolean);
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw wrong(name, "a whole number above 0", `"${value}"`);
}

function upTo(most: number, name: string, value: string): number {
  const count = wholeNumber(name, value)!;
  if (count > most) throw wrong(name, `at most ${most}`, value);
  return count;
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw wrong(name, allowed.join(", "), `"${value}"`);
  return found;
}

function wrong(field: string, expected: string, found: string): PronkError {
  return new PronkError("bad-request", `--${field}: expected ${expected}; found ${found}.\n${usage}`, {
    field,
    expected,
    found,
  });
}
