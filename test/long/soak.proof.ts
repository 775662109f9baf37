// A long day on the chat page, in Chromium: turns in one to three tabs that share an engine, answers and loads that are
// stopped, models that change, tabs that are reloaded and closed in the middle of an answer, and in the middle of it all an
// update of the page. Nothing is alive after it that was not after the first turns: bytes on the GPU, listeners, connections,
// and the heap within a tenth.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { ensureBrowser } from "../../cli/browser/browsers.ts";
import { chromiumFlags } from "../../cli/browser/chromium-flags.ts";
import { outputFolder } from "../../cli/built.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import type { PronkChat } from "../../src/element/index.ts";
import { startSite } from "../e2e/chat-site.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type Counts, type LiveObjects, liveObjects } from "../support/live-objects.ts";
import { broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

type Live = Record<"page" | "worker", LiveObjects>;

export interface SoakReport {
  /** Turns, and measurements after the first. */
  runs: number;
  passed: number;
  failed: number;
  /** What was done besides asking. */
  events: Record<Event | "stopped" | "update", number>;
  /** What was alive in the all-day tab and in the worker: after the first turns, before the update, at the end. */
  live: Record<string, Live>;
  failures: string[];
}

const events = ["none", "switch", "switch-twice", "reload", "reload-answering", "open", "close", "close-answering", "new-chat"] as const; // prettier-ignore
type Event = (typeof events)[number];

const firstTurns = 20; // after them everything has been used once
const mostTabs = 3;
const heapSlack = 1.1;
// JavaScript's own handle of what the browser keeps anyway, such as a shared worker's port, comes and goes: one of a kind, and
// of the signals that end an engine's link, its port and its session, each listened to once, all three.
const mayComeAndGo = (what: string): number => (what === "gpuBytes" ? 0 : what === "AbortSignal abort" ? 3 : 1);
const models = ["/models/tiny/", "/models/other/"];

export async function runSoak(turns: number, seed: number): Promise<SoakReport> {
  const counts = Object.fromEntries([...events, "stopped", "update"].map((name) => [name, 0])) as SoakReport["events"];
  const report: SoakReport = { runs: 0, passed: 0, failed: 0, events: counts, live: {}, failures: [] };
  await using day = await Day.begin();
  const updateAt = Math.max(1, Math.floor(turns / 2));
  const measureAt = Math.min(firstTurns, updateAt);
  const measure = async (moment: string) => void (report.live[moment] = await day.measure());
  for (let index = 0; index < turns; index++) {
    report.runs++;
    try {
      if (index === measureAt) await measure("first");
      if (index === updateAt) {
        if (measureAt < updateAt) await measure("before");
        report.events.update++;
        await day.update();
      }
      await day.turn(caseRandom(seed, index), counts);
      report.passed++;
    } catch (error) {
      report.failed++;
      report.failures.push(broken(index, seed, String((error as Error).stack)).message);
      if (report.failed >= 5) break; // it will not get better
    }
  }
  await measure("last");
  for (const moment of Object.keys(report.live).slice(1)) {
    report.runs++;
    const failures = grown(moment, report.live);
    report.failures.push(...failures);
    if (failures.length > 0) report.failed++;
    else report.passed++;
  }
  return report;
}

/** What has grown since the first turns. */
function grown(moment: string, { first, [moment]: live }: SoakReport["live"]): string[] {
  const failures: string[] = [];
  for (const place of ["page", "worker"] as const) {
    const { heapBytes, ...counted } = flat(live[place]);
    const { heapBytes: firstHeapBytes, ...counts } = flat(first[place]);
    if (heapBytes > firstHeapBytes * heapSlack)
      failures.push(`${moment}: ${place}: a heap of ${heapBytes} bytes, ${firstHeapBytes} after the first turns`);
    for (const [what, now] of Object.entries(counted)) {
      const was = counts[what] ?? 0;
      if (now > was + mayComeAndGo(what))
        failures.push(`${moment}: ${place}: ${what} ${now}, ${was} after the first turns`);
    }
  }
  return failures;
}

function flat({ listeners, connections, ...bytes }: LiveObjects): Counts {
  return { ...bytes, ...listeners, ...connections };
}

/** The page, its server and its tabs. */
class Day implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #server: FileServer;
  readonly #parents: string[];
  readonly #release: { build: number };
  /** The first is open all day. */
  readonly #tabs: Page[] = [];

  static async begin(): Promise<Day> {
    const release = { build: 1 };
    const [tiny, other] = [writeByteModel({ contextLength: 128 }), writeByteModel({ contextLength: 128, layers: 1 })];
    const server = await startSite({
      tiny: tiny.folder,
      folders: { [models[1]]: other.folder },
      answer: (request, response) => {
        if (request.url !== "/sw.js") return false;
        const script = readFileSync(join(outputFolder.demo, "sw.js"), "utf8");
        response.writeHead(200, { "content-type": "text/javascript" }).end(`${script}\n// build ${release.build}`);
        return true;
      },
    });
    const browser = await puppeteer.launch({
      executablePath: await ensureBrowser("chromium", console.error),
      headless: true,
      args: chromiumFlags({ software: true, webgpu: true }),
      protocolTimeout: 0,
      // A shared worker held by a debugger waits for it when it is restarted, as after the only tab's reload.
      targetFilter: (target) => String(target.type()) !== "shared_worker",
    });
    const day = new Day(browser, server, [tiny.parent, other.parent], release);
    await day.#open();
    await day.#visit(day.#tabs[0]); // the service worker holds a page from its second visit on
    return day;
  }

  private constructor(browser: Browser, server: FileServer, parents: string[], release: { build: number }) {
    this.#browser = browser;
    this.#server = server;
    this.#parents = parents;
    this.#release = release;
  }

  async #open(): Promise<Page> {
    const tab = await this.#browser.newPage();
    this.#tabs.push(tab);
    await this.#visit(tab);
    return tab;
  }

  async #visit(tab: Page): Promise<void> {
    await tab.goto(`${this.#server.origin}/`);
    await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
    await settled(tab);
  }

  async #close(tab: Page): Promise<void> {
    this.#tabs.splice(this.#tabs.indexOf(tab), 1);
    await tab.close();
  }

  /** Something may happen, and then a question is answered, or its answer is stopped. */
  async turn(random: () => number, counts: SoakReport["events"]): Promise<void> {
    const event = random() < 0.5 ? "none" : pick(random, events);
    const others = this.#tabs.slice(1);
    const other = others.length > 0 ? pick(random, others) : undefined;
    const any = pick(random, this.#tabs);
    if (event === "open" && this.#tabs.length < mostTabs) await this.#open();
    else if (event === "new-chat") await newChat(any);
    else if (event.startsWith("switch")) {
      if (event === "switch-twice") await choose(any, `${this.#server.origin}${pick(random, models)}`, false);
      await choose(any, `${this.#server.origin}${pick(random, models)}`, true);
    } else if (other) {
      if (event.endsWith("answering")) await begin(other, "and what of this?", wholeBelow(random, 60));
      if (event.startsWith("reload")) await this.#visit(other);
      if (event.startsWith("close")) await this.#close(other);
    }
    counts[event]++;
    const tab = pick(random, this.#tabs);
    const stopAt = random() < 0.3 ? wholeBelow(random, 60) : undefined;
    if (stopAt !== undefined) counts.stopped++;
    if (random() < 0.2) await newChat(tab);
    await settled(tab);
    const status = await ask(tab, `What is ${wholeBelow(random, 1000)}?`, stopAt);
    if (status !== "done" && status !== "length" && (status !== "stopped" || stopAt === undefined))
      throw new Error(`the answer's end is "${status}"`);
  }

  /** A new build: every tab is offered it, and reloads. */
  async update(): Promise<void> {
    this.#release.build++;
    const said = await this.#tabs[0].evaluate(() => document.querySelector<PronkChat>("pronk-chat")!.turns.length);
    await this.#tabs[0].evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    for (const tab of this.#tabs) {
      await tab.evaluate(() => void (document.body.dataset.version = "old"));
      const button = await tab.waitForSelector("[data-action=take-update]", { visible: true });
      await button!.evaluate((one) => (one as HTMLElement).click());
      await tab.waitForSelector("body:not([data-version])");
      await settled(tab);
    }
    const kept = await this.#tabs[0].evaluate(() => document.querySelector<PronkChat>("pronk-chat")!.turns.length);
    if (kept !== said) throw new Error(`the update left ${kept} of ${said} turns`);
  }

  /** With one tab, a conversation of its own and the first model, just chosen. */
  async measure(): Promise<Live> {
    for (const tab of this.#tabs.slice(1)) await this.#close(tab);
    const [home] = this.#tabs;
    for (const model of models.toReversed()) await choose(home, `${this.#server.origin}${model}`, true);
    await newChat(home);
    await ask(home, "What lives here?", undefined);
    await newChat(home);
    const inPage = await home.createCDPSession();
    const { targetInfos } = await inPage.send("Target.getTargets");
    const workers = targetInfos.filter(({ type }) => type === "shared_worker");
    if (workers.length !== 1) throw new Error(`there are ${workers.length} shared workers`);
    const sessions = [inPage, await inPage.connection()!.createSession(workers[0])];
    const [page, worker] = await Promise.all(sessions.map(liveObjects));
    for (const session of sessions) await session.detach();
    return { page, worker };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    for (const parent of this.#parents) rmSync(parent, { recursive: true });
  }
}

/** The page has its model and nothing is under way. */
async function settled(tab: Page): Promise<void> {
  await tab.evaluate(async () => {
    await customElements.whenDefined("pronk-chat");
    const chat = document.querySelector<PronkChat>("pronk-chat")!;
    for (const deadline = Date.now() + 120_000; chat.state !== "ready";) {
      if (chat.state === "failed" || Date.now() > deadline)
        throw new Error(`the chat is ${chat.state}: ${chat.shadowRoot!.querySelector(".panel.problem")?.textContent}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  });
}

/** Shows another model; `waits` until it is loaded. */
async function choose(tab: Page, model: string, waits: boolean): Promise<void> {
  await tab.evaluate(async (name) => {
    const chat = document.querySelector<PronkChat>("pronk-chat")!;
    Object.assign(chat, { model: name, autoload: true });
    await chat.updateComplete;
  }, model);
  if (waits) await settled(tab);
}

async function newChat(tab: Page): Promise<void> {
  await settled(tab);
  await tab.evaluate(async () => {
    const chat = document.querySelector<PronkChat>("pronk-chat")!;
    chat.newChat();
    await chat.updateComplete;
    chat.shadowRoot!.querySelector<HTMLElement>("[data-action=dismiss-undo]")?.click();
    await chat.updateComplete;
  });
}

/** Asks, and leaves when that many characters are there, or the answer has ended. */
async function begin(tab: Page, text: string, characters: number): Promise<void> {
  await settled(tab);
  await tab.evaluate(
    async (question, wanted) => {
      const chat = document.querySelector<PronkChat>("pronk-chat")!;
      void chat.ask(question);
      do await new Promise((done) => setTimeout(done, 5));
      while (chat.state === "answering" && (chat.turns.at(-1)?.text ?? "").length < wanted);
    },
    text,
    characters,
  );
}

/** Asks and waits for the end of the answer, or stops it once it has `stopAt` characters. */
async function ask(tab: Page, text: string, stopAt: number | undefined): Promise<string | undefined> {
  await begin(tab, text, stopAt ?? Infinity);
  if (stopAt !== undefined) await tab.evaluate(() => document.querySelector<PronkChat>("pronk-chat")!.stop());
  await settled(tab);
  return tab.evaluate(() => {
    const turn = document.querySelector<PronkChat>("pronk-chat")!.turns.at(-1);
    return turn && "status" in turn ? turn.status : undefined;
  });
}

export const soakProof: Proof = {
  name: "soak",
  says: "After a day of turns, stops, switches, reloads and an update no more lives than after the first turns",
  unit: "turns",
  slice: 6,
  full: 1000,
  async run(count, seed) {
    const { failures } = await runSoak(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
