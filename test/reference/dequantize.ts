// Which reference dequantizes a matrix, by its scheme. Works in a page.

import type { QuantizedMatrix } from "../../src/format/quantized.ts";
import { dequantizeAqlm } from "./dequantize-aqlm.ts";
import { dequantizeHqq } from "./dequantize-hqq.ts";
import {
  dequantizeAwq,
  dequantizeAwqGemv,
  dequantizeBnb4,
  dequantizeExl2,
  dequantizeFloats,
  dequantizeGptq,
  dequantizeInt8,
  dequantizeIntegers,
  dequantizeLibrary,
  dequantizeMlc,
  dequantizeMlx,
  dequantizeOnnx,
  dequantizeOnnxWhole,
  type Dequantized,
  type Layer,
} from "./dequantize-packed.ts";
import { dequantizeEetq, dequantizeGemvFast, dequantizeMarlin, dequantizeTorchaoInt4 } from "./dequantize-tiled.ts";

export type { Dequantized, Layer };

/** The weights by the reference, before and after the rounding that the format prescribes. */
export function dequantize(matrix: Pick<QuantizedMatrix, "scheme" | "rows" | "cols">, layer: Layer): Dequantized {
  const { scheme, rows, cols } = matrix;
  if (scheme.kind === "gptq") return dequantizeGptq(layer, { bits: scheme.bits, version: scheme.zeroPoints });
  if (scheme.kind === "awq") return dequantizeAwq(layer);
  if (scheme.kind === "marlin") return dequantizeMarlin(layer);
  if (scheme.kind === "exl2") return dequantizeExl2(layer);
  if (scheme.kind === "int8") return dequantizeInt8(layer);
  if (scheme.kind === "bnb4") return dequantizeBnb4(layer, scheme.book);
  if (scheme.kind === "vectors") return dequantizeAqlm(layer);
  if (scheme.kind === "integers" && scheme.packer === "eetq") return dequantizeEetq(layer);
  if (scheme.kind === "integers" && scheme.packer === "torchao" && scheme.bits === 4)
    return dequantizeTorchaoInt4(layer, { rows, cols });
  if (scheme.kind === "slabs" && scheme.packer === "hqq")
    return dequantizeHqq(layer, { rows, cols, bits: scheme.bits, axis: scheme.groups.cols === 1 ? 0 : 1 });
  if (["weight._data", "weight._data._data", "_weight_qdata"].some((end) => layer(end)))
    return dequantizeLibrary(layer, { rows, cols });
  if (scheme.kind === "integers" && scheme.packer === "awq gemv") return dequantizeAwqGemv(layer, scheme.groups.cols);
  if (scheme.kind === "integers" && scheme.packer === "awq gemv_fast")
    return dequantizeGemvFast(layer, scheme.groups.cols);
  if (scheme.kind === "floats") return dequantizeFloats(layer, { rows, cols });
  if (scheme.kind === "integers" && scheme.packer === "mlc") return dequantizeMlc(layer, { cols, bits: scheme.bits });
  if (scheme.kind === "turned" || (scheme.kind === "integers" && scheme.packer === "onnx" && scheme.groups.rows > 1))
    return dequantizeOnnxWhole(layer, { rows, cols, zero: scheme.zero, isTurned: scheme.kind === "turned" });
  if (scheme.kind === "integers" && scheme.packer === "onnx")
    return dequantizeOnnx(layer, { ...scheme, cols, blockSize: scheme.groups.cols });
  if (scheme.kind === "integers" && scheme.packer === "mlx") return dequantizeMlx(layer, { cols, bits: scheme.bits });
  if (scheme.kind === "integers")
    return dequantizeIntegers(layer, {
      rows,
      cols,
      ...scheme,
      ...(scheme.groups.rows === 1 ? { groupSize: scheme.groups.cols } : {}),
    });
  throw new Error(scheme.kind);
}
