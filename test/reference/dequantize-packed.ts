// The linear layers of GPTQ, AWQ, bitsandbytes and EXL2 -> weights [out, in], from the tensors as they stand in the file.
// Values are what each format's own decoder gives, before the last rounding to the type of the checkpoint, which
// `rounded` applies where the format asks for one. Shares nothing with src/.

import type { ReferenceTensor } from "./checkpoint.ts";
import { f16ToNumber, f32ToBf16Bits, bf16ToNumber, roundToF16 } from "./half.ts";

const f32 = Math.fround;

/** A tensor by the end of its name, e.g. "qweight"; undefined where the layer has none. */
export type Layer = (end: string) => ReferenceTensor | undefined;

export interface Dequantized {
  rows: number; // out
  cols: number; // in
  /** [rows, cols], before the format's last rounding. */
  weights: Float32Array<ArrayBuffer>;
  /** To the type in which the format's decoder leaves a weight. */
  rounded(weight: number): number;
}

const viewOf = ({ bytes }: ReferenceTensor) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function words(tensor: ReferenceTensor | undefined): (i: number) => number {
  if (!tensor) throw new Error("a tensor of the layer is missing");
  const view = viewOf(tensor);
  return (i) => view.getUint32(4 * i, true);
}

function halves(tensor: ReferenceTensor): (i: number) => number {
  const view = viewOf(tensor);
  return (i) => f16ToNumber(view.getUint16(2 * i, true));
}

function floats(tensor: ReferenceTensor): (i: number) => number {
  const view = viewOf(tensor);
  return (i) => view.getFloat32(4 * i, true);
}

/** Field i of `bits` bits in a stream of words, least significant bit first. */
function field(word: (i: number) => number, i: number, bits: number): number {
  const at = i * bits;
  let value = word(at >> 5) >>> (at & 31);
  if ((at & 31) + bits > 32) value |= word((at >> 5) + 1) << (32 - (at & 31));
  return value & (2 ** bits - 1);
}

/** `version` 1 stores zero points less one, wrapping within their bits. */
export function dequantizeGptq(layer: Layer, { bits, version }: { bits: number; version: 1 | 2 }): Dequantized {
  const [weightRows, rows] = layer("qweight")!.shape;
  const groups = layer("scales")!.shape[0];
  const cols = (weightRows * 32) / bits;
  const [qweight, qzeros, scale] = [words(layer("qweight")), words(layer("qzeros")), halves(layer("scales")!)];
  const index = layer("g_idx") ? words(layer("g_idx")) : undefined;
  const indices = Array.from({ length: cols }, (_, k) => index?.(k) ?? 0);
  const groupSize = Math.ceil(cols / groups);
  const sequential = !index || indices.every((group) => group === 0);
  const zeroWords = layer("qzeros")!.shape[1];
  const weights = new Float32Array(rows * cols);
  for (let k = 0; k < cols; k++) {
    const g = sequential ? Math.floor(k / groupSize) : indices[k];
    for (let n = 0; n < rows; n++) {
      const code = field((i) => qweight(i * rows + n), k, bits);
      const stored = field((i) => qzeros(g * zeroWords + i), n, bits);
      const zero = version === 2 ? stored : (stored + 1) % 2 ** bits;
      weights[n * cols + k] = f32(scale(g * rows + n) * (code - zero));
    }
  }
  return { rows, cols, weights, rounded: (weight) => weight };
}

export function dequantizeAwq(layer: Layer): Dequantized {
  const [cols, rowWords] = layer("qweight")!.shape;
  const [groups, rows] = layer("scales")!.shape;
  const [qweight, qzeros, scale] = [words(layer("qweight")), words(layer("qzeros")), halves(layer("scales")!)];
  const nibbleOf = [0, 4, 1, 5, 2, 6, 3, 7]; // of output 8c + j in word c
  const at = (word: number, n: number) => (word >>> (4 * nibbleOf[n % 8])) & 15;
  const weights = new Float32Array(rows * cols);
  for (let k = 0; k < cols; k++) {
    const g = Math.floor(k / (cols / groups));
    for (let n = 0; n < rows; n++) {
      const column = n >> 3;
      const code = at(qweight(k * rowWords + column), n);
      weights[n * cols + k] = f32((code - at(qzeros(g * rowWords + column), n)) * scale(g * rows + n));
    }
  }
  return { rows, cols, weights, rounded: roundToF16 };
}

export function dequantizeBnb4(layer: Layer, kind: "nf4" | "fp4"): Dequantized {
  const state = JSON.parse(new TextDecoder().decode(layer(`weight.quant_state.bitsandbytes__${kind}`)!.bytes));
  const [rows, cols] = state.shape;
  const codes = layer("weight")!.bytes;
  const map = floats(layer("weight.quant_map")!);
  const absmax = layer("weight.absmax")!;
  const nested = layer("weight.nested_absmax") && {
    map: floats(layer("weight.nested_quant_map")!),
    absmax: floats(layer("weight.nested_absmax")!),
  };
  const scale = nested
    ? (block: number) =>
        f32(
          f32(nested.map(absmax.bytes[block]) * nested.absmax(Math.floor(block / state.nested_blocksize))) +
            f32(state.nested_offset),
        )
    : floats(absmax);
  const weights = new Float32Array(rows * cols);
  for (let i = 0; i < weights.length; i++) {
    const code = (codes[i >> 1] >> (i % 2 === 0 ? 4 : 0)) & 15;
    weights[i] = f32(map(code) * scale(Math.floor(i / state.blocksize)));
  }
  const toBf16 = (weight: number) => bf16ToNumber(f32ToBf16Bits(weight));
  return { rows, cols, weights, rounded: { float16: roundToF16, bfloat16: toBf16 }[state.dtype as string] ?? f32 };
}

export function dequantizeInt8(layer: Layer): Dequantized {
  const [rows, cols] = layer("weight")!.shape;
  const view = viewOf(layer("weight")!);
  const largest = floats(layer("SCB")!);
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) weights[n * cols + k] = f32((view.getInt8(n * cols + k) * largest(n)) / 127);
  return { rows, cols, weights, rounded: (weight) => weight };
}

/** Columns in the original order: packed row k is input perm[k]. Padded outputs are kept; `rows` says how many. */
export function dequantizeExl2(layer: Layer): Dequantized & { perm: number[] } {
  const [weightRows, rows] = layer("q_weight")!.shape;
  const cols = layer("q_invperm")!.shape[0];
  const groups = viewOf(layer("q_groups")!);
  const groupCount = groups.byteLength / 4;
  const [word, scaleWord, largest] = [words(layer("q_weight")), words(layer("q_scale")), halves(layer("q_scale_max")!)];
  const inverse = words(layer("q_invperm"));
  const perm = Array.from({ length: cols }, () => 0);
  for (let i = 0; i < cols; i++) perm[inverse(i)] = i;
  const weights = new Float32Array(rows * cols);
  let k = 0;
  for (let g = 0; g < groupCount; g++) {
    const bits = groups.getUint16(4 * g, true);
    const start = groups.getUint16(4 * g + 2, true);
    const end = g + 1 < groupCount ? groups.getUint16(4 * g + 6, true) : weightRows;
    const groupRows = ((end - start) * 32) / bits;
    for (let i = 0; i < groupRows; i++, k++)
      for (let n = 0; n < rows; n++) {
        const nibble = (scaleWord(g * (rows / 8) + (n >> 3)) >>> (4 * (n & 7))) & 15;
        const scale = roundToF16((nibble + 1) ** 2 * roundToF16(largest(g) / 256));
        const code = field((j) => word((start + j) * rows + n), i, bits);
        weights[n * cols + perm[k]] = f32((code - 2 ** (bits - 1)) * scale);
      }
  }
  return { rows, cols, weights, rounded: roundToF16, perm };
}
