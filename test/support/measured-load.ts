// One load of a synthetic checkpoint in a Chromium without a driver, and how large the page's process was meanwhile: what a
// page needs must not depend on the model's size. A cold load and a warm one, each in a new browser on one profile.

import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineInfo } from "../../src/index.ts";
import { startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { writeSyntheticCheckpoint } from "../reference/synthetic-checkpoint.ts";
import { startBareChromium } from "./bare-chromium.ts";

export const MB = 1e6;

const shardBytes = 300 * MB;
const stillMs = 120_000; // without another byte or step, it hangs; a slow disk is only slow

// Answers once, to show that the weights have arrived, and tells the server what it saw; each second, how far it is.
const script = `
  import { createEngine } from "/lib/index.js";
  const at = {};
  let step = "loading";
  setInterval(() => fetch("/step", { method: "POST", body: JSON.stringify({ step, ...at }) }), 1000);
  let report;
  try {
    const onProgress = ({ phase, loadedBytes }) => (at[phase] = loadedBytes);
    const setup = { quantize: "none", contextLength: 64, tokenizer: "optional", onProgress };
    const engine = await createEngine("/model/", { ...setup, onRecovery: ({ state }) => (step = state) });
    step = "answering";
    const sampling = { temperature: 0, ignore_eos: true, max_tokens: 1 };
    const { pronk } = await engine.completions.create({ ...sampling, prompt: [1] });
    report = { info: engine.info, ids: pronk.ids };
  } catch (error) {
    report = { failure: error.message };
  }
  await fetch("/report", { method: "POST", body: JSON.stringify(report) });
`;

export interface MeasuredLoad {
  info: EngineInfo;
  ids: number[];
  heldBytes: number;
  peakBytes: number;
}

/** Cold, then warm. Throws if the disk has no room for the checkpoint and its copy in the store. */
export async function measureLoads(totalBytes: number): Promise<MeasuredLoad[]> {
  ensureBuilt(["library"]);
  const parent = mkdtempSync(join(tmpdir(), "pronk-memory-"));
  const neededBytes = 3 * totalBytes;
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < neededBytes) throw new Error(`${parent} needs ${neededBytes / 1e9} GB of free disk for this`);
  const [pageDir, modelDir, profileDir] = ["page", "model", "profile"].map((name) => join(parent, name));
  mkdirSync(pageDir, { recursive: true });
  writeFileSync(join(pageDir, "index.html"), `<!doctype html><script type="module" src="page.js"></script>`);
  writeFileSync(join(pageDir, "page.js"), script);
  const { weightBytes } = await writeSyntheticCheckpoint(modelDir, { totalBytes, shardBytes });
  let reported: (text: string) => void = () => {};
  let lastStep = "";
  await using server = await startFileServer({
    mounts: [
      { prefix: "/page/", path: pageDir },
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/model/", path: modelDir },
    ],
    answer(request, response) {
      if (request.url !== "/report" && request.url !== "/step") return false;
      let text = "";
      request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      request.on("end", () => {
        response.writeHead(204).end();
        if (request.url === "/report") reported(text);
        else lastStep = text;
      });
      return true;
    },
  });
  try {
    const loads: MeasuredLoad[] = [];
    for (const kind of ["cold", "warm"]) {
      const report = new Promise<string>((resolve) => (reported = resolve));
      lastStep = "";
      const load = await watch(
        `${server.origin}/page/`,
        profileDir,
        report,
        () => `${kind}: ${lastStep || "not a word"}`,
      );
      const seconds = (load.info.loadMs / 1000).toFixed(1);
      console.log(
        `${(weightBytes / MB).toFixed(0)} MB ${kind}: the page's process holds ${(load.heldBytes / MB).toFixed(0)} MB, peaks at ${(load.peakBytes / MB).toFixed(0)} MB, the loader's buffers at ${(load.info.peakChunkBytes / MB).toFixed(0)} MB; loaded in ${seconds} s`,
      );
      loads.push(load);
    }
    return loads;
  } finally {
    rmSync(parent, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function watch(
  url: string,
  profileDir: string,
  report: Promise<string>,
  lastStep: () => string,
): Promise<MeasuredLoad> {
  await using chromium = await startBareChromium(url, profileDir);
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(chromium.rendererBytes()), 200);
  let step = lastStep();
  let steppedMs = performance.now();
  let watching: ReturnType<typeof setInterval> | undefined;
  const still = new Promise<never>((_, reject) => {
    watching = setInterval(() => {
      if (lastStep() !== step) [step, steppedMs] = [lastStep(), performance.now()];
      else if (performance.now() - steppedMs > stillMs)
        reject(new Error(`the page stands still for ${stillMs / 1000} s (${step})`));
    }, 1000);
  });
  try {
    const told = JSON.parse(await Promise.race([report, chromium.ended, still]));
    if (told.failure) throw new Error(told.failure);
    const sorted = samples.toSorted((a, b) => a - b);
    // Single peaks are garbage not yet collected, up to five buffers of it on a busy machine; they depend on chance and time,
    // not on size. What nine of ten samples stay below is what the page holds.
    const heldBytes = sorted[Math.floor(0.9 * (sorted.length - 1))];
    return { ...told, heldBytes, peakBytes: sorted.at(-1)! };
  } finally {
    clearInterval(sampling);
    clearInterval(watching);
  }
}
