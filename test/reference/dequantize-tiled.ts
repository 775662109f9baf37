// The linear layers of formats whose codes stand in the order in which one kernel's threads take them -> weights [out, in].
// Written as the packers are: the order is a list of places, made by the same reshaping. Shares nothing with src/.

import type { ReferenceTensor } from "./checkpoint.ts";
import { numbers, type Dequantized, type Layer } from "./dequantize-packed.ts";
import { f16ToNumber } from "./half.ts";

const f32 = Math.fround;
const exactly = (weight: number) => weight;
const viewOf = ({ bytes }: ReferenceTensor) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function halves(tensor: ReferenceTensor): (i: number) => number {
  const view = viewOf(tensor);
  return (i) => f16ToNumber(view.getUint16(2 * i, true));
}

/** A flat list seen as an array of this shape, its axes taken in another order, and flat again: numpy's transpose. */
function transposed<Item>(items: readonly Item[], shape: readonly number[], axes: readonly number[]): Item[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let places = [0];
  for (const axis of axes) places = places.flatMap((place) => range(shape[axis]).map((i) => place + i * strides[axis]));
  return places.map((place) => items[place]);
}

/** AutoAWQ's gemv_fast.py: w = scale * code + qzeros (llm-awq's scaled_zeros). */
export function dequantizeGemvFast(layer: Layer, groupSize: number): Dequantized {
  const [codes, scales] = [layer("qweight")!, layer("scales")!];
  const rows = scales.shape[1];
  const cols = codes.shape[1];
  const [scale, zero, view] = [halves(scales), halves((layer("qzeros") ?? layer("scaled_zeros"))!), viewOf(codes)];
  // Of 32 columns: pairs of four eights, and of each eight the even ones first.
  const pairs = transposed(range(32), [4, 4, 2], [1, 0, 2]);
  const order = transposed(pairs, [4, 4, 2], [0, 2, 1]);
  const weights = new Float32Array(rows * cols);
  for (let strip = 0; strip < rows / 4; strip++)
    for (let block = 0; block < cols / 64; block++)
      for (let at = 0; at < 256; at++) {
        const word = view.getUint16(2 * (strip * cols + 64 * block + (at >> 2)), true);
        const [n, place] = [4 * strip + Math.floor(at / 64), at % 64];
        const k = 64 * block + 32 * Math.floor(place / 32) + order[place % 32];
        const group = Math.floor(k / groupSize) * rows + n;
        weights[n * cols + k] = f32(f32(((word >> (4 * (at & 3))) & 15) * scale(group)) + zero(group));
      }
  return { rows, cols, weights, rounded: exactly };
}

/** The order of a tile of 16 inputs and 64 outputs, as AutoGPTQ's qlinear_marlin.py makes it. */
function marlinOrder(): number[] {
  const order = range(32).flatMap((i) => {
    const one = [0, 1].flatMap((block) =>
      [2 * (i % 4), 2 * (i % 4) + 1, 2 * ((i % 4) + 4), 2 * ((i % 4) + 4) + 1].map(
        (row) => 16 * row + Math.floor(i / 4) + 8 * block,
      ),
    );
    return range(4).flatMap((j) => one.map((place) => place + 256 * j));
  });
  const interleave = [0, 2, 4, 6, 1, 3, 5, 7];
  return order.map((_, at) => order[8 * Math.floor(at / 8) + interleave[at % 8]]);
}

/** Marlin's packing of GPTQ (`B`, `s`) and AWQ: w = scale * (code - 8). */
export function dequantizeMarlin(layer: Layer): Dequantized {
  const [codes, scales] = [(layer("B") ?? layer("qweight"))!, (layer("s") ?? layer("scales"))!];
  const [groups, rows] = scales.shape;
  const cols = 16 * codes.shape[0];
  const [view, scale, order] = [viewOf(codes), halves(scales), marlinOrder()];
  const among =
    groups === 1
      ? range(4).flatMap((i) => [0, 1, 8, 9, 16, 17, 24, 25].map((j) => 2 * i + j))
      : range(8).flatMap((i) => range(8).map((j) => i + 8 * j));
  const weights = new Float32Array(rows * cols);
  for (let at = 0; at < rows * cols; at++) {
    const tile = Math.floor(at / 1024);
    // The tile flat: sixteen outputs after sixteen outputs, of each the inputs as rows.
    const place = order[at % 1024];
    const [part, k, n] = [Math.floor(place / 256), Math.floor((place % 256) / 16), place % 16];
    const output = 64 * (tile % (rows / 64)) + 16 * part + n;
    const input = 16 * Math.floor(tile / (rows / 64)) + k;
    const code = (view.getUint32(4 * (at >> 3), true) >>> (4 * (at & 7))) & 15;
    const group = Math.floor((input * groups) / cols);
    const stored = output - (output % among.length) + among.indexOf(output % among.length);
    weights[output * cols + input] = f32((code - 8) * scale(group * rows + stored));
  }
  return { rows, cols, weights, rounded: exactly };
}

/** EETQ's int8: w = scale * (byte - 128). The steps are cutlass_preprocessors.cc's, on the places of codes. */
export function dequantizeEetq(layer: Layer): Dequantized {
  const codes = (layer("qweight") ?? layer("weight"))!;
  const [cols, rows] = codes.shape;
  const scale = halves(layer("weight_scales")!);
  // Of sixteen inputs: 0 1 8 9, 2 3 10 11 and so on; then outputs as rows; then the 64s of two outputs after another; then the
  // two in the middle of every four change places.
  const permuted = range(cols).flatMap((k) => {
    const [t, base] = [k % 16, k - (k % 16)];
    const from = base + 8 * Math.floor((t % 4) / 2) + (t % 2) + 2 * Math.floor(t / 4);
    return range(rows).map((n) => from * rows + n);
  });
  const outputs = transposed(permuted, [cols, rows], [1, 0]);
  const interleaved = transposed(outputs, [rows / 2, 2, cols / 64, 64], [0, 2, 1, 3]);
  const weights = new Float32Array(rows * cols);
  for (const at of interleaved.keys()) {
    const place = interleaved[at + [0, 1, -1, 0][at & 3]];
    const [k, n] = [Math.floor(place / rows), place % rows];
    weights[n * cols + k] = f32((codes.bytes[at] - 128) * scale(n));
  }
  return { rows, cols, weights, rounded: exactly };
}

/**
 * torchao's int4: w = scale * (code - 8) + zero, in rows (Int4Tensor) or in tiles (int4mm.cu); of words (Int4PlainInt32Tensor,
 * for XPU) scale * (code - zero), a word's nibbles in order.
 */
export function dequantizeTorchaoInt4(layer: Layer, { rows, cols }: { rows: number; cols: number }): Dequantized {
  const codes = layer("_weight_qdata")!;
  const tiles = codes.shape.length === 4;
  const scales = layer(tiles ? "_weight_scale_and_zero" : "_weight_scale")!;
  const zeros = tiles ? scales : layer("_weight_zero_point")!;
  const [scale, zero] = [numbers(scales), numbers(zeros)];
  const view = viewOf(codes);
  const weights = new Float32Array(rows * cols);
  const put = (n: number, k: number, code: number, inputs: number) => {
    if (n >= rows || k >= cols) return;
    const group = Math.floor((k * scales.shape[0]) / inputs) * scales.shape[1] + n;
    const [one, other] = tiles ? [2 * group, 2 * group + 1] : [group, group];
    weights[n * cols + k] = f32(f32((code - 8) * scale(one)) + zero(other));
  };
  if ((codes.dtype as string) === "i32" && !tiles) {
    const bytes = viewOf(zeros);
    for (let n = 0; n < rows; n++)
      for (let k = 0; k < cols; k++) {
        const code = (view.getUint32(4 * (n * (cols / 8) + Math.floor(k / 8)), true) >>> (4 * (k % 8))) & 15;
        const group = Math.floor((k * scales.shape[0]) / cols) * rows + n;
        weights[n * cols + k] = f32((code - bytes.getInt8(group)) * scale(group));
      }
    return { rows, cols, weights, rounded: exactly };
  }
  if (!tiles) {
    for (let n = 0; n < rows; n++)
      for (let k = 0; k < cols; k++) {
        const nibble = (view.getUint8(n * (cols / 2) + (k >> 1)) >> (4 * (k & 1))) & 15;
        put(n, k, nibble < 8 ? nibble + 8 : nibble - 8, cols);
      }
    return { rows, cols, weights, rounded: exactly };
  }
  const [high, wide] = codes.shape;
  let at = 0;
  for (let nTile = 0; nTile < high; nTile++)
    for (let kOuterTile = 0; kOuterTile < wide; kOuterTile++)
      for (let t = 0; t < 32; t++)
        for (let innerKTile = 0; innerKTile < 8; innerKTile += 2, at += 4) {
          const first = (kOuterTile * 8 + innerKTile) * 16 + (t % 4) * 2;
          const ks = [0, 1, 8, 9, 16, 17, 24, 25].map((more) => first + more);
          const word = view.getUint32(at, true);
          for (const [nibble, i] of [0, 2, 4, 6, 1, 3, 5, 7].entries())
            put(nTile * 8 + Math.floor(t / 4), ks[i], (word >>> (4 * nibble)) & 15, 128 * wide);
        }
  return { rows, cols, weights, rounded: exactly };
}
