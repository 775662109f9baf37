// The linear layers of GPTQ, AWQ, bitsandbytes, EXL2, compressed-tensors, MLX and the kinds of FP8 and FP4 -> weights
// [out, in], from the tensors as they stand in the file. Values are what each format's own decoder gives, before the last
// rounding to the checkpoint's type, which `rounded` applies if the format asks for one. Shares nothing with src/.

import type { ReferenceTensor } from "./checkpoint.ts";
import { f16ToNumber, f32ToBf16Bits, bf16ToNumber, roundToF16 } from "./half.ts";

const f32 = Math.fround;

/** A tensor by the end of its name, e.g. "qweight"; undefined if the layer has none. */
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

export function dequantizeAwqGemv(layer: Layer, groupSize: number): Dequantized {
  const [codes, zeros] = [layer("qweight")!, layer("qzeros")!];
  const [rows, rowWords] = codes.shape;
  const cols = 8 * rowWords;
  const zeroWords = zeros.shape[1];
  const [word, zeroWord, scale] = [words(codes), words(zeros), halves(layer("scales")!)];
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const g = Math.floor(k / groupSize);
      const code = field((i) => word(n * rowWords + i), k, 4) - field((i) => zeroWord(n * zeroWords + i), g, 4);
      weights[n * cols + k] = f32(code * scale(n * 8 * zeroWords + g));
    }
  return { rows, cols, weights, rounded: (weight) => weight };
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

/** A number of a tensor of F16, BF16, F32, E4M3 or (U8) an exponent, as the file has it. */
export function numbers(tensor: ReferenceTensor): (i: number) => number {
  const view = viewOf(tensor);
  const dtype = tensor.dtype as string;
  if (dtype === "f32") return (i) => view.getFloat32(4 * i, true);
  if (dtype === "f16") return (i) => f16ToNumber(view.getUint16(2 * i, true));
  if (dtype === "bf16") return (i) => bf16ToNumber(view.getUint16(2 * i, true));
  if (dtype === "i8") return (i) => view.getInt8(i);
  if (dtype === "f8_e4m3") return (i) => e4m3(view.getUint8(i));
  return (i) => 2 ** (view.getUint8(i) - 127);
}

/** Source: OCP 8-bit Floating Point Specification, E4M3. */
function e4m3(byte: number): number {
  const [exponent, fraction] = [(byte >> 3) & 15, byte & 7];
  if ((byte & 127) === 127) return NaN;
  const size = exponent === 0 ? 2 ** -6 * (fraction / 8) : 2 ** (exponent - 7) * (1 + fraction / 8);
  return byte & 128 ? -size : size;
}

const exactly = (weight: number) => weight;

/** The scale, among those of the given shape, of a weight of [rows, cols]. */
function scaleAt(
  { shape }: ReferenceTensor,
  rows: number,
  cols: number,
  block?: number[],
): (n: number, k: number) => number {
  const [high = 1, wide = 1] = shape;
  const [tall, broad] = high === 1 ? [rows, cols] : high === rows ? [1, Math.ceil(cols / wide)] : (block ?? [128, 128]);
  return (n, k) => Math.floor(n / tall) * wide + Math.floor(k / broad);
}

/** compressed-tensors' pack-quantized and int-quantized. `perWord`: codes in a word, if none reaches into the next. */
export function dequantizeIntegers(
  layer: Layer,
  {
    rows,
    cols,
    bits,
    perWord = 0,
    groupSize,
  }: { rows: number; cols: number; bits: number; perWord?: number; groupSize?: number },
): Dequantized {
  const packed = layer("weight_packed");
  const half = 2 ** (bits - 1);
  const scales = layer("weight_scale")!;
  const [scale, zeros, index] = [numbers(scales), layer("weight_zero_point"), layer("weight_g_idx")];
  const group = index && words(index);
  const place = scaleAt(scales, rows, cols);
  const columns = scales.shape[1] ?? 1;
  const at = (n: number, k: number) =>
    group ? n * columns + group(k) : groupSize ? n * columns + Math.floor(k / groupSize) : place(n, k);
  const valueOf = (word: (i: number) => number, i: number) =>
    (perWord ? (word(Math.floor(i / perWord)) >>> (bits * (i % perWord))) & (2 ** bits - 1) : field(word, i, bits)) -
    half;
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      let code: number;
      if (packed) {
        const word = words(packed);
        code = valueOf((i) => word(n * packed.shape[1] + i), k);
      } else code = numbers(layer("weight")!)(n * cols + k);
      let zero = 0;
      if ((zeros?.dtype as string) === "i8") zero = numbers(zeros!)(at(n, k));
      else if (zeros) {
        const word = words(zeros);
        zero = valueOf((i) => word(i * columns + (at(n, k) % columns)), n);
      }
      weights[n * cols + k] = f32((code - zero) * scale(at(n, k)));
    }
  return { rows, cols, weights, rounded: exactly };
}

export function dequantizeMlx(layer: Layer, { cols, bits }: { cols: number; bits: number }): Dequantized {
  const [codes, scales, biases] = ["weight", "scales", "biases"].map((end) => layer(end)!);
  const [rows, rowWords] = codes.shape;
  const [word, scale, bias] = [words(codes), numbers(scales), numbers(biases)];
  const place = scaleAt(scales, rows, cols);
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const code = field((i) => word(n * rowWords + i), k, bits);
      weights[n * cols + k] = f32(f32(scale(place(n, k)) * code) + bias(place(n, k)));
    }
  return { rows, cols, weights, rounded: exactly };
}

/** MLC's rows of whole groups: four words of eight codes, or of ten and two bits to spare. */
export function dequantizeMlc(layer: Layer, { cols, bits }: { cols: number; bits: number }): Dequantized {
  const [codes, scales] = [layer("q_weight")!, layer("q_scale")!];
  const [rows, rowWords] = codes.shape;
  const [word, scale] = [words(codes), numbers(scales)];
  const perWord = Math.floor(32 / bits);
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const code = (word(n * rowWords + Math.floor(k / perWord)) >>> (bits * (k % perWord))) & (2 ** bits - 1);
      const group = n * scales.shape[1] + Math.floor(k / (4 * perWord));
      weights[n * cols + k] = f32((code - (2 ** (bits - 1) - 1)) * scale(group));
    }
  return { rows, cols, weights, rounded: exactly };
}

/**
 * onnxruntime's rows of blocks (MatMulNBits, GatherBlockQuantized): codes from the low bits up, a scale and perhaps a zero point for
 * each block. `zero`: of a layer without them. Numbers of four and two bits are codes themselves; signed ones as they are.
 */
export function dequantizeOnnx(
  layer: Layer,
  { cols, bits, blockSize, zero = 2 ** (bits - 1) }: { cols: number; bits: number; blockSize: number; zero?: number },
): Dequantized {
  const [codes, scales, zeros] = [layer("qweight")!, layer("scales")!, layer("zeros")];
  const scale = numbers(scales);
  const [rows, blocks] = scales.shape;
  const codeAt = ({ bytes }: ReferenceTensor, bit: number) => (bytes[bit >> 3] >> (bit & 7)) & (2 ** bits - 1);
  const rowBits = (tensor: ReferenceTensor) => (tensor.dtype === ("u8" as string) ? 8 : bits) * tensor.shape[1];
  const isSigned = (codes.dtype as string).startsWith("i");
  const zeroOf = (n: number, g: number) => {
    if (!zeros) return zero;
    return zeros.dtype === scales.dtype ? numbers(zeros)(n * blocks + g) : codeAt(zeros, n * rowBits(zeros) + g * bits);
  };
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const g = Math.floor(k / blockSize);
      const code = codeAt(codes, n * rowBits(codes) + k * bits) ^ (isSigned ? 2 ** (bits - 1) : 0);
      weights[n * cols + k] = f32((code - zeroOf(n, g)) * scale(n * blocks + g));
    }
  return { rows, cols, weights, rounded: exactly };
}

/**
 * onnxruntime's bytes, or plain numbers: [inputs, outputs] where `isTurned`. A scale for each output or for all; zero points likewise,
 * or `zero` above the smallest byte.
 */
export function dequantizeOnnxWhole(
  layer: Layer,
  { rows, cols, zero = 0, isTurned }: { rows: number; cols: number; zero?: number; isTurned: boolean },
): Dequantized {
  const [codes, scales, zeros] = [layer("qweight")!, layer("scales"), layer("zeros")];
  const lowest = (codes.dtype as string) === "i8" ? -128 : 0;
  const byteOf = (bytes: Uint8Array, at: number) => (lowest < 0 ? (bytes[at] << 24) >> 24 : bytes[at]);
  const one = (n: number, { shape }: ReferenceTensor) => (shape.length === 1 && shape[0] === rows ? n : 0);
  const weights = new Float32Array(rows * cols);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const at = isTurned ? k * rows + n : n * cols + k;
      if (!scales) {
        weights[n * cols + k] = numbers(codes)(at);
        continue;
      }
      const lies = zeros ? byteOf(zeros.bytes, one(n, zeros)) : zero + lowest;
      weights[n * cols + k] = f32((byteOf(codes.bytes, at) - lies) * numbers(scales)(one(n, scales)));
    }
  return { rows, cols, weights, rounded: exactly };
}

/** optimum-quanto and torchao. quanto's groups are rows of the packed tensor; each byte holds one code of each slab, the first in the lowest bits. */
export function dequantizeLibrary(layer: Layer, { rows, cols }: { rows: number; cols: number }): Dequantized {
  const weights = new Float32Array(rows * cols);
  const done = { rows, cols, weights, rounded: exactly };
  const bytes = layer("_weight_qdata") ?? layer("weight._data") ?? layer("weight._data._data");
  const shift = layer("weight._shift");
  if (bytes && !shift) {
    const scales = (layer("_weight_scale") ?? layer("weight._scale"))!;
    const zeros = layer("_weight_zero_point");
    const [code, scale, place] = [numbers(bytes), numbers(scales), scaleAt(scales, rows, cols)];
    for (let n = 0; n < rows; n++)
      for (let k = 0; k < cols; k++) {
        const zero = zeros ? numbers(zeros)(place(n, k)) : 0;
        weights[n * cols + k] = f32((code(n * cols + k) - zero) * scale(place(n, k)));
      }
    return done;
  }
  const packed = bytes!;
  const scales = layer("weight._scale")!;
  const [scale, minus] = [numbers(scales), numbers(shift!)];
  const groups = scales.shape[0];
  const size = (rows * cols) / groups;
  const bits = [4, 2].find((width) => Math.ceil((groups * width) / 8) * size === packed.bytes.length)!;
  const step = Math.ceil((groups * bits) / 8);
  for (let group = 0; group < groups; group++)
    for (let i = 0; i < size; i++) {
      const byte = viewOf(packed).getUint8((group % step) * size + i);
      const code = (byte >>> (bits * Math.floor(group / step))) & (2 ** bits - 1);
      weights[group * size + i] = f32(f32(scale(group) * code) - minus(group));
    }
  return done;
}

const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

/** FP8 with scales of any kind, MXFP8, MXFP4 and NVFP4, by the types and shapes of what is there. */
export function dequantizeFloats(
  layer: Layer,
  { rows, cols, block }: { rows: number; cols: number; block?: number[] },
): Dequantized {
  const packed = layer("weight_packed") ?? layer("weight")!;
  const scales = (layer("weight_scale") ?? layer("weight_scale_inv") ?? layer("scales"))!;
  const isSixteens = layer("scales") !== undefined && scales.shape[1] * 16 === cols; // MLX's nvfp4: bytes of E4M3, called U8
  const bytesOfScales = viewOf(scales);
  const scale = isSixteens ? (i: number) => e4m3(bytesOfScales.getUint8(i)) : numbers(scales);
  const place = scaleAt(scales, rows, cols, block);
  const [divisor, factor] = [layer("weight_global_scale"), layer("weight_scale_2")];
  const all = divisor ? 1 / numbers(divisor)(0) : factor ? numbers(factor)(0) : 1;
  const isByte = packed.bytes.length === rows * cols;
  const weights = new Float32Array(rows * cols);
  const bytes = viewOf(packed);
  const half = Math.ceil(cols / 2);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < cols; k++) {
      const nibble = isByte ? 0 : (bytes.getUint8(n * half + (k >> 1)) >> (4 * (k & 1))) & 15;
      const code = isByte ? e4m3(bytes.getUint8(n * cols + k)) : e2m1[nibble & 7] * (nibble & 8 ? -1 : 1);
      weights[n * cols + k] = f32(code * scale(place(n, k)) * all);
    }
  return { rows, cols, weights, rounded: exactly };
}
