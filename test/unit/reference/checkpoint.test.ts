// The made-up checkpoints: each is one that the reference's own reader understands, of the size asked for, the same every
// time.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readReferenceModel, referenceModel, type ReferenceTensor } from "../../reference/checkpoint.ts";
import { referenceForward } from "../../reference/forward.ts";
import { randomCheckpoint, smallConfig } from "../../reference/random-checkpoint.ts";
import { relativeError } from "../../reference/relative-error.ts";
import { writeSyntheticCheckpoint } from "../../reference/synthetic-checkpoint.ts";

const scalings = [
  { kind: "none" },
  { kind: "linear", factor: 4 },
  { kind: "dynamic", factor: 2, originalContextLength: 128 },
  { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 64 },
] as const;

describe("random checkpoint", () => {
  test.each(scalings)("its configuration comes back: %o", (ropeScaling) => {
    const config = { ...smallConfig, ropeScaling };
    expect(referenceModel(randomCheckpoint(config)).config).toEqual(config);
  });

  test("one file and shards hold the same weights; another seed does not", () => {
    const whole = randomCheckpoint(smallConfig, { seed: 5 });
    const sharded = randomCheckpoint(smallConfig, { seed: 5, shardBytes: 100_000 });
    const index = JSON.parse(new TextDecoder().decode(sharded.get("model.safetensors.index.json")));
    const { tensors } = referenceModel(whole);
    expect(sameTensors(referenceModel(sharded).tensors, tensors)).toBe(true);
    expect(Object.keys(index.weight_map).toSorted()).toEqual([...tensors.keys()].toSorted());
    expect(new Set(Object.values(index.weight_map)).size).toBeGreaterThan(2);
    for (const file of Object.values<string>(index.weight_map)) expect(sharded.has(file)).toBe(true);
    expect(sameTensors(referenceModel(randomCheckpoint(smallConfig, { seed: 6 })).tensors, tensors)).toBe(false);
  });

  test("storage rounds, and the logits stay near", () => {
    const ids = [1, 5, 96, 3, 3, 42];
    const logits = (dtype: "f32" | "f16" | "bf16") => {
      const { weights, config } = referenceModel(randomCheckpoint(smallConfig, { dtype }));
      return referenceForward(weights, config, ids);
    };
    const exact = logits("f32");
    expect(Math.max(...exact)).toBeGreaterThan(3); // a spread worth comparing
    expect(relativeError(logits("f16"), exact)).toBeGreaterThan(1e-6);
    expect(relativeError(logits("f16"), exact)).toBeLessThan(5e-3);
    expect(relativeError(logits("bf16"), exact)).toBeLessThan(5e-2);
  });
});

describe("synthetic checkpoint", () => {
  test("a size asked for is met within a layer, in shards, and computes to finite logits", async () => {
    const dir = mkdtempSync(join(tmpdir(), "pronk-synthetic-"));
    try {
      const made = await writeSyntheticCheckpoint(dir, { totalBytes: 50e6, shardBytes: 20e6 });
      expect(Math.abs(made.weightBytes - 50e6)).toBeLessThan(14e6);
      const shards = made.files.filter(({ path }) => path.endsWith(".safetensors"));
      expect(shards.length).toBeGreaterThan(2);
      for (const { path, sizeBytes } of made.files) expect(statSync(join(dir, path)).size).toBe(sizeBytes);
      for (const { sizeBytes } of shards) expect(sizeBytes).toBeLessThan(20.1e6);
      const index = JSON.parse(readFileSync(join(dir, "model.safetensors.index.json"), "utf8"));
      expect(index.metadata.total_size).toBe(made.weightBytes);
      const { config, weights } = readReferenceModel(dir)!;
      expect(config).toEqual(made.config);
      const logits = referenceForward(weights, config, [7]);
      expect(logits.every(Number.isFinite)).toBe(true);
      expect(Math.max(...logits)).toBeGreaterThan(0.1);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

function sameTensors(a: Map<string, ReferenceTensor>, b: Map<string, ReferenceTensor>): boolean {
  return (
    a.size === b.size &&
    [...a].every(([name, tensor]) => Buffer.compare(tensor.bytes, b.get(name)?.bytes ?? new Uint8Array()) === 0)
  );
}
