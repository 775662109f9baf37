// What the plan command adds to the memory plan (plan-memory.test.ts holds its totals): which adapters a model fits, and
// that tensors are split as far as a binding demands and no further.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planMemory } from "../../src/model/plan-memory.ts";
import { knownShapes } from "../../src/bench/shapes.ts";
import { adapterTiers, fits } from "../../tools/plan-tiers.ts";
import { root } from "../../tools/stale.ts";

const MiB = 2 ** 20;

describe.each(Object.keys(knownShapes))("%s", (name) => {
  const plan = (quantize: "none" | "q4", maxBindingBytes: number, contextLength = 4096) =>
    planMemory(knownShapes[name], { quantize, dtype: "f16", kv: "f16", contextLength, maxBindingBytes });

  test("fits every tier, split where that tier demands it", () => {
    for (const { maxBindingBytes } of adapterTiers)
      expect(fits(plan("none", maxBindingBytes), maxBindingBytes)).toBe(true);
    for (const { name: tensor, rows, cols, parts } of plan("none", 128 * MiB).tensors.filter(({ rows }) => rows > 1)) {
      const alone = Math.ceil(rows / Math.floor((128 * MiB) / (2 * cols)));
      // q, k and v share buffers, and so do gate and up: what they share may need more parts than each of them.
      if (/[qkv]_proj|gate_proj|up_proj/.test(tensor)) expect(parts).toBeGreaterThanOrEqual(alone);
      else expect(parts).toBe(alone);
    }
  });

  test("is whole where bindings are large", () => {
    expect(Math.max(...plan("q4", 4096 * MiB - 4).tensors.map(({ parts }) => parts))).toBe(1);
  });

  test("does not fit where a layer's cache is over the binding, which cannot be split", () => {
    expect(fits(plan("q4", MiB), MiB)).toBe(false);
    expect(fits(plan("q4", 128 * MiB, 131_072), 128 * MiB)).toBe(false);
  });
});

test("the command itself prints a plan", () => {
  const args = ["--import", "tsx", join(root, "tools/plan.ts"), "--model", "llama-2-7b", "--quantize", "q4", "--json"];
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(done.stderr).toBe("");
  expect(JSON.parse(done.stdout)).toMatchObject({ quantize: "q4", fits: true });
});
