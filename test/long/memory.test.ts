// 2 GB of synthetic weights, cold and warm, against 1 GB of them: twice the bytes in the same memory of the page's process,
// which is printed. Linux only.

import { expect, test } from "vitest";
import { maxReadBytes } from "../../src/source/read-limit.ts";
import { MB, measureLoads } from "../support/measured-load.ts";

const slackBytes = 128 * MB; // as in test/browser/memory.test.ts

test("memory", { timeout: 3_600_000 }, async ({ task }) => {
  Object.assign(task.meta, { tried: "2 GB beside 1 GB" });
  const [small, large] = [await measureLoads(1000 * MB), await measureLoads(2000 * MB)];
  for (const [i, warm] of [false, true].entries()) {
    expect(large[i].info.warm).toBe(warm);
    expect(large[i].info.peakChunkBytes).toBeLessThanOrEqual(6 * maxReadBytes);
    expect(large[i].heldBytes - small[i].heldBytes).toBeLessThanOrEqual(slackBytes);
  }
  expect(large[1].ids).toEqual(large[0].ids);
});
