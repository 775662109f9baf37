// The GPU is taken away at random moments of a load, of a prompt and of an answer: it ends with the ids of a run that nobody
// disturbed, sampled ones too. In both browsers; one engine serves many cases, so what one leaves behind is the next one's.

import { rmSync } from "node:fs";
import { browserKinds } from "../support/harness.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type FrailGpu, type LoadFrail, openFrailGpu } from "../support/frail-gpu.ts";
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

export interface LossesReport {
  runs: number;
  passed: number;
  failed: number;
  /** Cases by where the device was lost. */
  moments: Record<Moment, number>;
  /** From the moment the browser gives an adapter again to the next token, for a warm start to its first: medians of one page. */
  recoveryToWarmStart: number[];
  failures: string[];
}

const moments = ["load", "prefill", "decode", "between"] as const;
type Moment = (typeof moments)[number];
type Kind = keyof FrailGpu["requests"];

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

export async function runLosses(count: number, seed: number): Promise<LossesReport> {
  const none = { load: 0, prefill: 0, decode: 0, between: 0 };
  const report: LossesReport = { runs: 0, passed: 0, failed: 0, moments: none, recoveryToWarmStart: [], failures: [] };
  const { parent, folder } = writeByteModel();
  try {
    for (const [place, kind] of browserKinds.entries()) {
      await using runner = await openFrailGpu(kind, folder);
      const own = Array.from({ length: count }, (_, index) => index).filter(
        (index) => index % browserKinds.length === place,
      );
      if (own.length === 0) continue;
      await runner.page.evaluate(prepare);
      for (const index of own) {
        const random = caseRandom(seed, index);
        // Each in turn, so that every one has its share.
        const moment = moments[Math.floor(index / browserKinds.length) % moments.length];
        const one: Case = { moment, request: pick<Kind>(random, ["greedy", "seeded", "penalized"]), part: wholeBelow(random, 1000) / 1000 }; // prettier-ignore
        report.runs++;
        report.moments[moment]++;
        try {
          const { wanted, got, recoveries } = await runner.page.evaluate(runCase, one);
          if (got !== wanted) throw new Error(`ids ${got}; undisturbed ${wanted}`);
          if (recoveries !== (moment === "load" ? 0 : 1)) throw new Error(`it was lost ${recoveries} times`);
          report.passed++;
        } catch (error) {
          report.failed++;
          report.failures.push(
            broken(index, seed, `${kind}, ${JSON.stringify(one)}: ${(error as Error).stack}`).message,
          );
        }
      }
      report.recoveryToWarmStart.push(await runner.page.evaluate(measure));
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

type Page = typeof globalThis & {
  wanted: Record<Kind, { ids: string; prefill: number; submits: number }>;
  loadSubmits: number;
  engine: Awaited<ReturnType<LoadFrail>>;
};

/** The answers of an engine that nobody disturbs, and how many submits each takes. */
async function prepare(): Promise<void> {
  const page = globalThis as Page;
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

/** Both end with one token behind the same words. */
async function measure(): Promise<number> {
  const page = globalThis as Page;
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
  says: "An answer whose GPU is lost, anywhere, ends with the ids that would have come",
  unit: "losses",
  slice: 8,
  full: 300,
  async run(count, seed) {
    const { failures } = await runLosses(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
