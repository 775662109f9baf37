// What an engine runs on is taken away at random moments of a load, of the store's writing, of a prompt and of an answer: its
// device at a submit, with the engine on the page's thread; and, with one tab or three that share it, again the device, the
// worker, the tab, Chromium's GPU process. Every answer ends with the ids of an undisturbed run, sampled ones too, and the
// store is whole. One page serves many cases, so each inherits what the one before left behind.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { root } from "../../cli/built.ts";
import type { BrowserRunner } from "../../cli/runner.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { browserKinds } from "../support/harness.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type FrailGpu, type LoadFrail, openFrailGpu } from "../support/frail-gpu.ts";
import { type LossStage, type LossWay, lossWays, type LossyTabs, openLossyTabs, requestKinds, type TabLoss } from "../support/lossy-tabs.ts"; // prettier-ignore
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

export interface LossesReport {
  /** Losses, and a measurement in each browser. */
  runs: number;
  passed: number;
  failed: number;
  /** Cases by what was going on at the loss, and by what was lost. */
  moments: Record<Moment, number>;
  ways: Record<Way, number>;
  /** Time from when the browser gives an adapter again to the next token, over a warm start's to its first; for each browser. */
  recoveryToWarmStart: number[];
  failures: string[];
}

const mostToWarmStart = 1.5;
const moments = ["load", "prefill", "decode", "save", "between"] as const;
type Moment = (typeof moments)[number];
type Way = "submit" | LossWay;
type Kind = keyof FrailGpu["requests"];

/** A device that is lost at one of an engine's submits. */
interface Case {
  moment: Moment;
  request: Kind;
  /** Where in its stage, of all submits. */
  part: number;
}

// What runs in the page finds these as globals.
declare const seen: FrailGpu["seen"];
declare const requests: FrailGpu["requests"];
declare const answer: FrailGpu["answer"];
declare const load: LoadFrail;

/** `mayMeasure`: times mean nothing when tests run beside each other. */
export async function runLosses(count: number, seed: number, mayMeasure = true): Promise<LossesReport> {
  const report: LossesReport = {
    runs: 0,
    passed: 0,
    failed: 0,
    moments: { load: 0, prefill: 0, decode: 0, save: 0, between: 0 },
    ways: { submit: 0, device: 0, worker: 0, tab: 0, gpu: 0 },
    recoveryToWarmStart: [],
    failures: [],
  };
  ensureBuilt(["library", "runner"]);
  const { parent, folder } = writeByteModel();
  try {
    for (const [place, kind] of browserKinds.entries()) {
      const own = Array.from({ length: count }, (_, index) => index).filter(
        (index) => index % browserKinds.length === place,
      );
      if (own.length === 0) continue;
      if (mayMeasure) await measureRecovery(kind, report);
      await using frail = await openFrailGpu(kind, folder);
      await using tabs = await openLossyTabs(kind);
      await frail.page.evaluate(prepare);
      for (const [turn, index] of own.entries()) {
        const one = drawCase(kind, turn, caseRandom(seed, index));
        report.runs++;
        report.ways[one.way]++;
        try {
          if (one.way === "submit") {
            report.moments[one.moment]++;
            await atSubmit(frail, one);
          } else {
            const { way, moment } = one;
            report.moments[await inTabs(tabs, { ...one, way, stage: moment as LossStage })]++;
          }
          report.passed++;
        } catch (error) {
          report.failed++;
          report.failures.push(
            broken(index, seed, `${kind}, ${JSON.stringify(one)}: ${(error as Error).stack}`).message,
          );
        }
      }
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

/** With the shipped model, and nothing else in the browser. */
async function measureRecovery(kind: BrowserKind, report: LossesReport): Promise<void> {
  await using shipped = await openFrailGpu(kind, join(root, "public/models/tiny"));
  const ratio = await shipped.page.evaluate(measure);
  report.runs++;
  report.recoveryToWarmStart.push(ratio);
  if (ratio <= mostToWarmStart) report.passed++;
  else {
    report.failed++;
    report.failures.push(`${kind}: from an adapter to the next token ${ratio} times a warm start, at most ${mostToWarmStart} expected`); // prettier-ignore
  }
}

/** Each way and moment in turn, so that every one has its share; the rest is drawn. */
function drawCase(kind: BrowserKind, turn: number, random: () => number) {
  const ways: Way[] = ["submit", ...lossWays.filter((way) => way !== "gpu" || kind === "chromium")];
  const way = ways[turn % ways.length];
  const round = Math.floor(turn / ways.length);
  // A load's submits are alike, whether it stores or not; with tabs there is no "between".
  const own = moments.filter((moment) => moment !== (way === "submit" ? "save" : "between"));
  const tabs = pick<TabLoss["tabs"]>(random, [1, 3]);
  return { way, moment: own[(round + (turn % ways.length)) % own.length], tabs, request: pick<Kind>(random, requestKinds), part: wholeBelow(random, 1000) / 1000 }; // prettier-ignore
}

async function atSubmit({ page }: BrowserRunner, { moment, request, part }: Case): Promise<void> {
  const { wanted, got, recoveries } = await page.evaluate(runCase, { moment, request, part });
  if (got !== wanted) throw new Error(`ids ${got}; undisturbed ${wanted}`);
  if (recoveries !== (moment === "load" ? 0 : 1)) throw new Error(`it was lost ${recoveries} times`);
}

/** When it was lost. */
async function inTabs(tabs: LossyTabs, loss: TabLoss): Promise<Moment> {
  const { wanted, got, struckAt, models, damaged, events } = await beforeLimit(tabs.run(loss));
  for (const ids of got)
    if (ids !== wanted) throw new Error(`ids ${ids}; undisturbed ${wanted}; told ${events.join()}`);
  if (got.length === 0) throw new Error("nobody answered");
  if (models !== 1 || damaged > 0) throw new Error(`${models} models are stored, with ${damaged} damaged blocks`);
  return struckAt;
}

const limitMs = 240_000; // an engine itself gives up after three minutes

function beforeLimit<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type Page = typeof globalThis & {
  wanted: Record<Kind, { ids: string; prefill: number; submits: number }>;
  loadSubmits: number;
  engine: Awaited<ReturnType<LoadFrail>>;
};

/** The answers of an undisturbed engine, how many submits each takes, and a load from the store. */
async function prepare(): Promise<void> {
  const page = globalThis as Page;
  await (await load()).unload(); // fills the store, which takes more of them
  const before = seen.submits;
  page.engine = await load();
  page.loadSubmits = seen.submits - before;
  page.wanted = {} as Page["wanted"];
  for (const kind of ["greedy", "seeded", "penalized"] as const) {
    await answer(page.engine, { prompt: "#", max_tokens: 1 });
    let start = seen.submits;
    await answer(page.engine, { ...requests[kind], max_tokens: 1 });
    const prefill = seen.submits - start;
    await answer(page.engine, { prompt: "#", max_tokens: 1 });
    start = seen.submits;
    const { ids } = await answer(page.engine, requests[kind]);
    page.wanted[kind] = { ids, prefill, submits: seen.submits - start };
  }
}

async function runCase({ moment, request, part }: Case) {
  const page = globalThis as Page;
  const { ids: wanted, prefill, submits } = page.wanted[request];
  const at = (from: number, to: number) => (seen.loseAtSubmit = seen.submits + from + Math.floor(part * (to - from)));
  if (moment === "load") {
    await page.engine.unload();
    at(1, page.loadSubmits + 1);
    page.engine = await load();
  }
  await answer(page.engine, { prompt: "#", max_tokens: 1 });
  if (moment === "between") seen.device.destroy();
  if (moment === "prefill") at(1, prefill);
  if (moment === "decode") at(prefill + 1, submits - 8); // not among the surplus steps
  const { ids: got, recoveries = 0 } = await answer(page.engine, requests[request]);
  return { wanted, got, recoveries };
}

/** From an adapter to the next token, over a warm start to its first: medians. Both end one token after the same words. */
async function measure(): Promise<number> {
  const page = globalThis as Page;
  page.engine = await load(); // the first, which fills the store
  await page.engine.unload();
  page.engine = await load();
  const one = { ...requests.greedy, max_tokens: 1 };
  const spans: [recoveryMs: number, warmMs: number][] = [];
  for (let run = 0; run < 5; run++) {
    await answer(page.engine, one);
    seen.device.destroy();
    await answer(page.engine, one);
    const recoveryMs = performance.now() - seen.adapterAt;
    await page.engine.unload();
    const started = performance.now();
    page.engine = await load();
    await answer(page.engine, one);
    spans.push([recoveryMs, performance.now() - started]);
  }
  const median = (of: 0 | 1) => spans.map((span) => span[of]).sort((a, b) => a - b)[2];
  return median(0) / median(1);
}

export const lossesProof: Proof = {
  name: "losses",
  says: "An answer whose GPU, worker or tab is lost, anywhere, ends with the ids that would have come",
  unit: "losses",
  slice: 12, // each way in each browser
  full: 300,
  async run(count, seed) {
    const { failures } = await runLosses(count, seed, count >= lossesProof.full);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
