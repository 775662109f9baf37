// Which encoding a tensor gets, what `auto` becomes, and where a tensor lies in the stored form.

import { describe, expect, test } from "vitest";
import type { TensorInfo } from "../../../src/format/tensor.ts";
import { chooseEncoding, resolveQuantize } from "../../../src/quant/choose.ts";
import { storedForm } from "../../../src/quant/stored-form.ts";

const tensor = (name: string, shape: number[], start: number, file = "a.safetensors"): TensorInfo => ({
  name, dtype: "bf16", shape, file, start, end: start + 2 * shape.reduce((a, b) => a * b),
}); // prettier-ignore
const tensors = [
  tensor("model.embed_tokens.weight", [3, 40], 100),
  tensor("model.norm.weight", [40], 340),
  tensor("model.layers.0.mlp.up_proj.weight", [5, 40], 420),
];

test("matrices are quantized, the embedding at most to q8, norms never", () => {
  expect(tensors.map((info) => chooseEncoding(info, "q4"))).toEqual(["q8", "bf16", "q4"]);
  expect(tensors.map((info) => chooseEncoding(info, "q8"))).toEqual(["q8", "bf16", "q8"]);
  expect(tensors.map((info) => chooseEncoding(info, "none"))).toEqual(["bf16", "bf16", "bf16"]);
});

describe("auto", () => {
  const desktop = { maxBufferSize: 4 * 2 ** 30 };
  const phone = { maxBufferSize: 256 * 2 ** 20 };
  test.each([
    [3e6, desktop, "none"],
    [99e6, phone, "none"],
    [1.1e9, desktop, "q8"],
    [1.1e9, phone, "q4"],
    [1.1e9, undefined, "q4"],
    [6.7e9, desktop, "q4"],
  ])("%d parameters", (parameters, gpuLimits, expected) => {
    expect(resolveQuantize("auto", { parameters, gpuLimits })).toBe(expected);
    expect(resolveQuantize("q8", { parameters, gpuLimits })).toBe("q8");
  });
});

describe("stored form", () => {
  const sizes = new Map([
    ["a.safetensors", 1000],
    ["b.safetensors", 500],
  ]);
  test("none: the source's files with the source's offsets", () => {
    const form = storedForm(
      { matrices: [], tensors: [...tensors, tensor("lm_head.weight", [3, 40], 8, "b.safetensors")] },
      "none",
      sizes,
    );
    expect(form.files).toEqual([
      { path: "a.safetensors", sizeBytes: 1000, source: "a.safetensors", verbatim: true },
      { path: "b.safetensors", sizeBytes: 500, source: "b.safetensors", verbatim: true },
    ]);
    expect(form.tensors[1]).toEqual({
      name: "model.norm.weight",
      encoding: "bf16",
      rows: 1,
      cols: 40,
      file: "a.safetensors",
      start: 340,
      end: 420,
    });
  });

  test("q4: a file of pronk's own, tensors in the same order at multiples of 16", () => {
    const form = storedForm({ tensors, matrices: [] }, "q4", sizes);
    // [3, 40] in q8: 3 rows of 2 x 34; then 80 bytes of norm; then [5, 40] in q4: 5 rows of 2 x 18.
    expect(form.tensors.map(({ start, end, encoding }) => [encoding, start, end])).toEqual([
      ["q8", 0, 204],
      ["bf16", 208, 288],
      ["q4", 288, 468],
    ]);
    expect(form.files).toEqual([
      { path: "a.safetensors.q4v1", sizeBytes: 468, source: "a.safetensors", verbatim: false },
    ]);
  });

  test("rows in Meta's order are stored so, and said to be", () => {
    const form = storedForm({ tensors: [{ ...tensors[2], interleavedRopeHeads: 1 }], matrices: [] }, "none", sizes);
    expect(form.files[0]).toMatchObject({ path: "a.safetensors", verbatim: true });
    expect(form.tensors[0].interleaved).toBe(true);
  });

  test("a file of quantized matrices alone is stored too", () => {
    const codes = { name: "w", dtype: "I32", shape: [1], file: "b.safetensors", start: 8, end: 12 };
    const matrix = { name: "w", rows: 1, cols: 32, scheme: { kind: "exl2" as const }, parts: { codes } };
    const form = storedForm({ tensors, matrices: [matrix] }, "none", new Map([...sizes, ["b.safetensors", 12]]));
    expect(form.files.map(({ path, verbatim }) => [path, verbatim])).toEqual([
      ["a.safetensors", true],
      ["b.safetensors", true],
    ]);
  });
});
