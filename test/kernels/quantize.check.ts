// Quantization on the GPU: the same bytes as quant/group-search.ts gives, at any dtype, length of row and temper of weights.
// The error is the number of bytes that differ.

import { GpuRowQuantizer } from "../../src/gpu/row-quantizer.ts";
import type { Dtype } from "../../src/format/tensor.ts";
import { storedRowBytes } from "../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows } from "../../src/quant/rows.ts";
import type { Check, CheckContext, Checks } from "../harness/check.ts";
import { f32ToBf16Bits, f32ToF16Bits } from "../reference/half.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { openCase } from "../support/gpu-case.ts";

/** Weights as the file has them; each group of 32 has another temper and size. */
function fileRows(dtype: Dtype, rows: number, cols: number, seed: number): Uint8Array {
  const random = randomNumbers(seed); // -1 to 1
  const view = new DataView(new ArrayBuffer(rows * storedRowBytes(dtype, cols)));
  const most = dtype === "f16" ? 4.3 : 5; // the largest f16 is 65504; q4's reach is 8 times as far
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      const group = row * 7 + (col >> 5);
      const size = 10 ** ((((group * 37) % 101) / 101) * (most + 11) - 11); // from below the smallest f16 on
      const near = random() + random() + random();
      const tempers = [near, random() ** 9 * 3, random() < 0 ? 1 : -1, 0, group % 2 ? 0.37 : -0.37, random() * 1e-5];
      const weight = tempers[group % tempers.length] * size;
      const at = row * cols + col;
      if (dtype === "f32") view.setFloat32(4 * at, weight, true);
      else view.setUint16(2 * at, dtype === "f16" ? f32ToF16Bits(weight) : f32ToBf16Bits(weight), true);
    }
  return new Uint8Array(view.buffer);
}

const shapes = [
  [1, 1],
  [5, 33],
  [3, 100],
  [40, 31],
  [101, 64],
  [3, 11_008],
  [1, 70_001],
  [70_000, 3], // more groups than a batch holds
];

const same =
  (encoding: "q8" | "q4", dtype: Dtype): Check =>
  async (context) => {
    using gpuCase = await openCase(context);
    using quantizer = new GpuRowQuantizer(gpuCase.gpu);
    let different = 0;
    let note = "";
    for (const [rows, cols] of shapes) {
      const made = fileRows(dtype, rows, cols, rows + cols);
      // As a row may lie in the loader's chunk: at any byte.
      const chunk = new Uint8Array(made.length + 3);
      const bytes = chunk.subarray(1, 1 + made.length);
      bytes.set(made);
      const stored = new Uint8Array(rows * storedRowBytes(encoding, cols) + 1).subarray(1);
      await quantizer.quantize({ name: "t", dtype, encoding, cols, bytes }, stored);
      const expected = quantizeRows(encoding, dequantizeRows(dtype, made, rows, cols), cols);
      for (let i = 0; i < expected.length; i++)
        if (stored[i] !== expected[i] && different++ === 0)
          note = `${rows} x ${cols}: byte ${i} is ${stored[i]}, not ${expected[i]}`;
    }
    return { error: different, limit: 0, note };
  };

/** A weight that cannot be stored is told by the tensor's name, and the next rows are not disturbed. */
async function refuses(context: CheckContext) {
  using gpuCase = await openCase(context);
  using quantizer = new GpuRowQuantizer(gpuCase.gpu);
  let wrong = 0;
  let note = "";
  for (const weight of [NaN, Infinity, -Infinity, 1e9]) {
    const weights = new Float32Array(5 * 40).fill(0.1).fill(weight, 3 * 40 + 35, 3 * 40 + 36);
    const rows = {
      name: "damaged",
      dtype: "f32",
      encoding: "q4",
      cols: 40,
      bytes: new Uint8Array(weights.buffer),
    } as const;
    const stored = new Uint8Array(5 * storedRowBytes("q4", 40));
    const told = await quantizer.quantize(rows, stored).then(
      () => "nothing",
      (error: Error) => error.message,
    );
    if (told.includes(`"damaged" holds the weight ${weight},`)) continue;
    wrong++;
    note = `${weight}: ${told}`;
  }
  return { error: wrong, limit: 0, note };
}

export const checks: Checks = {
  ...Object.fromEntries(
    (["q4", "q8"] as const).flatMap((encoding) =>
      (["f32", "f16", "bf16"] as const).map((dtype) => [`${dtype} to ${encoding}`, same(encoding, dtype)]),
    ),
  ),
  "weights that are not finite": refuses,
};
