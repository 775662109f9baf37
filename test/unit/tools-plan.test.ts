// What the plan command adds to the memory plan (plan-memory.test.ts holds its totals): which adapters a model fits, and
// that tensors are split as far as a binding demands and no further.

import { describe, expect, test } from "vitest";
import { planMemory } from "../../src/model/plan-memory.ts";
import { knownShapes } from "../../src/bench/shapes.ts";
import { adapterTiers, fits } from "../../tools/plan-tiers.ts";

const MiB = 2 ** 20;

describe.each(Object.keys(knownShapes))("%s", (name) => {
  const plan = (quantize: "none" | "q4", maxBindingBytes: number, contextLength = 4096) =>
    planMemory(knownShapes[name], { quantize, dtype: "f16", kv: "f16", contextLength, maxBindingBytes });

  test("fits every tier, split where that tier demands it", () => {
    for (const { maxBindingBytes } of adapterTiers)
      expect(fits(plan("none", maxBindingBytes), maxBindingBytes)).toBe(true);
    for (const { rows, cols, parts } of plan("none", 128 * MiB).tensors.filter((tensor) => tensor.rows > 1))
      expect(parts).toBe(Math.ceil(rows / Math.floor((128 * MiB) / (2 * cols))));
  });

  test("is whole where bindings are large", () => {
    expect(Math.max(...plan("q4", 4096 * MiB - 4).tensors.map(({ parts }) => parts))).toBe(1);
  });

  test("does not fit where a layer's cache is over the binding, which cannot be split", () => {
    expect(fits(plan("q4", MiB), MiB)).toBe(false);
    expect(fits(plan("q4", 128 * MiB, 131_072), 128 * MiB)).toBe(false);
  });
});
