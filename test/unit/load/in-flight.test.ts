// One number says how many requests a source has under way, mostRanges of source/read-limit.ts: lanes, blocks read ahead and
// their memory follow it; no signal has so many listeners that Node would take them for a leak.

import { afterEach, expect, test, vi } from "vitest";
import * as limits from "../../../src/source/read-limit.ts";
import type { ModelSource } from "../../../src/source/source.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { countedSignal } from "../../support/counted-signal.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";

afterEach(() => void vi.doUnmock("../../../src/source/read-limit.ts"));

const blockBytes = 2 ** 17; // small, so that there are many of them
const files = madeCheckpoint({ config: madeConfig({ vocab_size: 20_000 }) });

/** Block reads that are waiting once no more are requested, and bytes held. */
async function inFlight(signal: AbortSignal): Promise<{ blocks: number; peakBytes: number }> {
  const { loadModel } = await import("../../support/load-model.ts");
  const { BufferPool } = await import("../../../src/load/look-ahead.ts");
  const waiting: (() => void)[] = [];
  let blocks = 0;
  const whole = memorySource(files);
  const source: ModelSource = Object.assign(Object.create(whole), {
    async read(path: string, start: number, end: number) {
      if (end - start === blockBytes) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return whole.read(path, start, end);
    },
  });
  const pool = new BufferPool();
  const loading = loadModel({ reference: source, quantize: "none", sink: new CollectingSink(), pool, signal });
  const done = loading.then(() => true);
  while (!(await Promise.race([done, turns()]))) {
    blocks = Math.max(blocks, waiting.length);
    waiting.splice(0).forEach((go) => go());
  }
  return { blocks, peakBytes: pool.peakBytes };
}

/** Enough turns for everything that can proceed without further blocks. */
async function turns(): Promise<false> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  return false;
}

test.each([2, 8, 16])("%i", async (mostRanges) => {
  vi.resetModules();
  vi.doMock("../../../src/source/read-limit.ts", async (original) => ({
    ...(await original<typeof limits>()),
    maxReadBytes: blockBytes,
    mostRanges,
  }));
  const { Lanes } = await import("../../../src/source/lanes.ts");
  let nowMs = 0;
  const lanes = new Lanes(() => nowMs);
  for (let window = 1; window < 100; window++) {
    nowMs += 2001;
    lanes.note(1e9 * 2 ** window);
  }
  expect(lanes.limit).toBe(mostRanges);
  const { controller, listeners } = countedSignal();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  const { blocks, peakBytes } = await inFlight(controller.signal);
  process.off("warning", onWarning);
  expect([warnings, listeners()]).toEqual([[], 0]);
  expect(blocks * limits.rangesPerBlock).toBe(mostRanges);
  expect(peakBytes).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThanOrEqual((blocks + 2) * blockBytes);
});
