// Every check of this folder as a test, in each browser and for each set of features to do without. PRONK_CHECK limits
// the run to checks whose file or name contains it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckRun } from "../harness/check.ts";
import {
  type Harness,
  browserKinds,
  doWithout,
  openHarness,
  severalAtOnce,
  compilesSlowly,
} from "../support/harness.ts";
import { shareDevices } from "../support/share-devices.ts";

/** Checks that measure time, or hold gigabytes. */
const alone = ["true-shapes.check.ts", "tune.check.ts"];

const wanted = process.env.PRONK_CHECK ?? "";

for (const kind of browserKinds) {
  // Opened while tests are collected, because their names come from the page.
  const opened = await openHarness(kind).catch((error: Error) => error);
  describe(kind, severalAtOnce(kind), () => {
    if (opened instanceof Error) {
      test("starts and lists its checks", () => Promise.reject(opened));
      return;
    }
    const runs = opened.runs
      .map((run) => ({
        ...run,
        without: [...new Set([...run.without, ...doWithout])],
        fewSizes: compilesSlowly(kind) || run.without.length > 0,
      }))
      .filter((run) => titleOf(run).includes(wanted));
    // A device that truly lacks them all is the golden test's "every variant off".
    beforeAll(() => (compilesSlowly(kind) ? opened.page.evaluate(shareDevices, { masked: true }) : undefined));
    afterAll(() => opened[Symbol.asyncDispose]());
    test("has checks to run", () => expect(runs.length).toBeGreaterThan(0));
    const together = runs.filter(({ file }) => !alone.includes(file));
    const apart = runs.filter(({ file }) => alone.includes(file));
    for (const run of together) test(titleOf(run), () => expectWithinLimit(opened, run));
    for (const run of apart) test.sequential(titleOf(run), () => expectWithinLimit(opened, run));
  });
}

function titleOf({ file, name, without }: CheckRun): string {
  return `${file}: ${name}${without.length > 0 ? ` (without ${without.join(", ")})` : ""}`;
}

async function expectWithinLimit(harness: Harness, run: CheckRun): Promise<void> {
  const report = await harness.runCheck(run);
  if ("failure" in report) expect.fail(report.failure);
  expect(report.error, report.note).toBeLessThanOrEqual(report.limit);
}
