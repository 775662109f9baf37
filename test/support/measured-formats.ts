// The matrices of `npm run bench -- --format NAME`: one of every scheme and width, seeded, at any size that its groups divide,
// with the reference's weights. `floor` is the least share of q4's speed required: integers and FP8 0.8, grids 0.4, others none.

import { ggmlTraits, isGridType } from "../../src/format/ggml-types.ts";
import { dequantizeGgml } from "../reference/dequantize-ggml.ts";
import { blockMatrix, blockTypes, referenceWeightsOf, type PackedMatrix } from "./packed-matrix.ts";
import {
  aqlm,
  awq,
  awqGemv,
  bnb4,
  byteRows,
  eetq,
  exl2,
  gemvFast,
  ggml,
  gptq,
  hqq,
  hqqDown,
  int8,
  marlin,
  microscaled,
  mlc,
  mlx,
  onnx,
  packedRows,
  quanto,
  torchaoInt4,
} from "./random-packed.ts";

export type Shape = [rows: number, cols: number];

export interface MeasuredFormat {
  floor: number;
  make(shape: Shape): Pick<PackedMatrix, "matrix" | "parts"> & { weights: Float64Array };
}

const integers = 0.8;
const grids = 0.4;
const none = 0;

const layer = (floor: number, maker: (shape: Shape) => () => PackedMatrix): MeasuredFormat => ({
  floor,
  make(shape) {
    const packed = maker(shape)();
    const { weights, rounded } = referenceWeightsOf(packed);
    return { ...packed, weights: Float64Array.from(weights, rounded).slice(0, shape[0] * shape[1]) };
  },
});

/** GGUF's types whose weights are an integer times a scale of 32 or 16, perhaps with a minimum. */
const isInteger = (type: string) => /^(Q[458]_[01]|Q\d_K|Q[12]_0|TQ\d_0)$/.test(type);

const blocks = blockTypes.map((type): [string, MeasuredFormat] => [
  type,
  {
    floor: isGridType(type) ? grids : isInteger(type) ? integers : none,
    make([rows, cols]) {
      const bytes = ggml(type, (rows * cols) / ggmlTraits[type].weights);
      return { ...blockMatrix(type, bytes, rows), weights: Float64Array.from(dequantizeGgml(type, bytes)) };
    },
  },
]);

/** By the name that --format looks for. */
export const measuredFormats: Record<string, MeasuredFormat> = {
  ...Object.fromEntries(
    [2, 3, 4, 8].map((bits) => [`GPTQ ${bits} bit`, layer(integers, (shape) => gptq(bits, shape, 128))]),
  ),
  "GPTQ 4 bit, act-order": layer(integers, (shape) => gptq(4, shape, 128, { shuffled: true })),
  AWQ: layer(integers, (shape) => awq(shape, 128)),
  nf4: layer(none, (shape) => bnb4("nf4", shape, 64, false, "float16")),
  "nf4, nested": layer(none, (shape) => bnb4("nf4", shape, 64, true, "float16")),
  int8: layer(integers, int8),
  "EXL2 4/3 bit": layer(integers, ([rows, cols]) => exl2(rows, [[4, cols / 8], ...threes(cols)])),
  ...Object.fromEntries(
    [2, 3, 4, 5, 6, 8].flatMap((bits) => [
      [`pack-quantized ${bits} bit`, layer(integers, (shape) => packedRows(bits, shape, 128))],
      [`pack-quantized ${bits} bit, asymmetric`, layer(integers, (shape) => packedRows(bits, shape, 128, { zeros: true }))],
      [`MLX ${bits} bit`, layer(integers, (shape) => mlx(bits, shape, 64))],
    ]),
  ),
  "MLC q4f16_1": layer(integers, (shape) => mlc(4, shape)),
  "MLC q3f16_1": layer(integers, (shape) => mlc(3, shape)),
  "ONNX 4 bit, f32 scales": layer(integers, (shape) => onnx(4, shape, 32)),
  ...Object.fromEntries(
    ([2, 4, 8] as const).map((bits) => [`ONNX ${bits} bit`, layer(integers, (shape) => onnx(bits, shape, 32, { type: "F16" }))]),
  ),
  ...Object.fromEntries(
    ([1, 2, 3, 4, 8] as const).map((bits) => [`HQQ ${bits} bit`, layer(integers, (shape) => hqq(bits, shape, 64))]),
  ),
  ...Object.fromEntries(
    ([2, 4] as const).map((bits) => [
      `HQQ ${bits} bit, axis 0`,
      layer(none, (shape) => hqqDown(bits, shape, 64, { nested: "zeros" })),
    ]),
  ),
  "quanto qint4": layer(integers, (shape) => quanto(4, shape, 64)),
  "torchao int4": layer(integers, (shape) => torchaoInt4(shape, 128, "BF16")),
  "AWQ gemv": layer(integers, (shape) => awqGemv(shape, 128)),
  "AWQ gemv_fast": layer(integers, (shape) => gemvFast(shape, 128)),
  Marlin: layer(integers, (shape) => marlin(shape, 128)),
  "AQLM 1x16": layer(none, (shape) => aqlm(16, shape)),
  EETQ: layer(integers, (shape) => eetq(shape, "qweight")),
  "int-quantized": layer(integers, ([rows, cols]) => byteRows("I8", [rows, cols], [rows, 1])),
  "FP8, a scale a row": layer(integers, ([rows, cols]) => byteRows("F8_E4M3", [rows, cols], [rows, 1])),
  "FP8, blocks of 128": layer(integers, ([rows, cols]) =>
    byteRows("F8_E4M3", [rows, cols], [rows / 128, cols / 128], "F32", "weight_scale_inv"),
  ),
  MXFP8: layer(integers, (shape) => microscaled(8, shape, "U8")),
  "MXFP4 in safetensors": layer(none, (shape) => microscaled(4, shape, "U8")),
  "NVFP4 in safetensors": layer(none, (shape) => microscaled(4, shape, "F8_E4M3", "weight_global_scale")),
  ...Object.fromEntries(blocks),
}; // prettier-ignore

/** The seven eighths after the first, in groups of 128 inputs. */
function threes(cols: number): [number, number][] {
  return Array.from({ length: (cols * 7) / 8 / 128 }, () => [3, 128]);
}
