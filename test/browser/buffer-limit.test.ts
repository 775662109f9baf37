// A checkpoint with a shard and a tensor over 64 MiB, while every ArrayBuffer over 64 MiB throws, in the worker and on the
// page: it loads from the network and from the store, and answers.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { randomCheckpoint, smallConfig } from "../reference/random-checkpoint.ts";
import { type BufferLimit, bufferLimitScript } from "../support/buffer-limit.ts";
import { browserKinds } from "../support/harness.ts";

// What runs in the page finds these as globals.
declare const pronk: typeof import("../../src/index.ts");
declare const bufferLimit: BufferLimit;
declare const modelUrl: string;
declare const pageUrl: string;

const limitBytes = 64 * 2 ** 20;
const parent = mkdtempSync(join(tmpdir(), "pronk-limit-"));
const [modelDir, pageDir] = ["model", "page"].map((name) => join(parent, name));
for (const folder of [modelDir, pageDir]) mkdirSync(folder);
afterAll(() => rmSync(parent, { recursive: true }));

beforeAll(() => {
  // The embedding alone has 72 MB, and there is little to compute.
  const shape = { dim: 256, heads: 4, kvHeads: 2, headDim: 64, vocabSize: 70_001, tiedEmbeddings: true };
  const files = randomCheckpoint({ ...smallConfig, ...shape }, { shardBytes: 2 ** 20 });
  for (const [name, bytes] of files) writeFileSync(join(modelDir, name), bytes);
  const shards = [...files].filter(([name]) => name.endsWith(".safetensors")).map(([, { length }]) => length);
  expect(shards.length).toBeGreaterThan(1);
  expect(Math.max(...shards)).toBeGreaterThan(limitBytes);
});

describe.each(browserKinds)("buffers over 64 MiB throw, %s", (kind) => {
  let runner: BrowserRunner;

  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    // Files, because the page's policy allows no inline script; imports are evaluated in their order.
    const report = `new BroadcastChannel("limit").onmessage = ({ target }) => target.postMessage(bufferLimit.largestBytes);`;
    writeFileSync(join(pageDir, "limit.js"), bufferLimitScript(limitBytes));
    writeFileSync(join(pageDir, "worker.js"), `import "./limit.js";\nimport "/lib/host.js";\n${report}\n`);
    const globals = { modelUrl: runner.serve(modelDir), pageUrl: runner.serve(pageDir) };
    // As text: the test runner would rewrite the imports.
    const setUp = `async (globals) => {
      Object.assign(globalThis, globals);
      await import(pageUrl + "limit.js");
      globalThis.pronk = await import("/lib/index.js");
      return 1;
    }`;
    await runner.page.evaluate(setUp, globals);
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("the trap itself: every way to a large buffer throws, small ones and views do not", async () => {
    const open = await runner.page.evaluate<string[]>(async () => {
      const large = 64 * 2 ** 20 + 1;
      const blob = new Blob(Array.from({ length: 65 }, () => new Uint8Array(2 ** 20)));
      const half = new ArrayBuffer(40 * 2 ** 20);
      const ways: Record<string, () => unknown> = {
        ArrayBuffer: () => new ArrayBuffer(large),
        maxByteLength: () => new ArrayBuffer(1, { maxByteLength: large } as never),
        Uint8Array: () => new Uint8Array(large),
        Float32Array: () => new Float32Array(large / 4 + 1),
        BigInt64Array: () => new BigInt64Array(Math.ceil(large / 8)),
        copy: () => new Float64Array(new Uint8Array(half)),
        list: () => Float64Array.from({ length: large / 8 + 1 }),
        blob: () => blob.arrayBuffer(),
        response: () => new Response(blob).arrayBuffer(),
        encode: () => new TextEncoder().encode("x".repeat(large)),
      };
      const found: string[] = [];
      for (const [name, way] of Object.entries(ways)) {
        try {
          await way();
          found.push(name);
        } catch (error) {
          if (!(error instanceof RangeError)) found.push(`${name}: ${error}`);
        }
      }
      const view = new Uint8Array(half, 8, 8).slice(2, 4);
      if (!(half instanceof ArrayBuffer) || !(view instanceof Uint8Array) || view.length !== 2) found.push("views");
      return found;
    });
    expect(open).toEqual([]);
  });

  test.each(["none", "q4"] as const)("quantize %s: cold and warm, in the worker and on the page", async (quantize) => {
    const seen = await runner.page.evaluate(async (choice: "none" | "q4") => {
      const loads = [];
      for (const [isWarm, inWorker] of [
        [false, true],
        [true, false],
        [false, false],
        [true, true],
      ]) {
        bufferLimit.largestBytes = 0;
        if (!isWarm) for (const { id } of await pronk.listModels()) await pronk.deleteModel(id);
        const worker = inWorker && new Worker(`${pageUrl}worker.js`, { type: "module" });
        const engine = await pronk.createEngine(modelUrl, { quantize: choice, worker, tokenizer: "optional" });
        const sampling = { temperature: 0, max_tokens: 3, ignore_eos: true };
        const answer = await engine.completions.create({ ...sampling, prompt: [1, 70_000, 33_333] });
        const { warm, storedBytes } = engine.info;
        await engine.unload();
        let { largestBytes } = bufferLimit;
        if (worker) {
          const channel = new BroadcastChannel("limit");
          channel.postMessage("?");
          largestBytes = await new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
          channel.close();
          worker.terminate();
        }
        loads.push({ warm, storedBytes, largestBytes, ids: answer.pronk.ids });
      }
      return loads;
    }, quantize);
    expect(seen.map(({ warm }) => warm)).toEqual([false, true, false, true]);
    for (const { ids, storedBytes, largestBytes } of seen) {
      expect(ids).toEqual(seen[0].ids);
      expect(ids).toHaveLength(3);
      expect(storedBytes).toBeGreaterThan(quantize === "none" ? limitBytes : limitBytes / 8);
      // The trap saw the engine's own chunks, so it was there before the engine.
      expect(largestBytes).toBeGreaterThan(2 ** 20);
      expect(largestBytes).toBeLessThanOrEqual(limitBytes);
    }
  });
});
