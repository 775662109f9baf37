// The benchmark in an installed browser, without a driver: what the published command has in place of bench-page.ts.

import type { BenchReport, BenchRequest } from "../src/bench/index.ts";
import type { BrowserKind, Log } from "./browser/find-browser.ts";
import { openEnginePage } from "./engine-page.ts";

export async function benchInBrowser(
  kind: BrowserKind,
  request: BenchRequest,
  log: Log,
): Promise<BenchReport & { browser: string }> {
  await using page = await openEnginePage(kind, log);
  return await page.call("pronkBench", request); // before the page is closed
}
