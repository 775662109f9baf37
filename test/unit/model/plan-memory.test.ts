// What countMemory says of Llama 2, worked out by hand from formats and shapes: q4 keeps 18 bytes for 32 weights of a
// linear layer, q8 34 bytes for 32 of the embedding and the head, norms are f32, the cache f16.

import { describe, expect, test } from "vitest";
import { countMemory } from "../../../src/model/plan-memory.ts";
import { knownShapes } from "../../../src/bench/shapes.ts";

const MiB = 2 ** 20;

/** [linear weights, embedding + head weights, norm gains, KV values a position] by hand. */
const counts = {
  "llama-2-7b": [32 * (4 * 4096 * 4096 + 3 * 4096 * 11_008), 2 * 32_000 * 4096, 65 * 4096, 32 * 2 * 4096],
  "llama-2-13b": [40 * (4 * 5120 * 5120 + 3 * 5120 * 13_824), 2 * 32_000 * 5120, 81 * 5120, 40 * 2 * 5120],
  "llama-2-70b": [
    80 * (2 * 8192 * 8192 + 2 * 1024 * 8192 + 3 * 8192 * 28_672),
    2 * 32_000 * 8192,
    161 * 8192,
    80 * 2 * 1024,
  ],
} as const;

describe.each(Object.entries(counts))("%s", (name, [linear, tables, norms, kvValues]) => {
  const config = knownShapes[name as keyof typeof knownShapes];
  const request = { dtype: "f16", kv: "f16", contextLength: 4096, maxBindingBytes: 128 * MiB } as const;

  test("the counts are the published parameters", () => {
    const published = { "llama-2-7b": 6_738_415_616, "llama-2-13b": 13_015_864_320, "llama-2-70b": 68_976_648_192 };
    expect(linear + tables + norms).toBe(published[name as keyof typeof published]);
  });

  test("q4 weights and KV cache", () => {
    const count = countMemory(config, { ...request, quantize: "q4" });
    expect(count.weightBytes).toBe((linear * 18) / 32 + (tables * 34) / 32 + norms * 4);
    expect(count.kvBytes).toBe(kvValues * 4096 * 2);
    expect(count.totalBytes).toBe(count.weightBytes + count.kvBytes + count.scratchBytes + count.severalBytes);
  });

  test("at the start there is room for 512 positions beside the weights", () => {
    const count = countMemory(config, { ...request, quantize: "q4", sequences: 1 });
    expect(count.totalBytes - count.firstBytes).toBe(kvValues * (4096 - 512) * 2);
    expect(count.firstBytes).toBeLessThanOrEqual(1.05 * count.weightBytes + kvValues * 512 * 2);
  });

  test("eight answers at once: seven more samplers, and the logits and parts of attention of eight tokens", () => {
    const [one, eight] = [1, undefined].map((sequences) =>
      countMemory(config, { ...request, quantize: "q4", sequences }),
    );
    const sampler = 2 * 4 * 32_000 + 32_000 / 8;
    const tokens = 8 * 4 * (32_000 + config.heads * (4096 / 64) * (128 + 2));
    expect(eight.totalBytes - one.totalBytes).toBe(7 * sampler + tokens);
    expect(eight.firstBytes).toBe(one.firstBytes);
  });

  test("behind a sliding window a cache of the window and four batches", () => {
    const count = countMemory({ ...config, window: 1024 }, { ...request, quantize: "q4" });
    expect(count.kvBytes).toBe(kvValues * (1024 + 4 * 256) * 2);
  });

  test("a q8 cache: a byte a value, and an f16 for 32 of them", () => {
    const count = countMemory(config, { ...request, quantize: "q4", kv: "q8" });
    expect(count.kvBytes).toBe(kvValues * 4096 * (1 + 2 / 32));
    expect(count.totalBytes).toBe(count.weightBytes + count.kvBytes + count.scratchBytes + count.severalBytes);
  });

  test("as in the file", () => {
    const count = countMemory(config, { ...request, quantize: "none" });
    expect(count.weightBytes).toBe((linear + tables) * 2 + norms * 4);
  });

  test("no binding is over the limit, whatever the limit", () => {
    for (const quantize of ["q4", "q8", "none"] as const) {
      const count = countMemory(config, { ...request, quantize });
      expect(count.largestBindingBytes).toBeLessThanOrEqual(128 * MiB);
      // Bytes of the codes that share buffers: gate and up lie together.
      const { dim, hiddenDim } = config;
      const linear = quantize === "none" ? 2 : quantize === "q8" ? 1 : 0.5;
      const table = quantize === "none" ? 2 : 1; // q4 keeps the head in q8
      const partsOf = (name: string) => count.tensors.find((tensor) => tensor.name === name)!.parts;
      expect(partsOf("lm_head.weight") > 1).toBe(32_000 * dim * table > 128 * MiB);
      expect(partsOf("model.layers.0.mlp.up_proj.weight") > 1).toBe(2 * hiddenDim * dim * linear > 128 * MiB);
      expect(partsOf("model.layers.0.mlp.down_proj.weight") > 1).toBe(hiddenDim * dim * linear > 128 * MiB);
    }
  });
});
