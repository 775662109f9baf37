// Whole quantized checkpoints without a GPU: what the readers find, dequantized by the references and run through the
// reference's forward pass, gives the golden ids and logits. So names, places, schemes and the order of rows are right.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { isQuantized, type ModelTensor, type PartRole, type TensorSlice } from "../../../src/format/quantized.ts";
import { referenceWeights } from "../../reference/named-weights.ts";
import { dequantizeGgml } from "../../reference/dequantize-ggml.ts";
import { dequantize, type Layer } from "../../reference/dequantize.ts";
import { referenceGenerate } from "../../reference/forward.ts";
import { requireClose } from "../../reference/relative-error.ts";
import { decodeStored } from "../../reference/stored.ts";
import { ggufOfCheckpoint } from "../../support/gguf-checkpoint.ts";
import { folderFiles, folderSource, sharedData } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const e2e = sharedData("e2e");
const folders = e2e ? readdirSync(e2e).filter((name) => name.startsWith("tiny256-")) : [];

function valuesOf(tensor: ModelTensor, files: ReadonlyMap<string, Uint8Array>, headDim: number): Float64Array {
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
    const { among } = tensor; // the reference has all rows of the file's matrix
    const layer: Layer = (end) => {
      const stacked = `${base}zero_scale`; // HQQ's zero points and scales in one tensor, of which each part is a half
      const isWanted = ([role, { name }]: [PartRole, TensorSlice]) =>
        name === base + end || (name === stacked && role === `${end}s`);
      const [role, own] = parts.find(isWanted) ?? [];
      const cut =
        role === "codes" && tensor.scheme.kind === "bnb4" ? among && (tensor.cols * among.rows) / 2 : undefined;
      const start = (own?.start ?? 0) - (cut === undefined ? 0 : (tensor.cols * among!.firstRow) / 2);
      const slice = own && (cut === undefined ? own : { ...own, start, end: start + cut });
      return slice && { dtype: slice.dtype.toLowerCase() as "f32", shape: slice.shape, bytes: bytesOf(slice) };
    };
    const dequantized = dequantize(tensor, layer);
    const from = (among?.firstRow ?? 0) * tensor.cols;
    const all = Float64Array.from(dequantized.weights, dequantized.rounded);
    values = all.slice(from, from + tensor.rows * tensor.cols);
  }
  return tensor.interleavedRopeHeads === undefined ? values : inHalves(values, tensor.interleavedRopeHeads, headDim);
}

/** Rows of each head from pairs (2i, 2i + 1) to halves. */
function inHalves(values: Float64Array, heads: number, headDim: number): Float64Array {
  const out = new Float64Array(values.length);
  const cols = values.length / heads / headDim;
  for (let row = 0; row < heads * headDim; row++) {
    const i = row % headDim;
    const target = row - i + (i % 2) * (headDim / 2) + Math.floor(i / 2);
    out.set(values.subarray(row * cols, (row + 1) * cols), target * cols);
  }
  return out;
}

/** Opens a folder as a user would and gives its weights for the reference. */
async function opened(folder: string, wanted?: string) {
  const files = folderFiles(folder);
  const { config, tensors, tokenizer } = await openWeights(memorySource(files), { weights: wanted });
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const weights = referenceWeights(config, (name) => valuesOf(byName.get(name)!, files, config.headDim));
  return { files, config, tensors, tokenizer, weights };
}

describe("Llama and its siblings as GGUF files", { timeout: 60_000 }, () => {
  // Those that llama.cpp's converter writes completely: it lacks dynamic scaling and biases for Llama and Qwen3.
  const names = readdirSync(fixtures).filter((name) => /^llama-(?!rope-dynamic|attention-bias|qwen3-bias)/.test(name));
  test.each(names)("%s", async (name) => {
    const files = folderFiles(join(fixtures, name));
    const made = new Map([["model.gguf", ggufOfCheckpoint(files)]]);
    const { config, tensors } = await openWeights(memorySource(made));
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const weights = referenceWeights(config, (tensor) => valuesOf(byName.get(tensor)!, made, config.headDim));
    const [{ promptIds, greedyIds, logitsFile }] = JSON.parse(
      readFileSync(join(fixtures, name, "golden.json"), "utf8"),
    ).cases.slice(-1);
    const { ids, logits } = referenceGenerate(weights, config, promptIds, greedyIds.length);
    expect(ids).toEqual(greedyIds);
    requireClose(name, logits, new Float32Array(files.get(logitsFile)!.slice().buffer), 1e-5);
  });
});

describe("the project's own checkpoints", { timeout: 60_000 }, () => {
  const names = readdirSync(fixtures).filter((name) => name.startsWith("quant-"));
  test.each(names)("%s", async (name) => {
    const { files, config, weights } = await opened(join(fixtures, name));
    const { cases } = JSON.parse(readFileSync(join(fixtures, name, "golden.json"), "utf8"));
    for (const { promptIds, greedyIds, logitsFile, logitsShape } of cases) {
      const { ids, logits } = referenceGenerate(weights, config, promptIds, greedyIds.length);
      expect(ids).toEqual(greedyIds);
      expect(logitsShape).toEqual([promptIds.length + ids.length - 1, config.vocabSize]);
      requireClose(name, logits, new Float32Array(files.get(logitsFile)!.slice().buffer), 1e-5);
    }
  });

  test("have every scheme, width of codes, group and type", async () => {
    const found = new Set<string>();
    const shapes = new Set<string>();
    for (const name of names) {
      const { config, tensors } = await openWeights(folderSource(join(fixtures, name)));
      if (config.kvHeads === 1) shapes.add("one kv head");
      if (config.vocabSize % 8 !== 0) shapes.add("a vocabulary that 8 does not divide");
      for (const tensor of tensors.filter(isQuantized)) {
        const { scheme, cols, parts } = tensor;
        if (cols % 64 !== 0) shapes.add(`${scheme.kind}: inputs that 64 does not divide`);
        if ("groupSize" in scheme && scheme.groupSize < cols && cols % scheme.groupSize !== 0)
          shapes.add(`${scheme.kind}: a short last group`);
        if ("groupSize" in scheme && scheme.groupSize === cols) shapes.add(`${scheme.kind}: one group`);
        const bias = tensor.name.replace(/weight$/, "bias");
        if (tensors.some((other) => other.name === bias)) shapes.add(`${scheme.kind}: bias`);
        if (scheme.kind === "bnb4" && parts.codes.dtype !== "U8") shapes.add(`stored as ${parts.codes.dtype}`);
        found.add(
          scheme.kind === "gptq" ? `gptq ${scheme.bits} v${scheme.zeroPoints}`
          : scheme.kind === "bnb4" ? `${scheme.book} ${scheme.nested ? "nested" : "single"}`
          : scheme.kind === "int8" ? `int8 ${parts.codeOrder ? "with" : "without"} weight_format`
          : scheme.kind === "ggml" ? scheme.type
          : scheme.kind,
        ); // prettier-ignore
      }
      for (const tensor of tensors) if (!isQuantized(tensor) && name.includes("gguf")) found.add(tensor.dtype);
    }
    expect([...found]).toEqual(
      expect.arrayContaining([
        ..."gptq 2 v1,gptq 3 v1,gptq 3 v2,gptq 4 v1,gptq 4 v2,gptq 8 v1,gptq 8 v2,awq,exl2".split(","),
        ..."nf4 single,nf4 nested,fp4 single,fp4 nested,int8 with weight_format,int8 without weight_format".split(","),
        ..."Q4_0,Q4_1,Q5_0,Q5_1,Q8_0,Q2_K,Q3_K,Q4_K,Q5_K,Q6_K,IQ4_NL,IQ4_XS,f32,f16,bf16".split(","),
      ]),
    );
    expect([...shapes]).toEqual(
      expect.arrayContaining([
        ...["one kv head", "a vocabulary that 8 does not divide", "stored as BF16", "stored as F32"],
        ...["gptq", "awq", "bnb4", "int8", "exl2", "ggml"].map((kind) => `${kind}: inputs that 64 does not divide`),
        ...["gptq: a short last group", "gptq: one group", "gptq: bias", "awq: one group"],
      ]),
    );
  });
});

describe.skipIf(!e2e)("the shared checkpoints", { timeout: 60_000 }, () => {
  const cases = folders.flatMap((folder) => {
    const files = readdirSync(join(e2e!, folder));
    return files
      .filter((file) => /^golden.*\.json$/.test(file))
      .map((golden) => ({ folder, golden, weights: /golden_(.*)\.json/.exec(golden)?.[1] }));
  });
  test.each(cases)("$folder $weights", async ({ folder, golden, weights: wanted }) => {
    const { files, config, tokenizer, weights } = await opened(join(e2e!, folder), wanted);
    expect(tokenizer?.pieces.length).toBe(wanted ? config.vocabSize : undefined);
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
