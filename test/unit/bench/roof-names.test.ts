// Names in the roofline: as near to their circles as possible, and never overlapping.

import { expect, test } from "vitest";
import { freeLine, type NameLine, widthOf } from "../../../demo/roof-names.ts";

test("a name stands beside its circle where nothing else does, and moves to the nearest free line otherwise", () => {
  const wanted = { from: 0, to: 50, at: 100 };
  expect(freeLine([], wanted, 0, 300)).toBe(100);
  expect(freeLine([{ from: 60, to: 90, at: 100 }], wanted, 0, 300)).toBe(100);
  expect(freeLine([{ from: 40, to: 90, at: 105 }], wanted, 0, 300)).toBe(92);
  expect(freeLine([{ from: 40, to: 90, at: 95 }], wanted, 0, 300)).toBe(108);
});

test("at the edge it goes the other way, and where there is no room at all it stays", () => {
  expect(freeLine([{ from: 0, to: 50, at: 300 }], { from: 0, to: 50, at: 300 }, 0, 300)).toBe(287);
  const full = Array.from({ length: 31 }, (_, line) => ({ from: 0, to: 50, at: line * 10 }));
  expect(freeLine(full, { from: 0, to: 50, at: 150 }, 0, 300)).toBe(150);
});

test("twenty kernels at one place are twenty names that can be read", () => {
  const taken: NameLine[] = [];
  for (let count = 0; count < 20; count++) {
    const wanted = { from: 100, to: 100 + widthOf("matvec+normed_swiglu"), at: 160 };
    taken.push({ ...wanted, at: freeLine(taken, wanted, 26, 296) });
  }
  const lines = taken.map(({ at }) => at).sort((a, b) => a - b);
  for (const [index, at] of lines.slice(1).entries()) expect(at - lines[index]).toBeGreaterThanOrEqual(13);
});
