// Every quantized format through repack and decode: each matrix of the shared data against its expected values, and
// made matrices at odd sizes against the references. The error is the number of weights that differ, unless told.

import { ggmlTraits, type GgmlType } from "../../src/format/ggml-types.ts";
import { codeOf, joinedLines } from "../../src/gpu/shader-source.ts";
import { products, shaderFiles, shaderName, type ProductName, type ShaderChoice } from "../../src/gpu/shader-table.ts";
import { shaderTexts } from "../../src/gpu/shader-text.ts";
import type { PackedDecode } from "../../src/quant/row-format.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { dequantizeGgml } from "../reference/dequantize-ggml.ts";
import { f16ToNumber } from "../reference/half.ts";
import { dequantizeOnGpu, type PackedOptions } from "../support/packed-case.ts";
import {
  blockMatrix,
  blockTypes,
  declare,
  referenceWeightsOf,
  sharedMatrix,
  type PackedMatrix,
} from "../support/packed-matrix.ts";
import { madeLayers } from "../support/random-packed.ts";

/** Differences from `expected` ([rows, cols], inputs in the original order), and weights beyond the last column. */
async function compare(
  context: CheckContext,
  { matrix, parts }: Pick<PackedMatrix, "matrix" | "parts">,
  expected: ArrayLike<number>,
  options: PackedOptions = {},
  close: (actual: number, wanted: number, index: number) => boolean = Object.is,
) {
  const { order, weights, padding } = await dequantizeOnGpu(context, matrix, parts, options);
  const { rows, cols } = matrix;
  let different = 0;
  let note = "";
  for (let n = 0; n < rows; n++)
    for (let slot = 0; slot < cols; slot++) {
      const k = order?.[slot] ?? slot;
      const [actual, wanted] = [weights[n * cols + slot], expected[n * cols + k]];
      if (close(actual + 0, wanted + 0, n * cols + k)) continue; // -0 is 0
      if (different++ === 0) note = `row ${n}, input ${k}: ${actual}, wanted ${wanted}`;
    }
  if (padding !== 0) note = `padding holds ${padding}`;
  return { error: different + (padding === 0 ? 0 : 1), limit: 0, note };
}

/** Types whose matrices the shared data have. */
const sharedTypes = blockTypes.filter((type) => /^Q\d_[K01]$|^IQ4/.test(type) && type !== "Q1_0" && type !== "Q2_0");

const sharedBlocks =
  (type: GgmlType): Check =>
  async (context) => {
    const name = type.endsWith("_K") ? `q${type.slice(1)}` : type.toLowerCase();
    const bytes = await context.fetchBytes(`shared/quant/gguf/q.${name}.bin`);
    const expected = new Float32Array((await context.fetchBytes(`shared/quant/gguf/q.${name}.f32`)).buffer);
    return compare(context, blockMatrix(type, bytes, 8), expected, { split: 3 });
  };

/** Random blocks, whose f16 scales are made finite, in the second half of a paired weight. */
const madeBlocks =
  (type: GgmlType): Check =>
  async (context) => {
    const [rows, blocks] = [12, ggmlTraits[type].weights === 32 ? 5 : 3];
    const bytes = madeLayers.ggml(type, rows * blocks);
    const options = { base: 3, half: 3, split: 8, unitsPerPiece: 5 };
    return compare(context, blockMatrix(type, bytes, rows), dequantizeGgml(type, bytes), options);
  };

/** NVFP4 with all scales multiplied by one factor of its own. */
const factored: Check = async (context) => {
  const bytes = madeLayers.ggml("NVFP4", 24);
  const { matrix, parts } = blockMatrix("NVFP4", bytes, 12);
  const factor = Math.fround(0.0123);
  const named = { ...matrix, parts: { ...matrix.parts, factor: { ...matrix.parts.codes, name: "t.scale" } } };
  const whole = { ...parts, factor: new Uint8Array(Float32Array.of(factor).buffer) };
  const expected = dequantizeGgml("NVFP4", bytes).map((weight) => weight * factor);
  return compare(context, { matrix: named, parts: whole }, expected, {}, nearlyExact);
};

/** Allowed relative error: an f32 product or sum may be fused or not, and a division may be two and a half units off. */
const nearlyExact = (actual: number, wanted: number) => Math.abs(actual - wanted) <= Math.abs(wanted) * 2 ** -21;

function valuesOf(made: PackedMatrix): Float32Array {
  const [[end, { bytes, shape }]] = made.others;
  if (end === "expected_f32_out_in") return new Float32Array(bytes.slice().buffer);
  const halves = new Uint16Array(bytes.slice().buffer);
  const [cols, rows] = shape;
  const values = new Float32Array(rows * cols);
  for (let k = 0; k < cols; k++)
    for (let n = 0; n < rows; n++) values[n * cols + k] = f16ToNumber(halves[k * rows + n]);
  return values;
}

const shared =
  (path: string): Check =>
  async (context) => {
    const declared = declare({
      zeroPointsAsStored: path.includes("v2_"),
      method: path.startsWith("awq") ? "awq" : undefined,
    });
    const made = await sharedMatrix(await context.fetchBytes(`shared/quant/${path}.safetensors`), declared);
    const close = path === "bnb/int8" ? nearlyExact : undefined;
    return compare(context, made, valuesOf(made), { split: 16 }, close);
  };

const sharedFiles = [
  ...["b2", "b3", "b4", "b8"].flatMap((bits) =>
    ["g-1_seq_asym", "g128_seq_sym", "g64_act_asym"].map((kind) => `gptq/${bits}_${kind}`),
  ),
  "gptq/v2_b4_g64_seq_asym",
  "awq/gemm_g128",
  "awq/gemm_g32",
  ...["nf4", "fp4"].flatMap((book) =>
    ["single", "double"].flatMap((levels) => ["float16", "bfloat16"].map((dtype) => `bnb/${book}_${levels}_${dtype}`)),
  ),
  "bnb/int8",
  ...["b2_g16", "b3_b2_g64", "b4_g128", "b5_b4_g128_lastpartial", "b6_b5_g32", "b8_g32", "mixed_8_6_5_4_3_2"].map(
    (name) => `exl2/${name}`,
  ),
];

/** Against the reference: as the format rounds, and without that rounding. */
const made =
  (make: () => PackedMatrix): Check =>
  async (context) => {
    const layer = make();
    const { weights, rounded } = referenceWeightsOf(layer);
    const { scheme } = layer.matrix;
    const exact = scheme.kind === "gptq" || scheme.kind === "awq" || scheme.kind === "exl2";
    const rounds = scheme.kind === "awq" || scheme.kind === "exl2" || scheme.kind === "bnb4";
    const constants: Record<string, number> = rounds ? { rounding: 0 } : {};
    // scale * code - scale * zero, of f32 scales: two roundings of numbers up to the largest.
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    const ofLargest = (actual: number, wanted: number) => Math.abs(actual - wanted) <= largest * 2 ** -21;
    const plain = await compare(
      context,
      layer,
      weights,
      { split: 4, base: 2, half: layer.matrix.rows % 4 === 0 ? 2 : 0, constants },
      exact ? undefined : scheme.kind === "integers" || scheme.kind === "turned" ? ofLargest : nearlyExact,
    );
    if (plain.error > 0 || !rounds) return plain;
    // A value within f32's error of the midpoint of two halves may be rounded either way.
    const either = (actual: number, _: number, i: number) =>
      [1, 1 - 2 ** -21, 1 + 2 ** -21].some((factor) => rounded(weights[i] * factor) === actual);
    return compare(context, layer, weights.map(rounded), { unitsPerPiece: 2 }, exact ? undefined : either);
  };

const packedDecodes: readonly PackedDecode[] = ["affine", "book", "exl2", "fp8", "grid", "int8", "super", "vectors"];

/** Every kernel that reads weights compiles with every decode here. */
const compiles: Check = async (context) => {
  const adapter = await context.requestAdapter();
  const subgroups = adapter.features.has("subgroups");
  const device = await adapter.requestDevice({ requiredFeatures: subgroups ? ["subgroups"] : [] });
  const notes: string[] = [];
  const choices: ShaderChoice[] = [{ kernel: "embed" }, { kernel: "matmul_rows" }, { kernel: "matmul_tile" }];
  for (const product of Object.keys(products) as ProductName[])
    for (const gathered of [false, true]) {
      choices.push({ kernel: "matvec", product, gathered });
      choices.push({ kernel: "matvec_tile", product, gathered });
      if (subgroups) choices.push({ kernel: "matvec_subgroup", product, gathered });
    }
  for (const choice of choices)
    for (const decode of packedDecodes) {
      const files = shaderFiles({ ...choice, decode });
      const module = device.createShaderModule({ code: codeOf(joinedLines(files, await shaderTexts(files))) });
      const { messages } = await module.getCompilationInfo();
      const wrong = messages.filter(({ type }) => type === "error");
      if (wrong.length > 0) notes.push(`${shaderName({ ...choice, decode })}: ${wrong[0].message}`);
    }
  device.destroy();
  return { error: notes.length, limit: 0, note: notes[0] };
};

export const checks: Checks = {
  ...Object.fromEntries(sharedTypes.map((type) => [`${type}, shared`, sharedBlocks(type)])),
  ...Object.fromEntries(sharedFiles.map((path) => [`${path}, shared`, shared(path)])),
  ...Object.fromEntries(blockTypes.map((type) => [`${type}, random, rows in pairs`, madeBlocks(type)])),
  ...Object.fromEntries(Object.entries(madeLayers.all).map(([name, make]) => [name, made(make)])),
  "NVFP4 with a factor": factored,
  "every kernel with every decode": compiles,
};
