// Chromium is killed, all its processes at once, at random moments of a download and of the store's writing, once or twice
// on one profile. The next browser sees no model, resumes, and ends with exactly the blocks of an undisturbed load; the
// hub's log tells how much was sent twice: at most one block for each lane.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { maxReadBytes } from "../../src/source/read-limit.ts";
import { startBareChromium } from "../support/bare-chromium.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { largeCheckpoint } from "../support/large-checkpoint.ts";
import { overlapBytes, sentSpans } from "../support/sent-spans.ts";
import { startStoreSite } from "../support/store-page.ts";
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

export interface KillsReport {
  runs: number;
  passed: number;
  failed: number;
  /** Browsers that were killed before their load was over. */
  kills: number;
  /** Bytes that a browser was sent although an earlier one had been sent them. */
  refetchedBytesMax: number;
  refetchedBytesLimit: number;
  failures: string[];
}

type Form = "none" | "q4";

interface Moment {
  of: "download" | "store";
  /** Of all bytes, sent or stored. */
  part: number;
  /** And this much later: progress is told five times a second. */
  laterMs: number;
}

interface Told {
  storedPart?: number;
  visible?: number;
  digests?: Record<string, string>;
  failure?: string;
}

const lanes = 4; // the fewest that a load uses
const headerBytes = 100_000;
const limitMs = 120_000; // for one browser, on a machine that others use too

const files = largeCheckpoint(5); // seven blocks
const sizeBytes = files.get("model.safetensors")!.length;

export async function runKills(count: number, seed: number): Promise<KillsReport> {
  const refetchedBytesLimit = lanes * maxReadBytes + headerBytes;
  const report: KillsReport = {
    runs: 0,
    passed: 0,
    failed: 0,
    kills: 0,
    refetchedBytesMax: 0,
    refetchedBytesLimit,
    failures: [],
  };
  const parent = mkdtempSync(join(tmpdir(), "pronk-kills-"));
  try {
    await using browsers = await Browsers.start(parent);
    const clean = new Map<Form, Told>();
    for (let index = 0; index < count; index++) {
      const random = caseRandom(seed, index);
      const form = pick<Form>(random, ["none", "none", "q4"]);
      const moments = Array.from({ length: random() < 0.3 ? 2 : 1 }, () => randomMoment(random));
      report.runs++;
      try {
        if (!clean.has(form)) clean.set(form, (await browsers.load(`clean-${form}`, form)).told!);
        const { kills, refetchedBytes } = await oneCase(browsers, `${index}`, form, moments, clean.get(form)!);
        report.kills += kills;
        report.refetchedBytesMax = Math.max(report.refetchedBytesMax, refetchedBytes);
        if (refetchedBytes > refetchedBytesLimit) throw new Error(`${refetchedBytes} bytes were fetched again`);
        report.passed++;
      } catch (error) {
        report.failed++;
        report.failures.push(
          broken(index, seed, `${form}, ${JSON.stringify(moments)}: ${(error as Error).stack}`).message,
        );
      }
    }
  } finally {
    rmSync(parent, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  return report;
}

const randomMoment = (random: () => number): Moment => ({
  of: pick(random, ["download", "store"]),
  part: random(),
  laterMs: wholeBelow(random, 200),
});

async function oneCase(browsers: Browsers, profile: string, form: Form, moments: Moment[], clean: Told) {
  const { hub } = browsers;
  hub.requests.length = 0;
  let kills = 0;
  let refetchedBytes = 0;
  for (const moment of [...moments, undefined]) {
    const before = sentSpans(hub.requests);
    const asked = hub.requests.length;
    const { told } = await browsers.load(profile, form, moment);
    const sent = sentSpans(hub.requests.slice(asked));
    refetchedBytes = Math.max(refetchedBytes, overlapBytes(sent, before));
    if (!told) {
      kills++;
      continue;
    }
    if (told.failure) throw new Error(told.failure);
    // Its load may have finished just before the kill; then nothing more is requested.
    if (told.visible && sent.length > 0) throw new Error("a model was visible before it was whole");
    if (!isDeepStrictEqual(told.digests, clean.digests)) throw new Error("other blocks are stored");
    return { kills, refetchedBytes };
  }
  throw new Error("no browser came to an end");
}

/** One hub, one site; a new browser for each load. */
class Browsers implements AsyncDisposable {
  readonly hub: HubServer;
  readonly #parent: string;
  readonly #site: Awaited<ReturnType<typeof startStoreSite>>;
  readonly #hear: { told?: (told: Told) => void };

  static async start(parent: string): Promise<Browsers> {
    const hear: { told?: (told: Told) => void } = {};
    const site = await startStoreSite((request, response) => {
      if (request.url !== "/told") return false;
      let text = "";
      request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      request.on("end", () => {
        response.writeHead(204).end();
        hear.told?.(JSON.parse(text));
      });
      request.on("error", () => {}); // it was killed while reporting
      return true;
    });
    return new Browsers(await startHub([["owner/name", { files }]]), parent, site, hear);
  }

  private constructor(
    hub: HubServer,
    parent: string,
    site: Awaited<ReturnType<typeof startStoreSite>>,
    hear: { told?: (told: Told) => void },
  ) {
    this.hub = hub;
    this.#parent = parent;
    this.#site = site;
    this.#hear = hear;
  }

  /** A load to its end, or until it is killed: then it reports nothing. */
  async load(profile: string, form: Form, moment?: Moment): Promise<{ told?: Told }> {
    const query = new URLSearchParams({ hubUrl: this.hub.url, quantize: form });
    const asked = this.hub.requests.length;
    let isDue = () => {};
    const due = new Promise<void>((resolve) => (isDue = resolve));
    const end = new Promise<Told>((resolve) => {
      this.#hear.told = (told) => {
        if (told.storedPart === undefined) resolve(told);
        else if (moment?.of === "store" && told.storedPart >= moment.part) isDue();
      };
    });
    const url = `${this.#site.server.origin}/kill.html?${query}`;
    await using chromium = await startBareChromium(url, join(this.#parent, profile), false);
    const looking = setInterval(() => {
      const sent = sentSpans(this.hub.requests.slice(asked)).reduce((sum, { start, end: to }) => sum + to - start, 0);
      if (moment?.of === "download" && sent >= moment.part * sizeBytes) isDue();
    }, 5);
    let limit: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error(`no end after ${limitMs / 1000} s`)), limitMs);
    });
    const killed = due.then(() => new Promise((resolve) => setTimeout(resolve, moment!.laterMs))).then(() => undefined);
    try {
      return { told: await Promise.race([end, killed, tooLate, chromium.ended]) };
    } finally {
      clearInterval(looking);
      clearTimeout(limit);
      await chromium.kill();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site.server.close();
    await this.hub.close();
  }
}

export const killsProof: Proof = {
  name: "kills",
  says: "A load whose browser is killed goes on in the next one and ends with the same blocks",
  unit: "loads",
  slice: 4,
  full: 50,
  async run(count, seed) {
    const { failures } = await runKills(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
