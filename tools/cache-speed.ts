// `npm run bench:cache`: what `engine.cache` saves a page. A prompt is computed, its KV cache saved, and taken back by another
// engine of the same model: the time of that beside the prompt's. Random weights of a known shape with fewer layers, in q4;
// `--json` prints one object.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserKind } from "../cli/browser/find-browser.ts";
import { openRunner } from "../cli/runner.ts";
import { benchShapes } from "../src/bench/shapes.ts";
import { writeCheckpointOf } from "../test/reference/synthetic-checkpoint.ts";
import { ensureBuilt } from "./stale.ts";

// What runs in the page finds this as a global.
declare const pronk: typeof import("../src/index.ts");

const { values } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    shape: { type: "string", default: "tinyllama-1.1b" },
    layers: { type: "string", default: "4" },
    positions: { type: "string", default: "512" },
    json: { type: "boolean", default: false },
  },
});
const [layers, positions] = [Number(values.layers), Number(values.positions)];

ensureBuilt(["library", "runner"]);
const folder = mkdtempSync(join(tmpdir(), "pronk-cache-speed-"));
try {
  await writeCheckpointOf({ ...benchShapes[values.shape], layers }, folder, { shardBytes: 300e6 });
  await using runner = await openRunner(values.browser as BrowserKind, { adapter: "software" });
  await runner.page.evaluate(`async () => void Object.assign(globalThis, { pronk: await import("/lib/index.js") })`);
  const found = await runner.page.evaluate(measure, { url: runner.serve(folder), positions });
  const result = { browser: runner.page.version, shape: values.shape, layers, ...found, ratio: found.prefillMs / found.restoreMs };
  if (values.json) console.log(JSON.stringify(result));
  else {
    const { prefillMs, saveMs, restoreMs, sizeBytes, cached, ratio } = result;
    console.log(`${result.browser}, ${result.shape} with ${layers} layers in q4, ${found.gpu}`);
    console.log(`${positions} positions computed in ${prefillMs.toFixed(0)} ms`);
    console.log(`${(sizeBytes / 1e6).toFixed(1)} MB saved in ${saveMs.toFixed(0)} ms, restored in ${restoreMs.toFixed(0)} ms`);
    console.log(`restored ${ratio.toFixed(1)} times as fast as computed; 20 is wanted. Then ${cached} were found in the cache`);
  }
} finally {
  rmSync(folder, { recursive: true });
} // prettier-ignore

async function measure({ url, positions: count }: { url: string; positions: number }) {
  const options = { quantize: "q4", contextLength: 2 * count, tokenizer: "optional" } as const;
  const prompt = Array.from({ length: count }, (_, i) => 3 + ((i * i) % 997));
  const ask = (engine: Awaited<ReturnType<typeof pronk.createEngine>>, ids: number[]) =>
    engine.completions.create({ prompt: ids, max_tokens: 1, temperature: 0, ignore_eos: true });
  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const startMs = performance.now();
    return [await work(), performance.now() - startMs];
  };
  const first = await pronk.createEngine(url, options);
  const [, prefillMs] = await timed(() => ask(first, prompt));
  const [{ sizeBytes }, saveMs] = await timed(() => first.cache.save("measured"));
  const gpu = Object.values(first.info.adapter).filter(Boolean).join(", ");
  await first.unload();
  const second = await pronk.createEngine(url, options);
  const [, restoreMs] = await timed(() => second.cache.restore("measured"));
  const { usage } = await ask(second, [...prompt, 5]);
  await second.unload();
  return { prefillMs, saveMs, restoreMs, sizeBytes, gpu, cached: usage!.prompt_tokens_details.cached_tokens };
}
