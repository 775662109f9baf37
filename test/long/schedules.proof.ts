// Random schedules of one to eight requests at once against the same requests alone: they join at any moment, are left or
// aborted, sample, have adapters of their own, share what they begin with, and together take more of the cache than one could;
// those alone do without drafts. The ids are the same. In both browsers, one schedule in eleven in Firefox; eleven after
// eleven have one KV format, for a software adapter takes half a minute to compile what two engines with adapters need. The
// schedules of one browser and format run in a browser of their own, in Firefox in several, two browsers at a time.

import { rmSync } from "node:fs";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { openRunner } from "../../cli/runner.ts";
import { type ByteLoraModule, writeByteLora } from "../support/byte-lora.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

export interface SchedulesReport {
  runs: number;
  passed: number;
  failed: number;
  /** Requests, those that were left or aborted among them, and their tokens. */
  requests: number;
  cutShort: number;
  tokens: number;
  failures: string[];
}

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
type EngineOptions = NonNullable<Parameters<Pronk["createEngine"]>[1]>;
// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const modelUrl: string;
declare const engines: { crowd: Engine; alone: Engine };

interface Scheduled {
  /** Milliseconds after the first. */
  after: number;
  /** Tokens after which its reader leaves, or it is aborted. */
  cut?: { at: number; how: "leave" | "abort" };
  body: Record<string, unknown> & { prompt: number[]; max_tokens: number };
}

type Schedule = Scheduled[];

/** Of other ranks, on other matrices. */
const adapters: Record<string, [rank: number, modules: ByteLoraModule[]]> = {
  few: [3, ["q_proj", "v_proj"]],
  all: [8, ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]],
  head: [4, ["down_proj", "lm_head"]],
};

const context = 192; // a pool has room for 512 positions at the start: it grows beneath eight long requests

interface Group {
  kind: BrowserKind;
  kv: "f32" | "q8";
  indices: number[];
}

// Schedules of a browser. Firefox's software adapter keeps some 300 MB of each (seen in ESR 153 with Mesa 22.3).
const most = { chromium: Infinity, firefox: 12 };

/** Of `count` schedules, those of one browser with one KV format. */
function groupsOf(count: number): Group[] {
  const groups: Group[] = [];
  for (let index = 0; index < count; index++) {
    const kind = index % 11 === 10 ? "firefox" : "chromium";
    const turn = Math.floor(index / 11) + Number(kind === "firefox"); // Firefox has the other format meanwhile
    const kv = turn % 2 === 0 ? "f32" : "q8";
    let group = groups.find((one) => one.kind === kind && one.kv === kv && one.indices.length < most[kind]);
    if (!group) groups.push((group = { kind, kv, indices: [] }));
    group.indices.push(index);
  }
  return groups;
}

const atOnce = 2; // groups; a page waits more than it computes

export async function runSchedules(count: number, seed: number): Promise<SchedulesReport> {
  const report: SchedulesReport = { runs: 0, passed: 0, failed: 0, requests: 0, cutShort: 0, tokens: 0, failures: [] };
  const { parent, folder } = writeByteModel();
  try {
    const groups = groupsOf(count);
    const lane = async () => {
      for (let group = groups.shift(); group; group = groups.shift())
        await runGroup(group, seed, folder, parent, report);
    };
    const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
    for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

/** In a browser of its own. `parent`: where the adapters' folders go. */
async function runGroup(group: Group, seed: number, folder: string, parent: string, report: SchedulesReport) {
  const { kind, kv, indices } = group;
  await using runner = await openRunner(kind, { adapter: "software" });
  const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
  await runner.page.evaluate(setUp, runner.serve(folder));
  const loras = Object.entries(adapters).map(([name, [rank, modules]]) => {
    const own = `${name}-${indices[0]}`;
    return { name, model: runner.serve(writeByteLora(parent, own, rank, modules)) };
  });
  await runner.page.evaluate(openEngines, { store: false, contextLength: context, adapters: loras, kv });
  for (const index of indices) {
    const schedule = drawSchedule(caseRandom(seed, index));
    report.runs++;
    report.requests += schedule.length;
    report.cutShort += schedule.filter(({ cut }) => cut).length;
    try {
      const ended = await runner.page.evaluate(runSchedule, schedule);
      for (const [i, { together, alone }] of ended.entries()) {
        report.tokens += together.length;
        if (together.join() !== alone.join())
          throw new Error(`request ${i} gave ${together.join()}, alone ${alone.join()}`);
      }
      report.passed++;
    } catch (error) {
      report.failed++;
      const what = `${kind}, ${kv}, ${JSON.stringify(schedule)}: ${(error as Error).stack}`;
      report.failures.push(broken(index, seed, what).message);
    }
  }
}

const schema = {
  type: "object",
  properties: { quantity: { type: "integer" }, description: { type: "string" }, delivered: { type: "boolean" } },
  required: ["quantity", "description", "delivered"],
  additionalProperties: false,
};
const ordered = { type: "json_schema", json_schema: { name: "order", schema } };

/** Prompts begin alike or not, but never with another's answer: that was computed by other kernels than a prompt's. */
function drawSchedule(random: () => number): Schedule {
  return Array.from({ length: 1 + wholeBelow(random, 8) }, (_, i): Scheduled => {
    const begin = pick(random, [0, 0, 40, 64, 100]);
    const length = begin + 2 + wholeBelow(random, 30);
    const prompt = Array.from({ length }, (_, at) => 3 + ((at < begin ? at * 7 : at * 13 + 31 * i + wholeBelow(random, 200)) % 256)); // prettier-ignore
    const shaping = pick(random, [
      {},
      { temperature: 0 },
      { repetition_penalty: 1.2, frequency_penalty: 0.4 },
      { logit_bias: { "40": 3, "90": -5 }, presence_penalty: 0.5 },
      { top_k: 5, top_p: 0.9 },
      { stop: ["e"] },
      { response_format: ordered }, // names are fed, the rest is chosen
    ]);
    const at = 1 + wholeBelow(random, 25);
    return {
      after: pick(random, [0, 0, 5, 20, 60, 150]),
      cut: pick(random, [undefined, undefined, undefined, { at, how: "leave" }, { at, how: "abort" }] as const),
      body: {
        ...{ prompt, max_tokens: pick(random, [1, 8, 30, 60, 300]), ignore_eos: true },
        ...{ temperature: 1, seed: wholeBelow(random, 1000), ...shaping },
        ...pick(random, [{}, {}, ...Object.keys(adapters).map((adapter) => ({ adapter }))]),
      },
    };
  });
}

/** In the page. */
async function openEngines(options: EngineOptions): Promise<void> {
  const crowd = await pronk.createEngine(modelUrl, { ...options, drafts: "auto" });
  const alone = await pronk.createEngine(modelUrl, { ...options, sequences: 1 });
  Object.assign(globalThis, { engines: { crowd, alone } });
}

/** In the page: the ids of each request, in company and alone. */
async function runSchedule(requests: Schedule) {
  const { crowd, alone } = engines;
  const idsOf = async (engine: Engine, { body, cut }: Scheduled) => {
    const stop = new AbortController();
    const ids: number[] = [];
    try {
      const stream = await engine.completions.create({ ...body, stream: true }, { signal: stop.signal });
      for await (const { choices } of stream) {
        ids.push(...choices[0].pronk.ids);
        if (!cut || ids.length < cut.at) continue;
        if (cut.how === "leave") break;
        stop.abort();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return ids;
  };
  const together = await Promise.all(
    requests.map(async (request) => {
      await new Promise((resolve) => setTimeout(resolve, request.after));
      return idsOf(crowd, request);
    }),
  );
  const ended = [];
  for (const [i, request] of requests.entries()) {
    // Of one that was cut, as much as came of it.
    const { length } = together[i];
    const wasCut = request.cut && length >= request.cut.at;
    const cut = wasCut ? ({ at: length, how: "leave" } as const) : undefined;
    ended.push({ together: together[i], alone: await idsOf(alone, { ...request, cut }) });
  }
  return ended;
}

export const schedulesProof: Proof = {
  name: "schedules",
  says: "requests at once give what each gives alone, however they come and go",
  unit: "schedules",
  slice: 11,
  full: 2200,
  async run(count, seed) {
    const { failures } = await runSchedules(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
