// Memory from outside: how large the page's process becomes while a checkpoint of 200 MB and one of 1 GB stream into the
// store and onto the GPU, and again from the store. The weights themselves are in the GPU process, so the two sizes must
// look alike. One Chromium without a driver for each load; sampled five times a second.

import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { EngineInfo } from "../../src/index.ts";
import { startFileServer } from "../../tools/file-server.ts";
import { ensureBuilt, outputFolder } from "../../tools/stale.ts";
import { writeSyntheticCheckpoint } from "../reference/synthetic-checkpoint.ts";
import { startBareChromium } from "../support/bare-chromium.ts";

const MB = 1e6;
const sizes = [200 * MB, 1000 * MB];
// The aim is 64 MB; seen on a busy two-core machine (2026-11-24): 35 to 62 MB cold, 85 to 94 MB warm. To be brought down.
const slackBytes = 128 * MB;
const neededBytes = 3e9; // the larger checkpoint, its copy in the store, and room to breathe
const poolBytes = 6 * 16 * 2 ** 20; // six chunks
const limitMs = 240_000; // for one load, on a machine that others use too

const parent = mkdtempSync(join(tmpdir(), "pronk-memory-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

// Answers once, so that the weights are known to have arrived, and tells the server what it saw.
const script = `
  import { createEngine } from "/lib/index.js";
  let report;
  try {
    const engine = await createEngine("/model/", { quantize: "none", contextLength: 64, tokenizer: "optional" });
    const sampling = { temperature: 0, ignore_eos: true, max_tokens: 1 };
    const { pronk } = await engine.completions.create({ ...sampling, prompt: [1] });
    report = { info: engine.info, ids: pronk.ids };
  } catch (error) {
    report = { failure: error.message };
  }
  await fetch("/report", { method: "POST", body: JSON.stringify(report) });
`;

interface Load {
  info: EngineInfo;
  ids: number[];
  heldBytes: number;
  peakBytes: number;
}

/** A cold load and a warm one, each in a new browser on one profile. */
async function loadTwice(totalBytes: number): Promise<Load[]> {
  const [pageDir, modelDir, profileDir] = ["page", "model", "profile"].map((name) => join(parent, name));
  mkdirSync(pageDir, { recursive: true });
  writeFileSync(join(pageDir, "index.html"), `<!doctype html><script type="module" src="page.js"></script>`);
  writeFileSync(join(pageDir, "page.js"), script);
  const { weightBytes } = await writeSyntheticCheckpoint(modelDir, { totalBytes, shardBytes: 300 * MB });
  let reported: (text: string) => void = () => {};
  await using server = await startFileServer({
    mounts: [
      { prefix: "/page/", path: pageDir },
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/model/", path: modelDir },
    ],
    answer(request, response) {
      if (request.url !== "/report") return false;
      let text = "";
      request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      request.on("end", () => {
        response.writeHead(204).end();
        reported(text);
      });
      return true;
    },
  });
  try {
    const loads: Load[] = [];
    for (const kind of ["cold", "warm"]) {
      const report = new Promise<string>((resolve) => (reported = resolve));
      const load = await watch(`${server.origin}/page/`, profileDir, report);
      const seconds = (load.info.loadMs / 1000).toFixed(1);
      console.log(
        `${(weightBytes / MB).toFixed(0)} MB ${kind}: the page's process holds ${(load.heldBytes / MB).toFixed(0)} MB, peaks at ${(load.peakBytes / MB).toFixed(0)} MB, the chunk pool at ${(load.info.peakChunkBytes / MB).toFixed(0)} MB; loaded in ${seconds} s`,
      );
      loads.push(load);
    }
    return loads;
  } finally {
    for (const folder of [modelDir, profileDir]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function watch(url: string, profileDir: string, report: Promise<string>): Promise<Load> {
  await using chromium = await startBareChromium(url, profileDir);
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(chromium.rendererBytes()), 200);
  let limit: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`no report from the page in ${limitMs / 1000} s`)), limitMs);
  });
  try {
    const told = JSON.parse(await Promise.race([report, chromium.ended, tooLate]));
    if (told.failure) throw new Error(told.failure);
    const sorted = samples.toSorted((a, b) => a - b);
    // Single peaks are garbage that the collector has not met yet, up to five chunks of it on a busy machine; they come
    // with chance and time, not with size. What nine of ten samples stay below is what the page holds.
    const heldBytes = sorted[Math.floor(0.9 * (sorted.length - 1))];
    return { ...told, heldBytes, peakBytes: sorted.at(-1)! };
  } finally {
    clearInterval(sampling);
    clearTimeout(limit);
  }
}

// /proc is Linux's.
test.skipIf(process.platform !== "linux")("a page needs as much for 1 GB as for 200 MB, cold and warm", async () => {
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < neededBytes) throw new Error(`${parent} needs ${neededBytes / 1e9} GB of free disk for this`);
  ensureBuilt(["library"]);
  const [small, large] = [await loadTwice(sizes[0]), await loadTwice(sizes[1])];
  for (const [i, warm] of [false, true].entries()) {
    expect([small[i].info.warm, large[i].info.warm]).toEqual([warm, warm]);
    expect(large[i].info.gpuBytes).toBeGreaterThan(900 * MB);
    expect(large[i].info.peakChunkBytes).toBeLessThanOrEqual(poolBytes);
    expect(large[i].info.peakChunkBytes).toBe(small[i].info.peakChunkBytes);
    expect(Math.abs(large[i].heldBytes - small[i].heldBytes)).toBeLessThanOrEqual(slackBytes);
    // Five times the bytes: were anything kept, a peak would tell.
    expect(large[i].peakBytes - small[i].peakBytes).toBeLessThanOrEqual(2 * slackBytes);
  }
  expect(small[1].ids).toEqual(small[0].ids);
  expect(large[1].ids).toEqual(large[0].ids);
});
