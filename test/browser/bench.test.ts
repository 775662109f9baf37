// The benchmark in both browsers, on the page that people use: its probes check themselves, its outputs agree with plain
// kernels with features on and off, a token costs what a prebuilt plan costs, and the page draws it under its policy.

import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { readFlags } from "../../cli/bench-flags.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { startSite, listenForTrouble } from "../e2e/chat-site.ts";
import { browserKinds } from "../support/harness.ts";
import type { BenchReport, BenchRequest } from "../../src/bench/index.ts";

let server: FileServer;
beforeAll(async () => void (server = await startSite()));
afterAll(() => server?.close());

const small = "--shape tiny --layers 2 --prompt 8 --decode 4 --runs 2";
const requestFor = (more: string) => readFlags(`${small} ${more}`.trim().split(" "))!.request;

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await launch(kind);
    await page.goto(`${server.origin}/bench.html`);
  });
  afterAll(() => page?.close());

  const bench = (request: BenchRequest) =>
    page.evaluate<BenchReport>(async (wanted: BenchRequest) => {
      const here = globalThis as unknown as { pronkBench?: (wanted: BenchRequest) => Promise<BenchReport> };
      while (!here.pronkBench) await new Promise((done) => setTimeout(done, 20));
      return here.pronkBench(wanted);
    }, request);

  test("measures, counts and checks", async () => {
    const report = await bench(requestFor("--positions 4,24"));
    expect(report.check).toMatchObject({ ok: true, positions: 16, layers: 2, changedTop: 0 });
    expect(report.check.largestError).toBeGreaterThan(0); // an f16 cache is not an f32 one: two different computations
    const { perToken } = report;
    expect(perToken.submits).toBeLessThanOrEqual(1);
    expect(perToken.passes).toBeLessThanOrEqual(1);
    expect(perToken.dispatches).toBeGreaterThan(2);
    expect([perToken.buffersCreated, perToken.bindGroupsCreated, perToken.pipelinesCreated]).toEqual([0, 0, 0]);
    for (const figure of [
      report.loadMs,
      report.prefillTokensPerSecond,
      report.decodeTokensPerSecond,
      report.timeToFirstTokenMs,
      report.streamingBytesPerSecond,
      report.flopsPerSecond,
      report.percentOfCeiling,
    ])
      expect(figure).toBeGreaterThan(0);
    expect(report.gpuBytes).toBeGreaterThan(report.weightBytes + report.kvBytes);
    expect(perToken.bytesRead).toBeLessThan(report.weightBytes + report.kvBytes);
    expect(report.ids).toHaveLength(4);
    expect(report.positions.map(({ position }) => position)).toEqual([4, 24]);
    // Every dispatch of a token is under the clock, and every weight it streams is bound by one of them.
    const rows = report.kernels!.decode;
    expect(rows.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBeCloseTo(perToken.dispatches);
    expect(rows.reduce((sum, row) => sum + row.bytes, 0)).toBeGreaterThan(0.98 * perToken.bytesRead);
    expect(rows.every(({ ms }) => ms >= 0)).toBe(true);
  });

  // In one browser: the kernels themselves are checked in both.
  if (kind === "chromium") {
    test("agrees without any optional feature, to the last bits of f32", async () => {
      const report = await bench(
        requestFor("--kv f32 --quantize q8 --without subgroups,shader-f16,dp4a,fusion,run-ahead"),
      );
      expect(report.check.ok).toBe(true);
      expect(report.adapter.features).toEqual([]);
    });

    test("a q8 cache is right within its own bound, half as large, and costs no dispatch, in splits either", async () => {
      const report = await bench(requestFor("--kv q8 --without run-ahead --prompt 260"));
      expect(report.check).toMatchObject({ ok: true, changedTop: 0 });
      // For tokens after the prompt, where a head's past is in two splits.
      const dispatches = report.kernels!.decode.reduce((sum, row) => sum + row.dispatches, 0);
      expect(dispatches).toBeGreaterThan(5 * report.layers + 4);
      expect(dispatches).toBeLessThanOrEqual(6 * report.layers + 4);
      const { config } = requestFor("");
      const values = 2 * report.layers * config.kvHeads * Math.max(512, report.context); // rows of a head
      expect(report.kvBytes / values).toBeLessThan(2 * Math.ceil(config.headDim / 32) * 32);
    });
  }

  test("refuses what does not fit the context", async () => {
    await expect(bench({ ...requestFor(""), context: 8 })).rejects.toThrow(/need a context of 12/);
  });
});

test("a person presses the button and gets pictures and a report, under the policy, without an accessibility finding", async () => {
  const page = await launch("chromium");
  const trouble = listenForTrouble(page);
  try {
    await page.goto(`${server.origin}/bench.html`);
    const { playwright } = page;
    await playwright!.selectOption("#shape", "tiny");
    await playwright!.click("#start");
    await playwright!.waitForSelector("#progress:not([hidden])");
    await playwright!.waitForSelector("#result:not([hidden])");
    expect(await playwright!.inputValue("textarea.report")).toContain("check: right");
    expect(await playwright!.locator(".roof .dot").count()).toBeGreaterThan(4);
    expect(await playwright!.locator(".kernels .share rect").count()).toBeGreaterThan(6);
    for (const width of [320, 390, 1280]) {
      await playwright!.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate<number>(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await expect.poll(() => page.evaluate<string[]>(overlappingNames)).toEqual([]);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await playwright!.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: playwright! }).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
    expect(trouble).toEqual([]);
  } finally {
    await page.close();
  }
});

/** Names in the roofline that overlap, or leave it; and tables that scroll without saying so. */
function overlappingNames(): string[] {
  const texts = [...document.querySelectorAll<SVGTextElement>(".roof text")];
  const boxes = texts.map((text) => ({ name: text.textContent, ...text.getBBox() }));
  const width = document.querySelector(".roof")!.clientWidth;
  const found = boxes.filter(({ x, width: own }) => x < 0 || x + own > width + 1).map(({ name }) => `${name} is cut`);
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (across > 1 && down > 3) found.push(`${a.name} lies over ${b.name}`);
    }
  const tables = [...document.querySelectorAll(".wide")];
  const silent = tables.filter(
    (table) => getComputedStyle(table).backgroundAttachment !== "local, local, scroll, scroll",
  );
  return [...found, ...silent.map(() => "a table does not hint that it scrolls")];
}
