// Opens the page of checks (test/harness) in a browser and calls it from Node.

import { join } from "node:path";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder, root } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import type { CheckReport, CheckRun } from "../harness/check.ts";

/** Both, unless PRONK_BROWSERS names some (for work on one of them). */
export const browserKinds = (process.env.PRONK_BROWSERS ?? "chromium,firefox").split(",") as BrowserKind[];

/** What else kernels and golden models must do without: PRONK_WITHOUT, as `npm test -- --without` sets it. */
export const doWithout: readonly string[] = (process.env.PRONK_WITHOUT ?? "").split(",").filter(Boolean);

/**
 * Options of a `describe` whose tests may run several at once in one page. Firefox answers a mapAsync on a poll of 100 ms
 * (bugzilla 1870699), so a lone test would mostly wait; Chromium's are bound by the processor. A test's time then includes
 * the work of those beside it.
 */
export const severalAtOnce = (kind: BrowserKind) =>
  kind === "firefox" ? { concurrent: true, timeout: 20 * 60_000 } : { concurrent: false };

/**
 * Whether most of a test's time goes into compiling. A page's engines then share one device and its pipelines
 * (share-devices), and so its thread, and only a few of the cases that differ in size alone are tried.
 */
export const compilesSlowly = (kind: BrowserKind) => kind === "chromium";

export interface Harness extends AsyncDisposable {
  readonly page: BrowserPage;
  /** Every run of every check that the page knows. */
  readonly runs: CheckRun[];
  runCheck(run: CheckRun): Promise<CheckReport>;
}

export async function openHarness(kind: BrowserKind): Promise<Harness> {
  ensureBuilt(["harness"]);
  const server = await startFileServer({
    mounts: [
      { prefix: "/app/", path: outputFolder.harness },
      { prefix: "/fixtures/", path: join(root, "test/fixtures") },
      { prefix: "/shared/", path: join(root, "../shared/data") },
    ],
  });
  let page: BrowserPage | undefined;
  const close = async () => {
    await page?.close();
    await server.close();
  };
  try {
    const opened = (page = await launch(kind));
    page.onConsole((level, text) => {
      if (level === "error" || process.env.PRONK_CONSOLE) console.error(`[${kind}] ${text}`);
    });
    await page.goto(`${server.origin}/app/`);
    const runs = await page.evaluate<CheckRun[]>("() => pronkHarness.listChecks()");
    const runCheck = (run: CheckRun) => opened.evaluate<CheckReport>("(run) => pronkHarness.runCheck(run)", run);
    return { page, runs, runCheck, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
