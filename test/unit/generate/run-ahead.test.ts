// How many steps are kept in flight, by the times between ids alone: what Firefox's poll adds is hidden again after a machine
// has stood still, and a clock as coarse as that of Firefox with resistFingerprinting, 100 ms, misleads nobody.

import { describe, expect, test } from "vitest";
import { RunAhead } from "../../../src/generate/run-ahead.ts";

const latencyMs = 100; // an id's way back

/** Ids one after another, of steps of `workMs`; the milliseconds each of the last ten took. */
function decode(depths: RunAhead, workMs: (id: number) => number, tickMs = 0): number {
  const read = (ms: number) => (tickMs ? Math.floor(ms / tickMs) * tickMs : ms);
  let now = 0;
  let tenBefore = 0;
  for (let id = 0; id < 100; id++) {
    if (id === 90) tenBefore = now;
    const before = now;
    now += Math.max(workMs(id), (workMs(id) + latencyMs) / depths.depth);
    depths.observe(read(now) - read(before));
  }
  return (now - tenBefore) / 10;
}

describe.each([0, 100])("with a clock of %d ms", (tickMs) => {
  test.each([5, 20, 60, 90, 140])("steps of %d ms hide the way back, also after the machine has stood still", (ms) => {
    const best = Math.max(ms, (ms + latencyMs) / RunAhead.most);
    const steady = decode(new RunAhead(), () => ms, tickMs);
    expect(steady).toBeLessThanOrEqual(1.6 * best);
    const stalled = decode(new RunAhead(), (id) => (id < 12 ? 500 : ms), tickMs);
    expect(stalled).toBeLessThanOrEqual(1.6 * best);
  });

  test("of a step that takes half a second, none is begun before the last is known", () => {
    const depths = new RunAhead();
    decode(depths, () => 500, tickMs);
    expect(depths.depth).toBe(1);
  });
});

test("a depth that is given stays", () => {
  const depths = new RunAhead(3);
  decode(depths, () => 1);
  expect(depths.depth).toBe(3);
});
