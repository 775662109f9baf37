// Tabs that share one model; a test takes something away from them while one answers. What happens in the page is in
// test/fixtures/store-page/lossy-tabs.js.

import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { byteModelFiles } from "./byte-model.ts";
import { startHub } from "./hub-server.ts";
import { startStoreSite } from "./store-page.ts";

/** The GPU's process is Chromium's alone. */
export const lossWays = ["device", "worker", "tab", "gpu"] as const;
export type LossWay = (typeof lossWays)[number];
export const lossStages = ["load", "prefill", "decode", "save"] as const;
export type LossStage = (typeof lossStages)[number];
export const requestKinds = ["greedy", "seeded", "penalized"] as const;

export interface TabLoss {
  way: LossWay;
  /** `load` is a warm start, `save` a first one, which writes the store. */
  stage: LossStage;
  tabs: 1 | 3;
  request: (typeof requestKinds)[number];
  /** Where in its stage, 0 to 1. */
  part: number;
}

/** The outcome, and what it would have been undisturbed. */
export interface TabOutcome {
  wanted: string;
  got: string[];
  /** What was going on at the loss; it may have been over sooner than in the undisturbed run. */
  struckAt: LossStage | "between";
  /** What `onRecovery` told the tab that asked. */
  events: string[];
  /** Stored models, and their damaged blocks. */
  models: number;
  damaged: number;
}

export interface LossyTabs extends AsyncDisposable {
  run(loss: TabLoss): Promise<TabOutcome>;
}

/** With both, a GPU process may end again and again; else the second end in a row costs a page its adapter for minutes. */
const manyEnds = ["--disable-gpu-process-crash-limit", "--disable-domain-blocking-for-3d-apis"];

/** `flags` are Chromium's. */
export async function openLossyTabs(kind: BrowserKind, flags: readonly string[] = manyEnds): Promise<LossyTabs> {
  const site = await startStoreSite();
  const hub = await startHub([["owner/byte-model", { files: byteModelFiles() }]]);
  const page = await site.open(kind, hub.url, { chromiumFlags: flags });
  if (kind === "chromium") await page.playwright!.exposeFunction("killGpu", () => killGpu(page));
  await page.evaluate(`async () => void (globalThis.lossyTabs = await import("/lossy-tabs.js"))`);
  return {
    run: (loss) => page.evaluate<TabOutcome>(`(loss) => lossyTabs.run(loss)`, loss),
    async [Symbol.asyncDispose]() {
      await page.close();
      await hub.close();
      await site.server.close();
    },
  };
}

/** Chromium starts another. */
async function killGpu(page: BrowserPage): Promise<void> {
  const session = await page.playwright!.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const gpu = processInfo.find(({ type }) => type === "GPU");
  if (gpu) process.kill(gpu.id, "SIGKILL");
}
