// The plan's totals for the three Llama 2 models, held against arithmetic written out here: parameters and KV bytes as
// published, and the layouts' bits per weight. A change of a GPU layout has to be made here as well.

import { describe, expect, test } from "vitest";
import { planMemory } from "../../src/model/plan-memory.ts";
import { knownShapes } from "../../tools/known-shapes.ts";
import { adapterTiers, fits } from "../../tools/plan-tiers.ts";

const MiB = 2 ** 20;
const contextLength = 4096;

describe.each([
  // name, parameters, of which norms, embedding or lm_head, KV bytes a token in f16
  ["llama-2-7b", 6_738_415_616, (2 * 32 + 1) * 4096, 32_000 * 4096, 524_288],
  ["llama-2-13b", 13_015_864_320, (2 * 40 + 1) * 5120, 32_000 * 5120, 819_200],
  ["llama-2-70b", 68_976_648_192, (2 * 80 + 1) * 8192, 32_000 * 8192, 327_680],
])("%s", (name, parameters, norms, embedding, kvBytesPerToken) => {
  const config = knownShapes[name];
  const plan = (quantize: "none" | "q8" | "q4", maxBindingBytes = 128 * MiB, kv: "f16" | "f32" = "f16") =>
    planMemory(config, { quantize, dtype: "f16", kv, contextLength, maxBindingBytes });

  test("has the published number of parameters", () => {
    const { tensors } = plan("none");
    expect(tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0)).toBe(parameters);
    expect(tensors).toHaveLength(9 * config.layers + 3);
  });

  test("weights: 16, 8.5 and 4.5 bits each, embeddings of q4 in q8, norms in f32", () => {
    const linear = parameters - norms - 2 * embedding;
    const bits = { none: 16 * (linear + 2 * embedding), q8: 8.5 * (linear + 2 * embedding) };
    expect(plan("none").weightBytes).toBe(4 * norms + bits.none / 8);
    expect(plan("q8").weightBytes).toBe(4 * norms + bits.q8 / 8);
    expect(plan("q4").weightBytes).toBe(4 * norms + (4.5 * linear + 8.5 * 2 * embedding) / 8);
  });

  test("the KV cache: as published in f16, twice that in f32", () => {
    expect(plan("q4").kvBytes).toBe(kvBytesPerToken * contextLength);
    expect(plan("q4", 128 * MiB, "f32").kvBytes).toBe(2 * kvBytesPerToken * contextLength);
  });

  test("the total is the sum of its parts", () => {
    const { tensors, kvBytes, scratchBytes, totalBytes } = plan("q4");
    expect(totalBytes).toBe(tensors.reduce((sum, { gpuBytes }) => sum + gpuBytes, 0) + kvBytes + scratchBytes);
    expect(scratchBytes).toBeLessThan(0.04 * totalBytes);
  });

  test("is split until it fits the default binding, and not beyond need", () => {
    for (const { maxBindingBytes } of adapterTiers)
      expect(fits(plan("none", maxBindingBytes), maxBindingBytes)).toBe(true);
    const roomy = plan("q4", 4 * 1024 * MiB - 4);
    expect(Math.max(...roomy.tensors.map(({ parts }) => parts))).toBe(1);
    const tight = plan("none");
    for (const { rows, cols, parts } of tight.tensors.filter(({ rows }) => rows > 1))
      expect(parts).toBe(Math.ceil(rows / Math.floor((128 * MiB) / (2 * cols))));
  });

  test("does not fit a binding smaller than the cache of a layer", () => {
    expect(fits(plan("q4", MiB), MiB)).toBe(false);
  });
});
