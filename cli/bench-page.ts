// The benchmark in a headless browser, through the page that people use.

import type { BenchReport, BenchRequest, OnBenchProgress } from "../src/bench/index.ts";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import { launch } from "./browser/browser-page.ts";
import type { BrowserKind, Log } from "./browser/find-browser.ts";
import { outputFolder } from "./built.ts";
import { startFileServer } from "./server/file-server.ts";

export async function benchInBrowser(
  kind: BrowserKind,
  request: BenchRequest,
  log: Log,
): Promise<BenchReport & { browser: string }> {
  await using server = await startFileServer({ mounts: [{ prefix: "/", path: outputFolder.demo }] });
  const page = await launch(kind, { adapter: adapterFromEnvironment("auto"), log });
  try {
    page.onConsole((level, text) => {
      if (level !== "debug" || process.env.PRONK_CONSOLE) log(text);
    });
    await page.goto(`${server.origin}/bench.html`);
    const report = await page.evaluate<BenchReport>(runInPage, request);
    return { ...report, browser: page.version };
  } finally {
    await page.close();
  }
}

async function runInPage(request: BenchRequest): Promise<BenchReport> {
  const page = globalThis as unknown as {
    pronkBench?: (request: BenchRequest, onProgress: OnBenchProgress) => Promise<BenchReport>;
  };
  while (!page.pronkBench) await new Promise((done) => setTimeout(done, 20)); // the module is on its way
  return page.pronkBench(request, (words) => console.info(words));
}
