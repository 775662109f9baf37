// `npm run plan`: what a model will take on the GPU, tensor by tensor, without its weights. The arithmetic is the engine's
// own (src/model/plan-memory.ts); this reads the flags, finds the shape and prints the table.

import { statSync } from "node:fs";
import { basename } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { knownShapes } from "../src/bench/shapes.ts";
import { PronkError } from "../src/errors.ts";
import { readCheckpoint } from "../src/format/checkpoint.ts";
import type { ModelConfig } from "../src/format/model-config.ts";
import type { MemoryRequest } from "../src/model/plan-memory.ts";
import { resolveQuantize } from "../src/quant/choose.ts";
import { readEarlyParts } from "../src/quant/early-parts.ts";
import { packTensors } from "../src/quant/packed-tensor.ts";
import { openSource } from "../src/source/open-source.ts";
import { tellFailure } from "./engine-failure.ts";
import { startFileServer } from "./server/file-server.ts";
import { placeOfModel } from "./model-place.ts";
import { adapterTiers, fits } from "./plan-tiers.ts";
import { root, written } from "./built.ts";

const usage = `${written("plan")} --model ${Object.keys(knownShapes).join("|")}|DIR|FILE|URL|owner/name
  [--quantize auto|none|q8|q4] [--kv auto|f16|f32|q8] [--context N] [--max-binding BYTES] [--json]`;

try {
  await main();
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const flags = readFlags();
  const { config, ...published } = await shapeOf(flags.model);
  const { countMemory } = await memoryCounter();
  const planFor = (request: Omit<MemoryRequest, "dtype" | "quantized">) =>
    countMemory(config, { ...published, ...request });
  const contextLength = flags.context ?? config.contextLength;
  const shape = { quantize: "none", kv: "f16", contextLength, maxBindingBytes: flags.maxBinding } as const;
  const parameters = planFor(shape).tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const gpuLimits = { maxBufferSize: Math.max(flags.maxBinding, 2 * adapterTiers[0].maxBindingBytes) };
  const isQuantized = published.quantized !== undefined && published.quantized.size > 0;
  const quantize = isQuantized ? "none" : resolveQuantize(flags.quantize, { parameters, gpuLimits });
  const kv = flags.kv !== "auto" ? flags.kv : quantize === "none" && parameters < 100e6 ? "f32" : "f16";
  const plan = planFor({ ...shape, quantize, kv });
  const tiers = adapterTiers.map(({ name, maxBindingBytes }) => {
    const tierPlan = planFor({ ...shape, quantize, kv, maxBindingBytes });
    return { name, maxBindingBytes, fits: fits(tierPlan, maxBindingBytes) };
  });
  const head = { model: flags.model, parameters, quantize, kv, contextLength, maxBindingBytes: flags.maxBinding };
  const answer = { ...head, fits: fits(plan, flags.maxBinding), ...plan, tiers };
  console.log(flags.json ? JSON.stringify(answer) : table(answer));
}

/** The engine imports its shaders as text, which Vite understands and Node does not: in a checkout Vite reads them here. */
async function memoryCounter(): Promise<typeof import("../src/model/plan-memory.ts")> {
  if (import.meta.url.endsWith(".js")) return import("../src/model/plan-memory.ts");
  const { runnerImport } = await import("vite");
  const { module } = await runnerImport<typeof import("../src/model/plan-memory.ts")>("/src/model/plan-memory.ts", {
    root,
    configFile: false,
    logLevel: "error",
    oxc: { target: "es2023" }, // the Node that runs this may not know `using`
  });
  return module;
}

function readFlags() {
  const text = { type: "string" } as const;
  const json = { type: "boolean" } as const;
  const options = { model: text, quantize: text, kv: text, context: text, "max-binding": text, json };
  const values = parse(options);
  return {
    model: values.model ?? wrong("model", usage),
    quantize: oneOf("quantize", values.quantize ?? "auto", ["auto", "none", "q8", "q4"]),
    kv: oneOf("kv", values.kv ?? "auto", ["auto", "f16", "f32", "q8"]),
    context: count("context", values.context),
    maxBinding: count("max-binding", values["max-binding"]) ?? adapterTiers[0].maxBindingBytes,
    json: values.json ?? false,
  };
}

function parse<T extends NonNullable<ParseArgsConfig["options"]>>(options: T) {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (cause) {
    throw new PronkError("bad-request", `${(cause as Error).message}\n${usage}`, {}, { cause });
  }
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  return allowed.find((one) => one === value) ?? wrong(name, allowed.join(", "));
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  return Number.isInteger(Number(value)) && Number(value) > 0 ? Number(value) : wrong(name, "a whole number above 0");
}

function wrong(field: string, expected: string): never {
  throw new PronkError("bad-request", `--${field}: expected ${expected}`, { field, expected });
}

interface Shape extends Pick<MemoryRequest, "dtype" | "quantized"> {
  config: ModelConfig;
}

async function shapeOf(model: string): Promise<Shape> {
  if (model in knownShapes) return { config: knownShapes[model], dtype: "f16" };
  const place = placeOfModel(model);
  if ("reference" in place) return readShape(place.reference);
  const { path } = place;
  // A folder or file is read the way a web address is: ranges of headers, no weights.
  const prefix = statSync(path).isDirectory() ? "/model/" : `/${basename(path)}`;
  await using server = await startFileServer({ mounts: [{ prefix, path }] });
  return await readShape(server.origin + encodeURI(prefix)); // before the server goes
}

async function readShape(reference: string): Promise<Shape> {
  const source = await openSource(reference);
  const { config, tensors, matrices } = await readCheckpoint(source);
  const packed = await packTensors(matrices, await readEarlyParts(source, matrices));
  const quantized = new Map(packed.map(({ name, format }) => [name, format]));
  return { config, dtype: tensors.find(({ shape }) => shape.length > 1)?.dtype ?? "f16", quantized };
}

interface Answer {
  tensors: { name: string; rows: number; cols: number; encoding: string; gpuBytes: number; parts: number }[];
  tiers: { name: string; fits: boolean }[];
  [fact: string]: unknown;
}

function table({ tensors, tiers, ...facts }: Answer): string {
  const bytes = (value: unknown) => Number(value).toLocaleString("en").padStart(16);
  const rows = tensors.map(({ name, rows, cols, encoding, gpuBytes, parts }) => {
    const shape = rows === 1 ? `${cols}` : `${rows} x ${cols}`;
    const split = parts > 1 ? `  in ${parts} parts` : "";
    return `${name.padEnd(48)}${shape.padStart(14)}  ${encoding.padEnd(11)}${bytes(gpuBytes)}${split}`;
  });
  const sums = [
    ["weights", facts.weightBytes],
    [`KV cache (${facts.kv}, ${facts.contextLength} positions)`, facts.kvBytes],
    ["scratch", facts.scratchBytes],
    ["eight answers at once, besides", facts.severalBytes],
    ["total", facts.totalBytes],
    ["at the start, while the cache is small", facts.firstBytes],
    ["largest binding", facts.largestBindingBytes],
  ].map(([name, value]) => `${String(name).padEnd(75)}${bytes(value)}`);
  const verdict = facts.fits ? "fits" : "does NOT fit";
  return [
    `${facts.model}, ${Number(facts.parameters).toLocaleString("en")} parameters, ${facts.quantize}; GPU bytes`,
    ...rows,
    "",
    ...sums,
    "",
    `${verdict} within bindings of ${bytes(facts.maxBindingBytes).trim()} bytes`,
    ...tiers.map((tier) => `  ${tier.fits ? "yes" : "no "}  ${tier.name}`),
  ].join("\n");
}
