// HQQ's linear layers -> weights [out, in], as its own dequantize does it: codes unpacked slab by slab into an array whose rows or
// columns are groups, less a zero point, times a scale, and then seen in the matrix' shape. Shares nothing with src/.

import type { ReferenceTensor } from "./checkpoint.ts";
import { numbers, type Dequantized, type Layer } from "./dequantize-packed.ts";
import { bf16ToNumber, f32ToBf16Bits, roundToF16 } from "./half.ts";

const f32 = Math.fround;

/** An array of two axes; an axis of one is as long as wanted. */
interface Grid {
  shape: number[];
  values: number[];
}

const broadcast = ({ shape, values }: Grid, i: number, j: number): number =>
  values[(shape[0] === 1 ? 0 : i) * shape[1] + (shape[1] === 1 ? 0 : j)];

function gridOf(tensor: ReferenceTensor): Grid {
  const value = (tensor.dtype as string) === "u8" ? (i: number) => tensor.bytes[i] : numbers(tensor);
  const shape = tensor.shape.length === 0 ? [1, 1] : tensor.shape;
  return { shape, values: Array.from({ length: shape[0] * shape[1] }, (_, i) => value(i)) };
}

/** (codes - zero) * scale, each step rounded. */
function dequantized(codes: Grid, zero: Grid, scale: Grid, rounded: (value: number) => number): Grid {
  const wide = codes.shape[1];
  const values = codes.values.map((code, at) => {
    const [i, j] = [Math.floor(at / wide), at % wide];
    return rounded(rounded(code - broadcast(zero, i, j)) * broadcast(scale, i, j));
  });
  return { shape: codes.shape, values };
}

const roundings: Record<string, (value: number) => number> = {
  f16: (value) => roundToF16(f32(value)),
  bf16: (value) => bf16ToNumber(f32ToBf16Bits(f32(value))),
  f32,
};

/** Scales or zero points: numbers, or bytes with numbers of their own; of `zero_scale`, the zero points are the first half. */
function numbersOf(layer: Layer, name: "scale" | "zero"): Grid {
  const both = layer("zero_scale");
  const own = layer(name) ?? layer(`${name}_q`) ?? halfOf(both!, name === "zero" ? 0 : 1);
  const nested = layer(`meta_${name}.scale`);
  if (!nested) return gridOf(own);
  return dequantized(gridOf(own), gridOf(layer(`meta_${name}.zero`)!), gridOf(nested), roundings[nested.dtype]);
}

function halfOf({ dtype, shape, bytes }: ReferenceTensor, half: number): ReferenceTensor {
  const size = bytes.length / 2;
  return { dtype, shape: shape.slice(1), bytes: bytes.slice(half * size, (half + 1) * size) };
}

/** `axis` 0: each column of the array of codes is a group; 1: each row. */
export function dequantizeHqq(
  layer: Layer,
  { rows, cols, bits, axis }: { rows: number; cols: number; bits: number; axis: 0 | 1 },
): Dequantized {
  const [scales, zeros] = [numbersOf(layer, "scale"), numbersOf(layer, "zero")];
  const groups = scales.values.length;
  const size = (rows * cols) / groups;
  const [high, wide] = axis === 0 ? [size, groups] : [groups, size];
  const { bytes } = layer("W_q")!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slabs = bits === 3 ? 10 : 8 / bits;
  const packedHigh = bytes.length / wide / (bits === 3 ? 4 : 1);
  const values: number[] = [];
  for (let slab = slabs - 1; slab >= 0; slab--)
    for (let at = 0; at < packedHigh * wide; at++) {
      const item = bits === 3 ? view.getUint32(4 * at, true) : view.getUint8(at);
      values.push((item >>> (bits * slab)) & (2 ** bits - 1));
    }
  const codes = { shape: [high, wide], values: values.slice(0, high * wide) };
  const shaped = (grid: Grid): Grid => ({ ...grid, shape: axis === 0 ? [1, groups] : [groups, 1] });
  const { values: weights } = dequantized(codes, shaped(zeros), shaped(scales), f32);
  return { rows, cols, weights: Float32Array.from(weights), rounded: (weight) => weight };
}
