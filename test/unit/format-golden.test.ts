// Whole quantized checkpoints without a GPU: what the readers find, dequantized by the references and run by the
// reference's forward pass, gives the golden ids and logits. So names, places, schemes and the order of rows are right.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWeights } from "../../src/format/open-weights.ts";
import { isQuantized, type ModelTensor, type PartRole, type TensorSlice } from "../../src/format/quantized.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { referenceWeights } from "../reference/checkpoint.ts";
import { dequantizeGgml } from "../reference/dequantize-ggml.ts";
import * as packed from "../reference/dequantize-packed.ts";
import { referenceGenerate } from "../reference/forward.ts";
import { requireClose } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import { folderFiles, sharedData } from "../support/local-folder.ts";

const e2e = sharedData("e2e");
const folders = e2e ? readdirSync(e2e).filter((name) => name.startsWith("tiny256-")) : [];

function valuesOf(tensor: ModelTensor, files: ReadonlyMap<string, Uint8Array>): Float64Array {
  const bytesOf = ({ file, start, end }: { file: string; start: number; end: number }) =>
    files.get(file)!.slice(start, end);
  let values: Float64Array;
  if (!isQuantized(tensor)) {
    const [rows, cols] = tensor.shape.length === 1 ? [1, tensor.shape[0]] : tensor.shape;
    values = decodeStored(tensor.dtype, bytesOf(tensor), rows, cols);
  } else if (tensor.scheme.kind === "ggml") {
    values = Float64Array.from(dequantizeGgml(tensor.scheme.type, bytesOf(tensor.parts.codes)));
  } else {
    const parts = Object.entries(tensor.parts) as [PartRole, TensorSlice][];
    const base = tensor.name.slice(0, -"weight".length);
    const layer: packed.Layer = (end) => {
      const slice = parts.find(([, { name }]) => name === base + end)?.[1];
      return slice && { dtype: slice.dtype.toLowerCase() as "f32", shape: slice.shape, bytes: bytesOf(slice) };
    };
    const { scheme } = tensor;
    const dequantized =
      scheme.kind === "gptq" ? packed.dequantizeGptq(layer, { bits: scheme.bits, version: scheme.zeroPoints })
      : scheme.kind === "awq" ? packed.dequantizeAwq(layer)
      : scheme.kind === "bnb4" ? packed.dequantizeBnb4(layer, scheme.book)
      : scheme.kind === "int8" ? packed.dequantizeInt8(layer)
      : packed.dequantizeExl2(layer); // prettier-ignore
    values = Float64Array.from(dequantized.weights, dequantized.rounded).slice(0, tensor.rows * tensor.cols);
  }
  return tensor.interleavedRopeHeads === undefined ? values : inHalves(values, tensor.interleavedRopeHeads);
}

/** Rows of each head from pairs (2i, 2i + 1) to halves. */
function inHalves(values: Float64Array, heads: number): Float64Array {
  const out = new Float64Array(values.length);
  const headDim = 8; // of all these models
  const cols = values.length / heads / headDim;
  for (let row = 0; row < heads * headDim; row++) {
    const i = row % headDim;
    const target = row - i + (i % 2) * (headDim / 2) + Math.floor(i / 2);
    out.set(values.subarray(row * cols, (row + 1) * cols), target * cols);
  }
  return out;
}

describe.skipIf(!e2e)("golden ids and logits of", { timeout: 60_000 }, () => {
  const cases = folders.flatMap((folder) => {
    const files = readdirSync(join(e2e!, folder));
    return files
      .filter((file) => /^golden.*\.json$/.test(file))
      .map((golden) => ({ folder, golden, weights: /golden_(.*)\.json/.exec(golden)?.[1] }));
  });
  test.each(cases)("$folder $weights", async ({ folder, golden, weights: wanted }) => {
    const files = folderFiles(join(e2e!, folder));
    const { config, tensors, tokenizer } = await openWeights(memorySource(files), { weights: wanted });
    expect(tokenizer?.pieces.length).toBe(wanted ? config.vocabSize : undefined);
    const weights = referenceWeights(config, (name) =>
      valuesOf(
        tensors.find((tensor) => tensor.name === name)!,
        files,
      ),
    );
    // The longest prompt; the others, which take as long again, run through the engine in the browsers.
    const run = JSON.parse(readFileSync(join(e2e!, folder, golden), "utf8")).cases.at(-1);
    const count = run.greedy_ids.length - run.prompt_ids.length;
    const { ids, logits } = referenceGenerate(weights, config, run.prompt_ids, count);
    expect([...run.prompt_ids, ...ids]).toEqual(run.greedy_ids);
    const [rows, vocabSize] = run.logits_shape;
    const expected = new Float32Array(files.get(run.logits_file)!.slice().buffer);
    requireClose(golden, logits.subarray(0, rows * vocabSize), expected, 1e-5);
  });
  test("has every checkpoint", () => expect(cases.length).toBeGreaterThanOrEqual(14));
});
