// A buffer that a real browser's GPU has no room for, at every place where a first load, a warm start and an answer ask for
// one: each ends as out-of-memory with smaller plans, or right; what was taken is free again, and the engine's next request,
// or the next load, is as if nothing had happened. In both browsers.

import { rmSync } from "node:fs";
import type { Completion } from "../../src/index.ts";
import { writeByteModel } from "../support/byte-model.ts";
import type { FrailGpu, LoadFrail } from "../support/frail-gpu.ts";
import { browserKinds } from "../support/harness.ts";
import { bufferRefusals, openRefusingGpu, type RefusingGpu } from "../support/refusing-gpu.ts";
import { broken, type Proof } from "./proof.ts";

export interface RefusedMemoryReport {
  runs: number;
  passed: number;
  failed: number;
  /** Places at which there are buffers to refuse, and how runs ended, by what was being done. */
  places: Record<string, number>;
  ends: Record<string, Record<string, number>>;
  failures: string[];
}

const moments = ["first load", "warm start", "answer"] as const;
type Moment = (typeof moments)[number];
type How = (typeof bufferRefusals)[number];

// What runs in the page finds these as globals.
declare const requests: FrailGpu["requests"];
declare const load: LoadFrail;
declare const refusing: RefusingGpu;
declare const undisturbed: { ids: string; bytes: number };

interface Ended {
  code?: string;
  buffer?: unknown;
  plans?: number;
  message?: string;
  ids?: string;
  /** Whether that many buffers were asked for. */
  isRefused: boolean;
  /** Bytes that were left on the GPU beyond what was there before. */
  leftBytes: number;
  /** The next request went wrong. */
  isSpoiled: boolean;
}

/** Places evenly apart, `count` in all, or every one if there are no more. */
export async function runRefusedMemory(count: number, seed: number): Promise<RefusedMemoryReport> {
  const report: RefusedMemoryReport = { runs: 0, passed: 0, failed: 0, places: {}, ends: {}, failures: [] };
  const { parent, folder } = writeByteModel();
  const each = Math.ceil(count / (browserKinds.length * moments.length * bufferRefusals.length));
  try {
    for (const browser of browserKinds) {
      await using runner = await openRefusingGpu(browser, folder);
      for (const moment of moments) {
        const most = await runner.page.evaluate(placesIn, moment);
        report.places[`${browser}, ${moment}`] = most;
        for (const how of bufferRefusals)
          for (const at of placesOf(most, each, seed)) {
            const ended = await runner.page.evaluate(runCase, [moment, how, at] as const);
            const end = endOf(ended);
            report.runs++;
            const ends = (report.ends[`${moment}, ${how}`] ??= {});
            ends[end] = (ends[end] ?? 0) + 1;
            if (end === "named" || end === "right") report.passed++;
            else {
              report.failed++;
              const told = JSON.stringify({ browser, moment, how, at, ...ended });
              report.failures.push(broken(at, seed, `${end}: ${told}`).message);
            }
          }
      }
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  return report;
}

/** `count` places of 1 to `most`, evenly apart. */
function placesOf(most: number, count: number, seed: number): number[] {
  if (count >= most) return Array.from({ length: most }, (_, i) => i + 1);
  const places = Array.from({ length: count }, (_, i) => 1 + ((Math.floor((i * most) / count) + seed) % most));
  return [...new Set(places)];
}

function endOf({ code, buffer, plans, ids, isRefused, leftBytes, isSpoiled }: Ended): string {
  if (!isRefused) return "nothing refused";
  if (leftBytes !== 0) return "bytes left";
  if (isSpoiled) return "spoiled";
  if (ids !== undefined) return "right";
  if (code !== "out-of-memory") return "other error";
  return plans && typeof buffer === "string" && buffer !== "" ? "named" : "without plans";
}

/** How many buffers are asked for; leaves the store that a warm start finds, and the right ids. */
async function placesIn(moment: Moment): Promise<number> {
  const options = { quantize: "q4", kv: "f32", store: moment === "warm start" } as const;
  if (moment === "warm start") await (await load(options)).unload();
  const before = refusing.liveBytes;
  Object.assign(refusing, { buffers: 0, refused: undefined });
  const engine = await load(options);
  const atLoad = refusing.buffers;
  const onLogits = () => {}; // asks for buffers of its own
  const { pronk } = (await engine.completions.create(requests.penalized, { onLogits })) as Completion;
  const most = moment === "answer" ? refusing.buffers - atLoad : atLoad;
  Object.assign(globalThis, { undisturbed: { ids: pronk.ids.join(), bytes: refusing.liveBytes - before } });
  await engine.unload();
  return most;
}

async function runCase([moment, how, at]: readonly [Moment, How, number]): Promise<Ended> {
  const options = { quantize: "q4", kv: "f32", store: moment === "warm start" } as const;
  const refuse = (refused?: RefusingGpu["refused"]) => Object.assign(refusing, { buffers: 0, refused });
  type Engine = Awaited<ReturnType<LoadFrail>>;
  const reply = async (engine: Engine) => {
    const { pronk } = (await engine.completions.create(requests.penalized, { onLogits() {} })) as Completion;
    return pronk.ids.join();
  };
  const before = refusing.liveBytes;
  let engine: Engine | undefined = moment === "answer" ? await load(options) : undefined;
  let ended: Pick<Ended, "code" | "buffer" | "plans" | "message" | "ids">;
  refuse({ at, how });
  try {
    engine ??= await load(options);
    ended = { ids: await reply(engine) };
  } catch (error) {
    const { code, facts, message } = error as Error & { code?: string; facts?: Record<string, unknown> };
    ended = { code, message, buffer: facts?.buffer, plans: (facts?.plans as unknown[] | undefined)?.length };
  }
  const isRefused = refusing.buffers >= at;
  refuse();
  let leftBytes = engine ? 0 : refusing.liveBytes - before;
  if (!engine && at % 10 === 1) engine = await load(options); // else the next case finds out
  const ids = engine && (await reply(engine));
  if (engine) leftBytes += refusing.liveBytes - before - undisturbed.bytes; // what the refused call made and kept is in use now
  await engine?.unload();
  leftBytes ||= refusing.liveBytes - before;
  const isSpoiled = [ids, ended.ids].some((one) => one !== undefined && one !== undisturbed.ids);
  return { ...ended, isRefused, leftBytes, isSpoiled };
}

export const refusedMemoryProof: Proof = {
  name: "refused-memory",
  says: "A GPU that has no room for a buffer, wherever one is asked for: named with smaller plans, and the next works",
  unit: "refusals, or as many as there are",
  slice: 24,
  full: 2000,
  async run(count, seed) {
    const { failures } = await runRefusedMemory(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
