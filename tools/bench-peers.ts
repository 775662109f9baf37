// `npm run bench:peers`: other engines and pronk in the same browser on the same adapter, one after the other. WebLLM gets
// the very weights that pronk gets, so their ids must be equal; transformers.js brings its own ONNX model and must give on
// the GPU what it gives on the processor. A time is shown only if the ids are right.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BenchRequest, DefiniteRun } from "../src/bench/index.ts";
import { randomIds } from "../src/bench/random-ids.ts";
import { benchShapes } from "../src/bench/shapes.ts";
import { PronkError } from "../src/errors.ts";
import { readConfig } from "../src/format/config.ts";
import { JsonFile } from "../src/format/json-file.ts";
import type { ModelConfig } from "../src/format/model-config.ts";
import { adapterFromEnvironment } from "../cli/browser/adapter-choice.ts";
import { type BrowserPage, launch } from "../cli/browser/browser-page.ts";
import { tellFailure } from "../cli/engine-failure.ts";
import { mlcModel } from "./peers/mlc-model.ts";
import { installPackage } from "./peers/npm-package.ts";
import type { ComparedRun, PeerRequest, PeerRun } from "./peers/peer-run.ts";
import { peerTable } from "./peers/peer-table.ts";
import { startPeerSite, type PeerSiteOptions } from "./peers/peer-site.ts";
import { runTransformers } from "./peers/transformers-page.ts";
import { runWebLlm } from "./peers/webllm-page.ts";
import { root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";

const usage = `npm run --silent bench:peers -- --libs DIR | --onnx DIR
  --libs DIR       a folder with one compiled model library of WebLLM (a .wasm for 4 bits, from the public repository
                   mlc-ai/binary-mlc-llm-libs, folder web-llm-models) of the shape asked for
  --onnx DIR       a model folder in the layout of transformers.js (config.json, onnx/model_q4.onnx, ...)
  [--shape tinyllama-1.1b|...] [--prompt N, default 16] [--decode N, default and least 6] [--dtype q4]
  [--at-once N, answers asked for at the same time, default 8; 0 or 1 for none]
  [--webllm VERSION] [--transformers VERSION] [--without FEATURES, of pronk] [--json]`;

const known = { webllm: "0.2.86", transformers: "4.3.1" };
const leastTokens = 6; // the prompt's own and five steps: steps of some engines come in two modes, a minimum needs several

console.log = console.info = console.debug = console.error; // stdout holds the table
const log = (line: string) => console.error(line);

try {
  const done = await main();
  process.exit(done ? 0 : 1);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}

type Flags = ReturnType<typeof readFlags>;

async function main(): Promise<boolean> {
  const flags = readFlags();
  ensureBuilt(["library"], log);
  const results: ComparedRun[] = [];
  let pronk: (PeerRun & { ids: number[] }) | undefined;
  if (flags.libs) {
    const peer = await webLlm(flags);
    pronk = await pronkRun(flags);
    const expected = pronk.ids;
    const rightAtOnce = String(peer.atOnce?.ids) === String(pronk.atOnce?.ids);
    results.push({ ...peer, right: peer.ids.join() === expected.join(), expected, rightAtOnce });
  }
  if (flags.onnx) {
    const { expectedIds, expectedAtOnce, ...peer } = await transformers(flags);
    const begins = (ids: number[], expected: number[]) => ids.slice(0, expected.length).join() === expected.join();
    const rightAtOnce = expectedAtOnce.every((expected, i) => begins(peer.atOnce!.ids[i], expected));
    results.push({ ...peer, right: begins(peer.ids, expectedIds), expected: expectedIds, rightAtOnce });
    pronk ??= await pronkRun(flags);
  }
  const facts = { date: new Date().toISOString(), shape: flags.shape, prompt: flags.prompt, decode: flags.decode };
  const text = flags.json ? JSON.stringify({ ...facts, pronk, peers: results }) : peerTable(facts, pronk!, results);
  await new Promise((written) => process.stdout.write(`${text}\n`, written));
  for (const { engine, right, ids, expected } of results)
    if (!right) log(`${engine} gave the ids ${ids.join()}; expected were ${expected.join()}. Its times do not count.`);
  for (const { engine, rightAtOnce } of results)
    if (!rightAtOnce) log(`${engine} gave wrong ids for several answers at once. That time does not count.`);
  return results.every(({ right, rightAtOnce }) => right && rightAtOnce);
}

function readFlags() {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      libs: text,
      onnx: text,
      shape: text,
      prompt: text,
      decode: text,
      "at-once": text,
      dtype: text,
      webllm: text,
      transformers: text,
      without: text,
      json: { type: "boolean" },
    },
  });
  const folder = (name: "libs" | "onnx") => {
    const given = values[name];
    if (given === undefined) return undefined;
    const path = resolve(process.env.INIT_CWD ?? ".", given);
    if (!existsSync(path)) throw wrong(name, `${path} does not exist`);
    return path;
  };
  const count = (name: "prompt" | "decode" | "at-once", usual: number, least: number) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < least) throw wrong(name, `a whole number of at least ${least} is needed`);
    return value;
  };
  const [libs, onnx] = [folder("libs"), folder("onnx")];
  if (!libs && !onnx) throw wrong("libs", "name a folder with a compiled library, or give --onnx");
  const shape = values.shape ?? (libs ? "tinyllama-1.1b" : basename(onnx!));
  return {
    libs,
    onnx,
    shape,
    config: shapeOf(shape, onnx),
    prompt: count("prompt", 16, 1),
    decode: count("decode", leastTokens, leastTokens),
    atOnce: count("at-once", 8, 0),
    dtype: values.dtype ?? "q4",
    webllm: values.webllm ?? known.webllm,
    transformers: values.transformers ?? known.transformers,
    without: (values.without ?? "").split(",").filter(Boolean),
    json: values.json ?? false,
  };
}

/** An ONNX model brings its shape along; a given name must then mean the same one, or the times are not comparable. */
function shapeOf(shape: string, onnx: string | undefined): ModelConfig {
  if (!onnx) {
    if (!(shape in benchShapes)) throw wrong("shape", `one of ${Object.keys(benchShapes).join(", ")} is needed`);
    return benchShapes[shape];
  }
  const path = join(onnx, "config.json");
  if (!existsSync(path)) throw wrong("onnx", `${onnx} holds no config.json`);
  const config = readConfig(JsonFile.parse(path, readFileSync(path)));
  const named = benchShapes[shape];
  for (const size of ["dim", "hiddenDim", "layers", "heads", "kvHeads", "vocabSize"] as const)
    if (named && named[size] !== config[size])
      throw wrong("onnx", `the model has ${size} ${config[size]}, ${shape} has ${named[size]}`);
  return named ?? config;
}

function wrong(field: string, why: string): PronkError {
  return new PronkError("bad-request", `--${field}: ${why}.\n${usage}`, { field });
}

/** A browser of its own for each engine, with its profile on disk: a private one would hold caches in memory. */
async function onPage<T>(site: PeerSiteOptions, use: (page: BrowserPage, origin: string) => Promise<T>): Promise<T> {
  await using server = await startPeerSite(site);
  const profileDir = mkdtempSync(join(tmpdir(), "pronk-peer-profile-"));
  const page = await launch("chromium", { adapter: adapterFromEnvironment("auto"), profileDir, log });
  try {
    page.onConsole((level, words) => log(`  ${level === "error" ? "error: " : ""}${words.slice(0, 300)}`));
    await page.goto(`${server.origin}/`);
    return await use(page, server.origin);
  } finally {
    await page.close();
    rmSync(profileDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A prompt, and as many of its length as are asked at once, which have nothing in common. */
function promptsOf({ config, prompt, decode, atOnce }: Flags): PeerRequest {
  const count = atOnce > 1 ? atOnce : 0;
  const ids = randomIds((1 + count) * prompt, config.vocabSize);
  const [promptIds, ...others] = Array.from({ length: 1 + count }, (_, i) => ids.slice(i * prompt, (i + 1) * prompt));
  return { promptIds, tokens: decode, atOnce: others };
}

async function webLlm(flags: Flags): Promise<PeerRun> {
  const files = readdirSync(flags.libs!).filter((name) => name.endsWith(".wasm"));
  if (files.length !== 1)
    throw wrong(
      "libs",
      `${flags.libs} holds ${files.length} .wasm files; one is needed: ${files.join(", ") || "none"}`,
    );
  const library = readFileSync(join(flags.libs!, files[0]));
  const tokenizer = readFileSync(join(root, "public/models/tiny/tokenizer.model")); // ids are fed; any will do
  const model = mlcModel(library, flags.config, tokenizer);
  const installed = await installPackage("@mlc-ai/web-llm", flags.webllm, log);
  const name = `made-up-${model.quantization}-MLC`;
  const folder = `/models/${name}/resolve/main/`;
  log(`WebLLM ${installed.version}, ${files[0]}`);
  const made = (path: string) => {
    if (path === "/library.wasm") return library;
    return path.startsWith(folder) ? model.file(path.slice(folder.length)) : undefined;
  };
  const site = { folders: { "/npm/": installed.folder }, made };
  const run = await onPage(site, (page, origin) =>
    page.evaluate<Awaited<ReturnType<typeof runWebLlm>>>(runWebLlm, {
      origin,
      model: name,
      ...promptsOf(flags),
    }),
  );
  return { engine: "WebLLM", version: installed.version, ...run };
}

async function transformers(flags: Flags) {
  const folder = flags.onnx!;
  const installed = await installPackage("@huggingface/transformers", flags.transformers, log);
  const model = basename(folder);
  const dist = "/npm/node_modules";
  const site = {
    folders: { "/npm/": installed.folder, [`/models/${model}/`]: folder },
    imports: {
      "onnxruntime-web/webgpu": `${dist}/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs`,
      "onnxruntime-common": `${dist}/onnxruntime-common/dist/esm/index.js`,
    },
  };
  log(`transformers.js ${installed.version}, ${model}`);
  const run = await onPage(site, (page, origin) =>
    page.evaluate<Awaited<ReturnType<typeof runTransformers>>>(runTransformers, {
      origin,
      model,
      dtype: flags.dtype,
      ...promptsOf(flags),
      checked: 4,
    }),
  );
  return { engine: "transformers.js", version: installed.version, ...run };
}

async function pronkRun(flags: Flags): Promise<PeerRun> {
  const request: BenchRequest = {
    shape: flags.shape,
    config: flags.config,
    quantize: "q4",
    kv: "f16",
    without: flags.without,
  };
  log("pronk");
  const site: PeerSiteOptions = { folders: {} };
  const run = await onPage(site, (page, origin) =>
    page.evaluate<DefiniteRun>(
      async ({
        origin: from,
        request: wanted,
        promptIds,
        tokens,
        atOnce,
      }: PeerRequest & { origin: string; request: BenchRequest }) => {
        const bench = (await import(
          /* @vite-ignore */ `${from}/lib/bench.js`
        )) as typeof import("../src/bench/index.ts");
        return bench.runDefinite(wanted, promptIds, tokens, (words) => console.info(words), atOnce);
      },
      { origin, request, ...promptsOf(flags) },
    ),
  );
  const atOnce = run.atOnce && { way: "in common steps" as const, ...run.atOnce };
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { engine: "pronk", version, ...run, atOnce };
}
