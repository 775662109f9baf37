// A long life of one engine, in Chromium: short turns of twelve conversations, one to eight of them at once, that go on, begin
// anew, are left or aborted. The buffers that its page has created and not destroyed take as many bytes at the end as when all
// its sequences were full for the first time; and all can be full again, so no page of the cache was lost.

import { rmSync } from "node:fs";
import { openRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

export interface TurnsReport {
  /** Turns, and the measurement after them. */
  runs: number;
  passed: number;
  failed: number;
  tokens: number;
  cutShort: number;
  /** Of the page's buffers: when all sequences had been full for the first time, and again after the last turn. */
  gpuBytes: { first: number; last: number };
  failures: string[];
}

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;

interface Talk {
  engine: Engine;
  /** Ids of each conversation so far. */
  chats: number[][];
}

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const modelUrl: string;
declare const talks: Record<string, Talk>;
declare const bytesAlive: () => number;

interface Turn {
  chat: number;
  isNew: boolean;
  ids: number[];
  cut?: { at: number; how: "leave" | "abort" };
  body: Record<string, unknown> & { max_tokens: number };
}

const chats = 12;
const sequences = 8;
const context = 256; // eight of them fill a pool that has grown by doubling
const kinds = ["f32", "q8"] as const;

export async function runTurns(count: number, seed: number): Promise<TurnsReport> {
  const report: TurnsReport = {
    runs: 0,
    passed: 0,
    failed: 0,
    tokens: 0,
    cutShort: 0,
    gpuBytes: { first: 0, last: 0 },
    failures: [],
  };
  const { parent, folder } = writeByteModel({ contextLength: context });
  try {
    await using runner = await openRunner("chromium", { adapter: "software" });
    const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
    await runner.page.evaluate(setUp, runner.serve(folder));
    await runner.page.evaluate(countBuffers, 0);
    await runner.page.evaluate(openEngines, { sequences, context, chats });
    const first = await runner.page.evaluate(fillAll, { sequences, context });
    for (let index = 0; report.runs < count && report.failed < 5; index++) {
      const random = caseRandom(seed, index);
      const kind = pick(random, kinds);
      const turns = drawTurns(random).slice(0, count - report.runs);
      report.runs += turns.length;
      try {
        report.tokens += await runner.page.evaluate(takeTurns, { kind, turns, context });
        report.cutShort += turns.filter(({ cut }) => cut).length;
        report.passed += turns.length;
      } catch (error) {
        report.failed += turns.length;
        report.failures.push(broken(index, seed, `${kind}: ${(error as Error).stack}`).message);
      }
    }
    const last = await runner.page.evaluate(fillAll, { sequences, context });
    report.gpuBytes = { first, last };
    report.runs++;
    if (last === first) report.passed++;
    else {
      report.failed++;
      report.failures.push(`${last} bytes on the GPU after ${count} turns, ${first} before them`);
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

/** One to eight turns at once, each of another conversation. */
function drawTurns(random: () => number): Turn[] {
  const free = Array.from({ length: chats }, (_, chat) => chat);
  return Array.from({ length: 1 + wholeBelow(random, sequences) }, () => {
    const [chat] = free.splice(wholeBelow(random, free.length), 1);
    const shaping = pick(random, [{}, { temperature: 0 }, { top_k: 5 }, { repetition_penalty: 1.2 }]);
    const cut = { at: 1 + wholeBelow(random, 4), how: pick(random, ["leave", "abort"] as const) };
    return {
      chat,
      isNew: random() < 0.1,
      ids: Array.from({ length: 2 + wholeBelow(random, 12) }, () => 3 + wholeBelow(random, 256)),
      cut: random() < 0.2 ? cut : undefined,
      body: {
        ...{ max_tokens: 1 + wholeBelow(random, 6), ignore_eos: true },
        ...{ temperature: 1, seed: wholeBelow(random, 1000), ...shaping },
      },
    };
  });
}

/** Every buffer of the page from now on, until it is destroyed. */
function countBuffers(): void {
  const alive = new Map<GPUBuffer, number>();
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.set(buffer, buffer.size);
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    alive.delete(this);
    return destroy.call(this);
  };
  Object.assign(globalThis, { bytesAlive: () => [...alive.values()].reduce((sum, size) => sum + size, 0) });
}

async function openEngines(options: { sequences: number; context: number; chats: number }): Promise<void> {
  const opened: typeof talks = {};
  for (const kv of ["f32", "q8"] as const) {
    const { sequences, context: contextLength } = options;
    const own = { store: false, worker: false, drafts: "auto", contextLength, kv, sequences } as const;
    const empty = Array.from({ length: options.chats }, () => []);
    opened[kv] = { engine: await pronk.createEngine(modelUrl, own), chats: empty };
  }
  Object.assign(globalThis, { talks: opened });
}

/**
 * All sequences at once, each of its own ids up to the end of its context, with each engine; the bytes of the page's buffers
 * after it. The last tokens are chosen together, so that the cache holds all of them; had it lost pages, it would grow.
 */
async function fillAll({ sequences, context }: { sequences: number; context: number }): Promise<number> {
  const chosen = 64;
  for (const { engine } of Object.values(talks)) {
    const answers = Array.from({ length: sequences }, (_, i) => {
      const prompt = Array.from({ length: context - chosen }, (_, at) => 3 + ((at * 13 + 31 * i) % 256));
      return engine.completions.create({ prompt, max_tokens: chosen, ignore_eos: true });
    });
    for (const { usage } of await Promise.all(answers))
      if (usage?.total_tokens !== context) throw new Error(`${usage?.total_tokens} tokens of ${context}`);
  }
  return bytesAlive();
}

/** The tokens that were given. */
async function takeTurns({ kind, turns, context }: { kind: string; turns: Turn[]; context: number }): Promise<number> {
  const { engine, chats } = talks[kind];
  const counts = turns.map(async ({ chat, isNew, ids, cut, body }) => {
    const said = isNew || chats[chat].length + ids.length + body.max_tokens > context ? [] : chats[chat];
    const prompt = [...said, ...ids];
    const answer: number[] = [];
    const stop = new AbortController();
    try {
      const stream = await engine.completions.create({ ...body, prompt, stream: true }, { signal: stop.signal });
      for await (const { choices } of stream) {
        answer.push(...choices[0].pronk.ids);
        if (!cut || answer.length < cut.at) continue;
        if (cut.how === "leave") break;
        stop.abort();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    if (!cut && answer.length !== body.max_tokens) throw new Error(`${answer.length} tokens of ${body.max_tokens}`);
    chats[chat] = [...prompt, ...answer];
    return answer.length;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

export const turnsProof: Proof = {
  name: "turns",
  says: "an engine takes as many bytes on the GPU after many turns as before them",
  unit: "turns",
  slice: 100,
  full: 10_000,
  async run(count, seed) {
    const { failures } = await runTurns(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
