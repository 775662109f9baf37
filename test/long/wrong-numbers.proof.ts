// Writes to the GPU that are dropped, repeated or swapped, and NaN or Inf in its buffers, at random moments of a load, a
// warm start, a prompt and an answer: the run ends with an error that names what is wrong, or with the ids of an undisturbed
// run. In both browsers.

import { rmSync } from "node:fs";
import { writeByteModel } from "../support/byte-model.ts";
import { type FaultyQueue, openFaultyQueue, type QueueFault, queueFaults } from "../support/faulty-queue.ts";
import type { FrailGpu, LoadFrail } from "../support/frail-gpu.ts";
import { browserKinds } from "../support/harness.ts";
import { broken, caseRandom, pick, type Proof } from "./proof.ts";

export interface WrongNumbersReport {
  runs: number;
  passed: number;
  failed: number;
  /** Cases by what was done and how they ended. */
  ends: Record<string, Record<string, number>>;
  failures: string[];
}

const moments = ["load", "warm", "prompt", "answer"] as const;
type Moment = (typeof moments)[number];

interface Case {
  moment: Moment;
  kind: QueueFault;
  request: "greedy" | "seeded" | "penalized";
  kv: "f32" | "f16" | "q8";
  quantize: "none" | "q8" | "q4";
  /** Where among the writes (or submits) of the moment, in [0, 1). */
  place: number;
  part: number;
}

// What runs in the page finds these as globals.
declare const requests: FrailGpu["requests"];
declare const answer: FrailGpu["answer"];
declare const load: LoadFrail;
declare const faulty: FaultyQueue;

interface Ended {
  wanted: string;
  ids?: string;
  error?: { code?: string; message: string };
  warnings: string[];
  done?: string;
}

export async function runWrongNumbers(count: number, seed: number): Promise<WrongNumbersReport> {
  const report: WrongNumbersReport = { runs: 0, passed: 0, failed: 0, ends: {}, failures: [] };
  const { parent, folder } = writeByteModel();
  try {
    for (const [place, browser] of browserKinds.entries()) {
      await using runner = await openFaultyQueue(browser, folder);
      for (let index = place; index < count; index += browserKinds.length) {
        const one = caseOf(seed, index);
        const ended = await runner.page.evaluate(runCase, one);
        const end = endOf(ended);
        report.runs++;
        const ends = (report.ends[`${one.moment}, ${one.kind}`] ??= {});
        ends[end] = (ends[end] ?? 0) + 1;
        if (end === "right" || end === "named") report.passed++;
        else {
          report.failed++;
          const told = JSON.stringify({ browser, ...one, ...ended });
          report.failures.push(broken(index, seed, `${end}: ${told}`).message);
        }
      }
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

/** Moments and kinds in turn: four and five, so that any twenty turns have each pair, in each browser. */
function caseOf(seed: number, index: number): Case {
  const random = caseRandom(seed, index);
  const turn = Math.floor(index / 2);
  const kind = queueFaults[turn % queueFaults.length];
  return {
    moment: moments[turn % moments.length],
    kind,
    request: pick(random, ["greedy", "seeded", "penalized"]),
    kv: pick(random, ["f32", "f16", "q8"]),
    quantize: kind === "NaN" || kind === "Inf" ? "none" : pick(random, ["none", "q8", "q4"]),
    place: random(),
    part: random(),
  };
}

function endOf({ wanted, ids, error, done }: Ended): "right" | "named" | "wrong ids" | "other error" | "nothing done" {
  if (!done) return "nothing done";
  if (error) return error.code === "driver-fault" ? "named" : "other error";
  return ids === wanted ? "right" : "wrong ids";
}

interface Undisturbed {
  ids: string;
  /** Writes and submits of each moment. */
  counts: Record<Moment, { writes: number; submits: number }>;
}

async function runCase({ moment, kind, request, kv, quantize, place, part }: Case): Promise<Ended> {
  const page = globalThis as typeof globalThis & { undisturbed?: Record<string, Undisturbed> };
  const options = { kv, quantize } as const;
  const asked = requests[request];
  const count = () => Object.assign(faulty, { writes: 0, submits: 0, labels: [], fault: undefined });
  const counted = () => ({ writes: faulty.writes, submits: faulty.submits });
  type Engine = Awaited<ReturnType<LoadFrail>>;

  /** Everything up to the moment, then `arm`, then the rest. Gives the ids. */
  const run = async (at: Moment, arm: () => void, ended: () => void, keep: (engine: Engine) => void) => {
    if (at === "load" || at === "warm") arm();
    const engine = await load({ ...options, store: at !== "load" });
    keep(engine);
    if (at === "load" || at === "warm") ended();
    else await answer(engine, { prompt: "It was", max_tokens: 3 });
    if (at === "answer") {
      let ids = "";
      let length = 0;
      let isArmed = false;
      const stream = await engine.completions.create({ ...asked, stream: true } as never);
      for await (const chunk of stream as unknown as AsyncIterable<{ pronk: { ids: number[] } }>) {
        if (!isArmed) arm();
        isArmed = true;
        for (const id of chunk.pronk.ids) ids += `${length++ ? "," : ""}${id}`;
      }
      ended();
      return ids;
    }
    if (at === "prompt") arm();
    const { ids } = await answer(engine, asked);
    if (at === "prompt") ended();
    return ids;
  };

  const key = JSON.stringify([request, kv, quantize]);
  page.undisturbed ??= {};
  if (!page.undisturbed[key]) {
    const found: Undisturbed = { ids: "", counts: {} as Undisturbed["counts"] };
    await (await load({ ...options })).unload(); // now it is stored
    for (const at of ["load", "warm", "prompt", "answer"] as const) {
      let engine: Engine | undefined;
      const stop = () => (found.counts[at] = counted());
      const ids = await run(at, count, stop, (made) => (engine = made));
      if (at !== "load" && ids !== found.ids) throw new Error(`undisturbed, ${at}: ids ${ids}, not ${found.ids}`);
      found.ids = ids;
      await engine!.unload();
    }
    page.undisturbed[key] = found;
  }
  const { ids: wanted, counts } = page.undisturbed[key];
  const isPoison = kind === "NaN" || kind === "Inf";
  // Most answers make no writes: then those sent for the prompt count.
  const writeMoment = moment === "answer" ? "prompt" : moment;
  const at = isPoison ? moment : writeMoment;
  const most = isPoison ? counts[at].submits * (at === "answer" ? 0.8 : 1) : counts[at].writes; // surplus steps vary
  const number = 1 + Math.floor(place * most);
  let engine: Engine | undefined;
  const arm = () => Object.assign(count(), { fault: { kind, at: number, part, kv } });
  const done = () => faulty.fault?.done;
  try {
    const ids = await run(at, arm, () => {}, (made) => (engine = made)); // prettier-ignore
    return { wanted, ids, warnings: engine!.info.warnings.map(({ code }) => code), done: done() };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return { wanted, error: { code, message }, warnings: [], done: done() };
  } finally {
    count();
    await engine?.unload().catch(() => {});
  }
}

export const wrongNumbersProof: Proof = {
  name: "wrong-numbers",
  says: "Writes to the GPU that are dropped, repeated or swapped, NaN and Inf: named, or without consequence",
  unit: "faults",
  slice: 10,
  full: 200,
  async run(count, seed) {
    const { failures } = await runWrongNumbers(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
