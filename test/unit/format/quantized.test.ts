// Which scheme a layer is in, found by its tensors; every checkpoint of the shared data; the traps of published
// repositories; and layers that do not fit together, each a named error.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { toModelTensors } from "../../../src/format/linear-parts.ts";
import { findModelTensors } from "../../../src/format/model-tensors.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { readLibrary } from "../../../src/format/library-parts.ts";
import { packedReader } from "../../../src/format/packed-parts.ts";
import { readDeclaredQuantization } from "../../../src/format/quantization-config.ts";
import { isQuantized, type QuantizedMatrix, type TensorSlice } from "../../../src/format/quantized.ts";
import { chooseWeightFormat, weightFormats } from "../../../src/format/weight-formats.ts";
import { folderFiles, sharedData } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson } from "../../support/spoiled.ts";

const declaredBy = (fields: Record<string, unknown>) =>
  readDeclaredQuantization(new JsonFile("config.json", { quantization_config: fields }));

describe("what is declared", () => {
  test("GPTQ, with synonyms and from a file beside", () => {
    expect(declaredBy({ quant_method: "gptq", bits: 4, group_size: 128, checkpoint_format: "gptq_v2" })).toMatchObject({
      method: "gptq", bits: [4], groupSizes: [128], zeroPointsAsStored: true,
    }); // prettier-ignore
    const beside = new JsonFile("quant_config.json", { w_bit: 4, q_group_size: 64, version: "GEMM", zero_point: true });
    expect(readDeclaredQuantization(new JsonFile("config.json", {}), beside)).toMatchObject({
      file: "quant_config.json", method: "awq", bits: [4], groupSizes: [64], zeroPointsAsStored: false,
    }); // prettier-ignore
    expect(readDeclaredQuantization(new JsonFile("config.json", {}))).toBeUndefined();
  });
  test.each([
    [{ quant_method: "gptq", checkpoint_format: "bitblas" }, /bitblas/],
    [{ quant_method: "gptq", checkpoint_format: "gptq_p" }, /gptq_p/],
    [{ quant_method: "awq", version: "exllama" }, /exllama/],
    [{ quant_method: "exl3" }, /exl3.*layouts that work are GPTQ/],
    [{ quant_method: "vptq" }, /vptq.*layouts that work are GPTQ/],
    [{ quant_method: "vptq" }, /vptq.*layouts that work are GPTQ/],
    [{ quant_method: "quip" }, /quip.*layouts that work are GPTQ/],
    [{ quant_method: "compressed-tensors", format: "marlin-24" }, /marlin-24/],
    [{ quant_method: "compressed-tensors", sparsity_config: { format: "sparse-24-bitmask" } }, /sparse-24-bitmask/],
    [{ quant_method: "compressed-tensors", transform_config: { config_groups: { u: {} } } }, /Rotated inputs/],
  ])("%j is refused by name", async (fields, message) => {
    const error = await rejection(() => declaredBy(fields));
    expect(error.code).toBe("model-unsupported");
    expect(error.message).toMatch(message);
  });
});

const name = "model.layers.0.mlp.down_proj";
const slice = (end: string, dtype: string, shape: number[]): TensorSlice => ({
  name: `${name}.${end}`, dtype, shape, file: "f.safetensors", start: 0,
  end: shape.reduce((a, b) => a * b, 1) * ({ U8: 1, I8: 1, F16: 2, I16: 2 }[dtype] ?? 4),
}); // prettier-ignore
const made = (slices: TensorSlice[], [rows, cols] = [96, 256], declared?: ReturnType<typeof declaredBy>) =>
  toModelTensors(new Map([[`${name}.weight`, [rows, cols]]]), slices, packedReader(declared))[0] as QuantizedMatrix;

/** As library-parts.ts reads it. */
const library = (slices: TensorSlice[], shape = [96, 256]) =>
  toModelTensors(new Map([[`${name}.weight`, shape]]), slices, readLibrary)[0] as QuantizedMatrix;

const gptq = (bits: number, groups: number, [rows, cols] = [96, 256]) => [
  slice("qweight", "I32", [(cols * bits) / 32, rows]),
  slice("qzeros", "I32", [groups, (rows * bits) / 32]),
  slice("scales", "F16", [groups, rows]),
  slice("g_idx", "I32", [cols]),
];
const awq = (groups: number, [rows, cols] = [96, 256]) => [
  slice("qweight", "I32", [cols, rows / 8]),
  slice("qzeros", "I32", [groups, rows / 8]),
  slice("scales", "F16", [groups, rows]),
];
const exl2 = (outputs: number, groups = 2) => [
  slice("q_weight", "I32", [32, outputs]),
  slice("q_invperm", "I32", [256]),
  slice("q_scale", "I32", [groups, outputs / 8]),
  slice("q_scale_max", "F16", [groups]),
  slice("q_groups", "I16", [2 * groups]),
];
const nf4 = (dtype = "U8", [rows, cols] = [96, 256]) => [
  { ...slice("weight", dtype, [1, 1]), end: Math.ceil((rows * cols) / 2) },
  slice("weight.absmax", "U8", [Math.ceil((rows * cols) / 64)]),
  slice("weight.quant_map", "F32", [16]),
  slice("weight.nested_absmax", "F32", [2]),
  slice("weight.nested_quant_map", "F32", [256]),
  slice("weight.quant_state.bitsandbytes__nf4", "U8", [100]),
];

const aqlm = (codebooks: number[], codes: number[], dtype = "I16") => [
  slice("codes", dtype, codes),
  slice("codebooks", "F16", codebooks),
  slice("scales", "F16", [96, 1, 1, 1]),
];

describe("a layer's scheme", () => {
  test.each([2, 3, 4, 8])("GPTQ of %i bits by its shape alone; the group from the scales", (bits) => {
    expect(made(gptq(bits, 4)).scheme).toEqual({ kind: "gptq", bits, groupSize: 64, zeroPoints: 1 });
    expect(made(gptq(bits, 1)).scheme).toEqual({ kind: "gptq", bits, groupSize: 256, zeroPoints: 1 });
  });
  test("GPTQ: v2, a short last group, no g_idx", () => {
    const declared = declaredBy({ quant_method: "gptq", group_size: 128, checkpoint_format: "gptq_v2" });
    const found = made(gptq(4, 3, [96, 288]).slice(0, 3), [96, 288], declared);
    expect(found).toMatchObject({ scheme: { groupSize: 128, zeroPoints: 2 } });
    expect(found.parts.groupIndex).toBeUndefined();
    expect(made(gptq(4, 3, [96, 288]), [96, 288]).scheme).toMatchObject({ groupSize: 96 });
  });
  test("a bias beside a quantized matrix is a tensor of its own, whether the configuration has it or not", () => {
    const shapes: [string, number[]][] = [[`${name}.weight`, [96, 256]]];
    const parts = [...gptq(4, 4), slice("bias", "F16", [96])];
    for (const expected of [shapes, [...shapes, [`${name}.bias`, [96]] as [string, number[]]]]) {
      const found = toModelTensors(new Map(expected), parts, packedReader());
      expect(found.map((tensor) => tensor.name).toSorted()).toEqual([`${name}.bias`, `${name}.weight`]);
      expect(found.find((tensor) => tensor.name.endsWith("bias"))).toMatchObject({ dtype: "f16", shape: [96] });
    }
    const plain = [slice("weight", "F16", [96, 256]), slice("bias", "F16", [96])];
    expect(toModelTensors(new Map(shapes), plain, packedReader())).toHaveLength(1); // as transformers: nobody asked for it
    expect(() => toModelTensors(new Map(shapes), [...gptq(4, 4), slice("bias", "F16", [95])], packedReader())).toThrow(
      /shape \[95\]/,
    );
    expect(() => toModelTensors(new Map([...shapes, [`${name}.bias`, [96]]]), gptq(4, 4), packedReader())).toThrow(
      /no tensor.*bias/,
    );
  });
  test("AWQ by its shape, and where a square one could be either, by what is declared", () => {
    expect(made(awq(2)).scheme).toEqual({ kind: "awq", groupSize: 128 });
    expect(made(awq(8)).parts).toMatchObject({ codes: { name: `${name}.qweight` }, zeros: {}, scales: {} });
    expect(made(awq(2), [96, 256], declaredBy({ quant_method: "awq", bits: 4, group_size: 128 })).scheme.kind).toBe(
      "awq",
    );
  });
  test("EXL2, with padded outputs", () => {
    expect(made(exl2(96)).scheme).toEqual({ kind: "exl2" });
    expect(made(exl2(128), [97, 256])).toMatchObject({ rows: 97, cols: 256, parts: { codes: { shape: [32, 128] } } });
  });
  test("bitsandbytes: nf4 in any storage, fp4 single, int8 with and without weight_format", () => {
    expect(made(nf4()).scheme).toEqual({ kind: "bnb4", book: "nf4", nested: true });
    expect(made(nf4("BF16")).parts.state?.name).toMatch(/__nf4$/);
    const fp4 = [
      { ...slice("weight", "U8", [1]), end: 96 * 128 },
      slice("weight.absmax", "F32", [384]),
      slice("weight.quant_map", "F32", [16]),
      slice("weight.quant_state.bitsandbytes__fp4", "U8", [80]),
    ];
    expect(made(fp4).scheme).toEqual({ kind: "bnb4", book: "fp4", nested: false });
    const int8 = [slice("weight", "I8", [96, 256]), slice("SCB", "F32", [96])];
    expect(made(int8).scheme).toEqual({ kind: "int8" });
    expect(made([...int8, slice("weight_format", "U8", [])]).parts.codeOrder).toBeDefined();
  });
  test("no scheme at all", () => {
    expect(made([slice("weight", "F16", [96, 256])])).toMatchObject({ dtype: "f16", shape: [96, 256] });
  });
});

const bytesOf: Record<string, number> = { U8: 1, I8: 1, F8_E4M3: 1, F16: 2, BF16: 2 };
const sized = (end: string, dtype: string, shape: number[]): TensorSlice => {
  const count = shape.reduce((a, b) => a * b, 1);
  return { ...slice(end, dtype, shape), end: count * (bytesOf[dtype] ?? 4) };
};

describe("rows of codes", () => {
  const packed = (words: number, more: TensorSlice[] = []) => [
    sized("weight_packed", "I32", [96, words]),
    sized("weight_scale", "BF16", [96, 2]),
    ...more,
  ];
  const group = (weights: Record<string, unknown>) =>
    declaredBy({ quant_method: "compressed-tensors", config_groups: { group_0: { weights, targets: ["Linear"] } } });
  const eight = (...scales: TensorSlice[]) => [sized("weight", "F8_E4M3", [96, 256]), ...scales];

  test.each([
    ["4 bit", 32, { num_bits: 4, group_size: 128 }, { bits: 4 }],
    ["3 bit, dense", 24, { num_bits: 3, group_size: 128 }, { bits: 3 }],
    ["3 bit, whole codes in a word", 26, { num_bits: 3, group_size: 128 }, { bits: 3, perWord: 10 }],
    ["7 bit, whole codes in a word, as long as 8 bit", 64, { num_bits: 7 }, { bits: 7, perWord: 4 }],
    ["8 bit", 64, { num_bits: 8 }, { bits: 8 }],
    ["8 bit, where nothing is said", 64, undefined, { bits: 8 }],
  ] as const)("pack-quantized %s", (_, words, weights, scheme) => {
    expect(made(packed(words), undefined, weights && group(weights)).scheme).toEqual({
      kind: "integers", packer: "compressed-tensors", groups: { rows: 1, cols: 128 }, ...scheme,
    }); // prettier-ignore
  });
  test.each<[string, TensorSlice[], Record<string, unknown> | undefined, unknown]>([
    ["a row each", [sized("weight_scale", "F32", [96, 1])], undefined, { rows: 1, cols: 256 }],
    ["one for all, without a shape", [sized("weight_scale", "F32", [])], undefined, { rows: 96, cols: 256 }],
    ["one for all", [sized("weight_scale", "F32", [1])], { quant_method: "fp8" }, { rows: 96, cols: 256 }],
    ["blocks", [sized("weight_scale_inv", "F32", [1, 2])], { quant_method: "fp8", weight_block_size: [128, 128] }, { rows: 128, cols: 128 }],
    ["blocks of another size", [sized("weight_scale_inv", "BF16", [3, 8])], { quant_method: "fp8", weight_block_size: [32, 32] }, { rows: 32, cols: 32 }],
    ["blocks of which nothing is said", [sized("weight_scale_inv", "F32", [1, 2])], undefined, { rows: 128, cols: 128 }],
  ])("FP8, scales: %s", (_, scales, declared, groups) => {
    expect(made(eight(...scales), undefined, declared && declaredBy(declared)).scheme).toEqual({ kind: "floats", type: "FP8", groups });
  });
  test("int8, MXFP8, MXFP4 and NVFP4 by types and shapes", () => {
    expect(made([sized("weight", "I8", [96, 256]), sized("weight_scale", "F16", [96, 1])]).scheme).toMatchObject({ kind: "integers", bits: 8 });
    expect(made(eight(sized("weight_scale", "U8", [96, 8]))).scheme).toMatchObject({ type: "MXFP8" });
    const four = (end: string) => sized(end, "U8", [96, 128]);
    expect(made([four("weight_packed"), sized("weight_scale", "U8", [96, 8])]).scheme).toMatchObject({ type: "MXFP4" });
    const scale = sized("weight_scale", "F8_E4M3", [96, 16]);
    expect(made([four("weight_packed"), scale, sized("weight_global_scale", "F32", [1])]).parts.divisor).toBeDefined();
    expect(made([four("weight"), scale, sized("weight_scale_2", "F32", [])])).toMatchObject({ scheme: { type: "NVFP4" }, parts: { factor: {} } });
  });
  test.each([2, 3, 4, 5, 6, 8])("MLX %i bit, and a matrix without scales beside it as it is", (bits) => {
    const tensors = [sized("weight", "U32", [96, 8 * bits]), sized("scales", "BF16", [96, 4]), sized("biases", "BF16", [96, 4])];
    expect(made(tensors).scheme).toEqual({ kind: "integers", packer: "mlx", bits, groups: { rows: 1, cols: 64 } });
    expect(made([sized("weight", "BF16", [96, 256])])).toMatchObject({ dtype: "bf16" });
  });
  test.each([["MXFP8", 8, 32], ["MXFP4", 4, 32], ["NVFP4", 4, 16]])("MLX without biases: %s", (type, bits, size) => {
    const tensors = [sized("weight", "U32", [96, 8 * bits]), sized("scales", "U8", [96, 256 / size])];
    expect(made(tensors).scheme).toEqual({ kind: "floats", type, groups: { rows: 1, cols: size } });
  });
  const group4 = group({ num_bits: 4, group_size: 128 });
  test.each<[string, TensorSlice[], ReturnType<typeof declaredBy>, string, RegExp]>([
    ["other bits than declared", packed(24), group4, "format", /weight_packed.*24 words.*of 4 bits/],
    ["two declared widths that fit", packed(64), declaredBy({ quant_method: "compressed-tensors", config_groups: { a: { weights: { num_bits: 7 } }, b: { weights: { num_bits: 8 } } } }), "format", /fit two/],
    ["no scales", packed(32).slice(0, 1), group4, "format", /weight_scale/],
    ["scales in a type of their own", [packed(32)[0], sized("weight_scale", "U8", [96, 2])], group4, "format", /weight_scale.*F16 or BF16 or F32/],
    ["zero points that do not fit", packed(32, [sized("weight_zero_point", "I32", [11, 2])]), group4, "format", /weight_zero_point.*\[12,2\]/],
    ["groups of 8", [packed(32)[0], sized("weight_scale", "F16", [96, 32])], undefined, "model-unsupported", /groups of 8/],
    ["blocks that do not fit", eight(sized("weight_scale_inv", "F32", [2, 2])), undefined, "format", /weight_scale_inv.*128 x 128/],
    ["MXFP6", [sized("weight_packed", "U8", [96, 192]), sized("weight_scale", "U8", [96, 8])], undefined, "model-unsupported", /MXFP6/],
    ["NVFP4 without its factor", [sized("weight_packed", "U8", [96, 128]), sized("weight_scale", "F8_E4M3", [96, 16])], undefined, "format", /weight_global_scale/],
    ["MLX of 7 bits", [sized("weight", "U32", [96, 56]), sized("scales", "F16", [96, 4]), sized("biases", "F16", [96, 4])], undefined, "format", /7 bits/],
    ["MLX of a mode to come", [sized("weight", "U32", [96, 32]), sized("scales", "U8", [96, 4])], undefined, "model-unsupported", /4 bits.*groups of 64.*nvfp4/],
  ])("%s is refused", async (_, tensors, declared, code, message) => {
    const error = await rejection(() => made(tensors, undefined, declared));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
  test("a block size that is none", async () => {
    const error = await rejection(() => declaredBy({ quant_method: "fp8", weight_block_size: [128] }));
    expect(error).toMatchObject({ code: "format", facts: { field: "quantization_config.weight_block_size" } });
  });
}); // prettier-ignore

describe("a layer that does not fit together", () => {
  const without = (slices: TensorSlice[], end: string) => slices.filter((one) => one.name !== `${name}.${end}`);
  const changed = (slices: TensorSlice[], one: TensorSlice) => slices.map((old) => (old.name === one.name ? one : old));
  const cases: [string, () => unknown, string, RegExp][] = [
    ["5 bits", () => made(gptq(5, 2)), "format", /5 bits a weight/],
    ["other bits than declared", () => made(gptq(4, 2), undefined, declaredBy({ bits: 8 })), "format", /4 bits.*8 bits/],
    ["another group than declared", () => made(gptq(4, 2), undefined, declaredBy({ group_size: 64 })), "format", /group_size 64/],
    ["a group of 0", () => made(gptq(4, 2), undefined, declaredBy({ group_size: 0 })), "format", /group_size 0/],
    ["no scales", () => made(without(gptq(4, 2), "scales")), "format", /no scales/],
    ["no zeros", () => made(without(gptq(4, 2), "qzeros")), "format", /zeros/],
    ["zeros of another shape", () => made(changed(gptq(4, 2), slice("qzeros", "I32", [2, 11]))), "format", /qzeros.*\[2,11\]/],
    ["scales in another type", () => made(changed(gptq(4, 2), slice("scales", "F32", [2, 96]))), "format", /F32/],
    ["no groups at all", () => made(changed(gptq(4, 2), slice("scales", "F16", [0, 96]))), "format", /scales/],
    ["g_idx of another length", () => made(changed(gptq(4, 2), slice("g_idx", "I32", [255]))), "format", /g_idx/],
    ["groups of 24", () => made(gptq(4, 4, [96, 96]), [96, 96]), "model-unsupported", /groups of 24/],
    ["AWQ gemv with zero points of other groups", () => made([slice("qweight", "I32", [96, 32]), slice("qzeros", "I32", [96, 3]), slice("scales", "F16", [96, 24])]), "format", /3 words/],
    ["AWQ gemv_fast of other groups", () => made([slice("qweight", "I16", [24, 256]), slice("qzeros", "F16", [24, 96]), slice("scales", "F16", [24, 96])]), "format", /3 words/],
    ["AWQ gemv_fast without zero points", () => made([slice("qweight", "I16", [24, 256]), slice("scales", "F16", [8, 96])]), "format", /minima/],
    ["AWQ gemv_fast of rows that are no strips", () => made([slice("qweight", "I16", [24, 256]), slice("qzeros", "F16", [8, 94]), slice("scales", "F16", [8, 94])], [94, 256]), "format", /multiples of 4 outputs/],
    ["AWQ gemv_fast of inputs that are no tiles", () => made([slice("qweight", "I16", [24, 96]), slice("qzeros", "F16", [32, 96]), slice("scales", "F16", [32, 96])], [96, 96]), "format", /64 inputs/],
    ["Marlin of half the codes", () => made([slice("B", "I32", [16, 64]), slice("s", "F16", [2, 64])], [64, 256]), "format", /"[^"]*\.B".*\[16,128\]/],
    ["Marlin with scales of another width", () => made([slice("B", "I32", [16, 128]), slice("s", "F16", [2, 32])], [64, 256]), "format", /"[^"]*\.s"/],
    ["Marlin of rows that are no tiles", () => made([slice("B", "I32", [16, 192]), slice("s", "F16", [2, 96])]), "format", /multiples of 64 outputs/],
    ["Marlin with groups of 80", () => made([slice("B", "I32", [10, 128]), slice("s", "F16", [3, 64])], [64, 160], declaredBy({ quant_method: "gptq", bits: 4, group_size: 64 })), "format", /whole groups/],
    ["Marlin of 8 bits, as declared", () => made([slice("B", "I32", [16, 128]), slice("s", "F16", [2, 64])], [64, 256], declaredBy({ quant_method: "gptq", bits: 8 })), "format", /8 bits/],
    ["HQQ along axis 0 of 48 inputs", () => library([slice("W_q", "U8", [32, 72]), slice("scale", "F16", [1, 72]), slice("zero", "F16", [1, 72])], [96, 48]), "model-unsupported", /axis 0 of 48 inputs in 72 groups/],
    ["HQQ along axis 0 of another number of bytes", () => library([slice("W_q", "U8", [31, 384]), slice("scale", "F16", [1, 384]), slice("zero", "F16", [1, 384])]), "format", /\[31,384\].*384 groups of 64/],
    ["HQQ with zero points of another type", () => library([slice("W_q", "U8", [32, 384]), slice("scale", "F16", [1, 384]), slice("zero", "F32", [1, 384])]), "format", /F32.*F16/],
    ["HQQ with fewer zero points", () => library([slice("W_q", "U8", [32, 384]), slice("scale", "F16", [1, 384]), slice("zero", "F16", [1, 192])]), "format", /192 numbers/],
    ["HQQ with bytes of zero points and no scales for them", () => library([slice("W_q", "U8", [32, 384]), slice("scale", "F16", [1, 384]), slice("zero_q", "U8", [1, 384])]), "format", /zero_q.*U8/],
    ["HQQ with scales for no number of zero points", () => library([slice("W_q", "U8", [32, 384]), slice("scale", "F16", [1, 384]), slice("zero_q", "U8", [1, 384]), slice("meta_zero.scale", "F16", [1, 5]), slice("meta_zero.zero", "F16", [1, 5])]), "format", /\[1,5\]/],
    ["HQQ with zero points in fewer bits", () => library([slice("W_q", "U8", [32, 384]), slice("scale", "F16", [1, 384]), slice("zero_q", "U8", [64, 3]), slice("meta_zero.scale", "F16", [1, 3]), slice("meta_zero.zero", "F16", [1, 3])]), "format", /192 numbers/],
    ["HQQ in groups across rows", () => library([slice("W_q", "U8", [24, 512]), slice("scale", "F16", [48, 1]), slice("zero", "F16", [48, 1])]), "model-unsupported", /groups of 512/],
    ["HQQ without zeros", () => library([slice("W_q", "U8", [192, 64]), slice("scale", "F16", [384, 1])]), "format", /zero/],
    ["HQQ of another number of bytes", () => library([slice("W_q", "U8", [191, 64]), slice("scale", "F16", [384, 1]), slice("zero", "F16", [384, 1])]), "format", /bytes/],
    ["quanto's float8 of the other kind", () => library([slice("weight._data", "F8_E5M2", [96, 256]), slice("weight._scale", "F32", [96, 1])]), "model-unsupported", /F8_E5M2/],
    ["torchao without scales", () => library([slice("_weight_qdata", "I8", [96, 256])]), "format", /_weight_scale/],
    ["torchao's int4 with scaled inputs", () => library([slice("_weight_qdata", "I8", [96, 128]), slice("_weight_scale", "BF16", [2, 96]), slice("_weight_act_pre_scale", "BF16", [256])]), "model-unsupported", /act_pre_scale/],
    ["torchao's int4 without zero points", () => library([slice("_weight_qdata", "I8", [96, 128]), slice("_weight_scale", "F16", [2, 96])]), "format", /minima/],
    ["torchao's int4 for NPUs", () => library([slice("_weight_qdata", "I32", [96, 32]), slice("_weight_scale", "F16", [2, 96]), slice("_weight_zero_point", "F16", [2, 96])]), "model-unsupported", /zero points in bytes.*CUDA or XPU/],
    ["torchao's int4 in other words", () => library([slice("_weight_qdata", "I32", [96, 32]), slice("_weight_scale_and_zero", "BF16", [2, 96, 2])]), "model-unsupported", /\[96,32\].*CUDA/],
    ["torchao's int4 in tiles of fewer inputs", () => library([slice("_weight_qdata", "I32", [12, 1, 32, 4]), slice("_weight_scale_and_zero", "BF16", [4, 96, 2])]), "format", /128 inputs/],
    ["torchao's int4 in groups of 16", () => library([slice("_weight_qdata", "I8", [96, 128]), slice("_weight_scale", "F16", [16, 96]), slice("_weight_zero_point", "F16", [16, 96])]), "model-unsupported", /groups of 16/],
    ["EETQ without codes", () => library([slice("weight_scales", "F16", [96])]), "format", /no codes/],
    ["EETQ with outputs as rows", () => library([slice("weight", "I8", [96, 256]), slice("weight_scales", "F16", [96])]), "format", /\[256,96\]/],
    ["EETQ of 96 inputs", () => library([slice("weight", "I8", [96, 96]), slice("weight_scales", "F16", [96])], [96, 96]), "model-unsupported", /multiple of 64/],
    ["AQLM without codebooks", () => library([slice("codes", "I16", [96, 32, 1]), slice("scales", "F16", [96, 1, 1, 1])]), "format", /no codebooks/],
    ["AQLM 2x8", () => library(aqlm([2, 256, 1, 8], [96, 32, 2], "I8")), "model-unsupported", /AQLM 2x8 of 1 x 8.*AQLM 1x16/],
    ["AQLM 1x16 of sixteen inputs", () => library(aqlm([1, 65_536, 1, 16], [96, 16, 1])), "model-unsupported", /AQLM 1x16 of 1 x 16/],
    ["AQLM 1x16 of four outputs", () => library(aqlm([1, 65_536, 4, 8], [24, 32, 1])), "model-unsupported", /AQLM 1x16 of 4 x 8/],
    ["AQLM 1x8", () => library(aqlm([1, 256, 1, 8], [96, 32, 1], "I8")), "model-unsupported", /AQLM 1x8/],
    ["AQLM for 40 inputs", () => library(aqlm([1, 512, 1, 8], [96, 5, 1]), [96, 40]), "model-unsupported", /for 40 inputs/],
    ["AQLM of no number of bits", () => library(aqlm([1, 1000, 1, 8], [96, 32, 1])), "format", /codebooks.*\[1,1000,1,8\]/],
    ["AQLM with codes of other rows", () => library(aqlm([1, 512, 1, 8], [95, 32, 1])), "format", /"[^"]*codes".*\[95,32,1\]/],
    ["AQLM with codes in another type", () => library(aqlm([1, 512, 1, 8], [96, 32, 1], "I32")), "format", /I32/],
    ["AQLM with scales of another shape", () => library([...aqlm([1, 512, 1, 8], [96, 32, 1]).slice(0, 2), slice("scales", "F16", [96])]), "format", /scales.*\[96\]/],
    ["a shape of nobody's", () => made([slice("qweight", "I32", [7, 7]), slice("scales", "F16", [2, 96])]), "model-unsupported", /\[7,7\]/],
    ["EXL2 without groups", () => made(without(exl2(96), "q_groups")), "format", /groups/],
    ["EXL2 of fewer outputs", () => made(exl2(64)), "format", /64 columns/],
    ["EXL2 with a permutation of another length", () => made(changed(exl2(96), slice("q_invperm", "I32", [128]))), "format", /q_invperm/],
    ["nf4 of half the bytes", () => made(changed(nf4(), { ...nf4()[0], end: 10 })), "format", /10 bytes/],
    ["nf4 without its state", () => made(without(nf4(), "weight.quant_state.bitsandbytes__nf4")), "format", /quant_state/],
    ["nf4 without its map", () => made(without(nf4(), "weight.quant_map")), "format", /map/],
    ["int8 with scales of another length", () => made([slice("weight", "I8", [96, 256]), slice("SCB", "F32", [95])]), "format", /SCB/],
    ["a tensor in two files", () => made([...gptq(4, 2), { ...gptq(4, 2)[0], file: "g.safetensors" }]), "format", /is in both/],
    ["nothing", () => made([]), "format", /no tensor/],
  ]; // prettier-ignore
  test.each(cases)("%s", async (_, make, code, message) => {
    const error = await rejection(make);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });
});

test("AQLM, whose codebook tells the bits", () => {
  const parts = aqlm([1, 65_536, 1, 8], [96, 32, 1]);
  expect(library(parts)).toMatchObject({
    scheme: { kind: "vectors", bits: 16 },
    parts: { codes: parts[0], map: parts[1], scales: parts[2] },
  });
  expect(library(aqlm([1, 512, 1, 8], [96, 32, 1])).scheme).toEqual({ kind: "vectors", bits: 9 });
});

test("torchao's int4 and EETQ, by what is there", () => {
  const plain = [slice("_weight_qdata", "I8", [96, 128]), slice("_weight_scale", "BF16", [2, 96]), slice("_weight_zero_point", "BF16", [2, 96])];
  expect(library(plain)).toMatchObject({
    scheme: { kind: "integers", packer: "torchao", bits: 4, groups: { rows: 1, cols: 128 } },
    parts: { codes: plain[0], scales: plain[1], minima: plain[2] },
  });
  const tiles = [slice("_weight_qdata", "I32", [12, 8, 32, 4]), slice("_weight_scale_and_zero", "BF16", [16, 96, 2])];
  expect(library(tiles)).toMatchObject({ scheme: { groups: { rows: 1, cols: 64 } }, parts: { codes: tiles[0], scales: tiles[1] } });
  for (const codes of ["weight", "qweight"]) {
    const layer = [slice(codes, "I8", [256, 96]), slice("weight_scales", "F16", [96])];
    expect(library(layer)).toMatchObject({ scheme: { packer: "eetq", bits: 8 }, parts: { codes: layer[0], scales: layer[1] } });
  }
  expect(declaredBy({ quant_method: "eetq", weights: "int8" })).toMatchObject({ method: "library" });
}); // prettier-ignore

test.each([
  ["GPTQ", { quant_method: "gptq", checkpoint_format: "marlin" }, "B s"],
  ["GPTQ, as older files say it", { quant_method: "gptq", is_marlin_format: true }, "B s"],
  ["AWQ", { quant_method: "awq", version: "marlin" }, "qweight scales"],
])("Marlin's packing of %s, declared and not", (_, fields, names) => {
  const [codes, scales] = names.split(" ");
  const layer = [slice(codes, "I32", [16, 128]), slice(scales, "F16", [2, 64]), slice("workspace", "I32", [16])];
  for (const declared of [undefined, declaredBy({ ...fields, bits: 4, group_size: 128 })])
    expect(made(layer, [64, 256], declared)).toMatchObject({
      scheme: { kind: "marlin", groupSize: 128 }, parts: { codes: layer[0], scales: layer[1] },
    }); // prettier-ignore
  expect(made(layer.with(1, slice(scales, "F16", [1, 64])), [64, 256])).toMatchObject({ scheme: { groupSize: 256 } });
});

test("Marlin's and gemv's shapes may be the same: zero points tell", () => {
  const codes = slice("qweight", "I32", [64, 128]);
  const marlin = made([codes, slice("scales", "F16", [8, 64])], [64, 1024]);
  expect(marlin.scheme).toEqual({ kind: "marlin", groupSize: 128 });
  const gemv = made([codes, slice("qzeros", "I32", [64, 1]), slice("scales", "F16", [64, 8])], [64, 1024]);
  expect(gemv.scheme).toMatchObject({ packer: "awq gemv" });
});

test("AWQ gemv_fast, by its own name for zero points and llm-awq's", () => {
  for (const zeros of ["qzeros", "scaled_zeros"])
    for (const declared of [undefined, declaredBy({ quant_method: "awq", version: "gemv_fast", bits: 4, group_size: 64 })]) {
      const layer = [slice("qweight", "I16", [24, 512]), slice("scales", "F16", [16, 96]), slice(zeros, "F16", [16, 96])];
      expect(made(layer, [96, 512], declared)).toMatchObject({
        scheme: { kind: "integers", packer: "awq gemv_fast", bits: 4, groups: { rows: 1, cols: 64 } },
        parts: { codes: layer[0], scales: layer[1], minima: layer[2] },
      });
    }
}); // prettier-ignore

describe("which files", () => {
  const source = (...paths: string[]) => memorySource(new Map(paths.map((path) => [path, new Uint8Array(1)])));
  test("several formats in one repository: the default, and what the user may say", () => {
    const some = source(
      "a.Q8_0.gguf",
      "a.Q4_K_M.gguf",
      "b-00001-of-00002.gguf",
      "b-00002-of-00002.gguf",
      "model.safetensors",
    );
    expect(weightFormats(some).map((format) => format.id)).toEqual([
      "safetensors", "a.Q4_K_M.gguf", "a.Q8_0.gguf", "b-00001-of-00002.gguf",
    ]); // prettier-ignore
    expect(chooseWeightFormat(some).kind).toBe("safetensors");
    expect(chooseWeightFormat(some, "gguf").id).toBe("a.Q4_K_M.gguf");
    expect(chooseWeightFormat(some, "q8_0").id).toBe("a.Q8_0.gguf");
    expect(chooseWeightFormat(some, "b-00001-of-00002.gguf").files).toHaveLength(2);
  });
  test("refusals", async () => {
    const refusal = (files: string[], wanted?: string) => rejection(() => chooseWeightFormat(source(...files), wanted));
    expect((await refusal(["README.md"])).message).toMatch(/no weights/);
    expect(await refusal(["a.gguf"], "Q5_K_M")).toMatchObject({ code: "bad-request", facts: { expected: "a.gguf" } });
  });
});

const e2e2 = sharedData("e2e2");
describe.skipIf(!e2e2)("whole checkpoints of compressed-tensors, MLX, HQQ, quanto, torchao and AWQ gemv", () => {
  const integers = { kind: "integers", packer: "compressed-tensors" };
  test.each<[string, number, unknown]>([
    ["ct-w4a16-g128-sym", 35, { ...integers, bits: 4, groups: { rows: 1, cols: 128 } }],
    ["ct-w4a16-g128-asym", 35, { ...integers, bits: 4, groups: { rows: 1, cols: 128 } }],
    ["ct-w8a8-int", 35, { ...integers, bits: 8, groups: { rows: 1, cols: 256 } }],
    ["ct-fp8-dynamic", 35, { kind: "floats", type: "FP8", groups: { rows: 1, cols: 256 } }],
    ["ct-nvfp4a16", 35, { kind: "floats", type: "NVFP4", groups: { rows: 1, cols: 16 } }],
    ["ct-mxfp4", 35, { kind: "floats", type: "MXFP4", groups: { rows: 1, cols: 32 } }],
    ["mlx-4bit-g64", 37, { kind: "integers", packer: "mlx", bits: 4, groups: { rows: 1, cols: 64 } }],
    ["hqq-4bit-g64", 35, { kind: "slabs", packer: "hqq", bits: 4, groups: { rows: 1, cols: 64 } }],
    ["quanto-int8", 35, { kind: "integers", packer: "quanto", bits: 8, groups: { rows: 1, cols: 256 } }],
    ["torchao-int8wo", 35, { kind: "integers", packer: "torchao", bits: 8, groups: { rows: 1, cols: 256 } }],
    ["autoawq-gemv", 35, { kind: "integers", packer: "awq gemv", bits: 4, groups: { rows: 1, cols: 128 } }],
  ])("%s, with and without its declaration", async (folder, count, scheme) => {
    const files = folderFiles(join(e2e2!, folder));
    for (const _ of ["declared", "not declared"]) {
      const { tensors } = await openWeights(memorySource(files));
      const schemes = tensors.filter(isQuantized).map((tensor) => tensor.scheme);
      expect(schemes).toHaveLength(count);
      for (const found of schemes) expect(found).toEqual(scheme);
      spoilJson(files, "config.json", (fields) => ({
        ...fields,
        quantization_config: undefined,
        quantization: undefined,
      }));
    }
  });
});

const e2e = sharedData("e2e");
describe.skipIf(!e2e)("shared checkpoints", () => {
  test.each([
    ["tiny256-gptq-4bit-128g", { kind: "gptq", bits: 4, groupSize: 128, zeroPoints: 1 }],
    ["tiny256-gptq-4bit-64g-actorder", { kind: "gptq", bits: 4, groupSize: 64, zeroPoints: 1 }],
    ["tiny256-gptq-3bit-128g", { kind: "gptq", bits: 3, groupSize: 128, zeroPoints: 1 }],
    ["tiny256-awq-gemm-128g", { kind: "awq", groupSize: 128 }],
    ["tiny256-bnb-nf4-double", { kind: "bnb4", book: "nf4", nested: true }],
    ["tiny256-bnb-int8", { kind: "int8" }],
    ["tiny256-exl2-declared", { kind: "exl2" }],
    ["tiny256-exl2-seedlayout", { kind: "exl2" }],
  ])("%s", async (folder, scheme) => {
    const files = folderFiles(sharedData(`e2e/${folder}`)!);
    const json = JsonFile.parse("config.json", files.get("config.json")!);
    const { quantization_config: _, ...fields } = json.fields;
    for (const declared of [readDeclaredQuantization(json), undefined]) {
      const source = memorySource(files);
      let decoyBytes = 0;
      const watched = {
        ...source,
        read(path: string, start: number, end: number) {
          if (/cal_data|hidden_states/.test(path)) decoyBytes = Math.max(decoyBytes, end);
          return source.read(path, start, end);
        },
      };
      expect(chooseWeightFormat(watched).kind).toBe("safetensors");
      const config = readConfig(new JsonFile("config.json", fields));
      const { tensors } = await findModelTensors(watched, config, { readMatrix: packedReader(declared) });
      expect(tensors).toHaveLength(5 * 9 + 3);
      const schemes = tensors.filter(isQuantized).map((tensor) => tensor.scheme);
      expect(schemes).toHaveLength(5 * 7 + (scheme.kind === "exl2" ? 1 : 0));
      for (const found of schemes) expect(found).toEqual(scheme);
      const decoy = files.get("hidden_states.safetensors");
      if (decoy) expect(decoyBytes).toBeLessThan(decoy.length - 2 * 4 * 256 + 1);
    }
  });
});
