// What the plan command adds to the counted memory (plan-memory.test.ts checks its totals): which adapters a model fits, and
// that tensors are split as far as a binding demands and no further.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { countMemory } from "../../../src/model/plan-memory.ts";
import { knownShapes } from "../../../src/bench/shapes.ts";
import { adapterTiers, fits } from "../../../cli/plan-tiers.ts";
import { root } from "../../../cli/built.ts";

const MiB = 2 ** 20;

describe.each(Object.keys(knownShapes))("%s", (name) => {
  const plan = (quantize: "none" | "q4", maxBindingBytes: number, contextLength = 4096) =>
    countMemory(knownShapes[name], { quantize, dtype: "f16", kv: "f16", contextLength, maxBindingBytes });

  test("fits every tier, split where that tier demands it", () => {
    for (const { maxBindingBytes } of adapterTiers)
      expect(fits(plan("none", maxBindingBytes), maxBindingBytes)).toBe(true);
    for (const { name: tensor, rows, cols, parts } of plan("none", 128 * MiB).tensors.filter(({ rows }) => rows > 1)) {
      const alone = Math.ceil(rows / Math.floor((128 * MiB) / (2 * cols)));
      // q, k and v share buffers, and so do gate and up: a shared one may need more parts than each of them.
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

describe("the command", () => {
  const plan = (...flags: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "cli/plan.ts", ...flags], { cwd: root, encoding: "utf8" });

  test("prints every tensor and totals that are their sum", () => {
    const asked = ["--model", "public/models/tiny", "--quantize", "q8", "--context", "64"];
    const { tensors, weightBytes, kvBytes, scratchBytes, severalBytes, totalBytes, fits } = JSON.parse(
      plan(...asked, "--json").stdout,
    );
    expect(weightBytes).toBe(tensors.reduce((sum: number, { gpuBytes }: { gpuBytes: number }) => sum + gpuBytes, 0));
    expect(totalBytes).toBe(weightBytes + kvBytes + scratchBytes + severalBytes);
    expect(fits).toBe(true);
    const table = plan(...asked).stdout;
    for (const { name } of tensors) expect(table).toContain(name);
    expect(table).toContain(totalBytes.toLocaleString("en-US"));
  });

  test("a model it does not know is an error that says what it may be", () => {
    const { status, stderr } = plan("--model", "llama-9");
    expect(status).toBe(1);
    expect(stderr).toMatch(/bad-request.*llama-9.*owner\/name/);
  });
});
