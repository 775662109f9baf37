// Seeded random layers in every published format, at sizes that the shared data lack: every code occurs, groups are
// short, rows odd, inputs out of order. Only the tensors' bytes are made here; what they mean is the reference's.

import { onnxReader } from "../../src/format/onnx-weights.ts";
import { ggmlTraits, type GgmlType } from "../../src/format/ggml-types.ts";
import { f32ToF16Bits } from "../reference/half.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { declare, packedMatrix, type NamedBytes, type PackedMatrix } from "./packed-matrix.ts";

/** The byte in a block where each of its f16 numbers begins. */
const halvesOf: Partial<Record<GgmlType, number[]>> = {
  Q4_1: [0, 2], Q5_1: [0, 2], Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208],
  TQ1_0: [52], TQ2_0: [64], MXFP4: [], NVFP4: [], IQ1_M: [],
}; // prettier-ignore

const bytesFrom = (random: () => number, count: number) =>
  Uint8Array.from({ length: count }, () => Math.floor((random() + 1) * 128));
const wordBytes = (words: ArrayLike<number>) => new Uint8Array(Uint32Array.from(words).buffer);
const floatBytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const halfBytes = (values: number[]) => new Uint8Array(Uint16Array.from(values, f32ToF16Bits).buffer);
const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

/** Some scales are subnormal halves. */
const scaleFrom = (random: () => number) => random() * (random() > 0.8 ? 4e-5 : 0.02);

export function ggml(type: GgmlType, blocks: number): Uint8Array {
  const random = randomNumbers(blocks);
  const { bytes: blockBytes } = ggmlTraits[type];
  const bytes = bytesFrom(random, blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let b = 0; b < blocks; b++) {
    if (type === "MXFP4") bytes[b * blockBytes] = 110 + (bytes[b * blockBytes] & 15);
    if (type === "IQ1_M") for (const at of [53, 55]) bytes[b * blockBytes + at] &= 0x3f; // its f16 is in the upper nibbles
    for (const at of halvesOf[type] ?? [0]) view.setUint16(b * blockBytes + at, f32ToF16Bits(scaleFrom(random)), true);
  }
  return bytes;
}

export function gptq(
  bits: number,
  [rows, cols]: number[],
  groupSize: number,
  { shuffled = false, index = true, version = 1 } = {},
) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 1000 + rows + cols + groupSize);
    const groups = Math.ceil(cols / groupSize);
    const order = times(cols, (k) => Math.floor(k / groupSize));
    if (shuffled) order.sort(() => random());
    const tensors: NamedBytes[] = [
      {
        end: "qweight",
        dtype: "I32",
        shape: [(cols * bits) / 32, rows],
        bytes: bytesFrom(random, (cols * bits * rows) / 8),
      },
      {
        end: "qzeros",
        dtype: "I32",
        shape: [groups, (rows * bits) / 32],
        bytes: bytesFrom(random, (groups * rows * bits) / 8),
      },
      {
        end: "scales",
        dtype: "F16",
        shape: [groups, rows],
        bytes: halfBytes(times(groups * rows, () => scaleFrom(random))),
      },
    ];
    if (index) tensors.push({ end: "g_idx", dtype: "I32", shape: [cols], bytes: wordBytes(order) });
    return packedMatrix(
      [rows, cols],
      tensors,
      declare({ bits: [bits], groupSizes: [groupSize], zeroPointsAsStored: version === 2 }),
    );
  };
}

export function awq([rows, cols]: number[], groupSize: number) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols + groupSize);
    const groups = cols / groupSize;
    return packedMatrix([rows, cols], [
      { end: "qweight", dtype: "I32", shape: [cols, rows / 8], bytes: bytesFrom(random, (cols * rows) / 2) },
      { end: "qzeros", dtype: "I32", shape: [groups, rows / 8], bytes: bytesFrom(random, (groups * rows) / 2) },
      { end: "scales", dtype: "F16", shape: [groups, rows], bytes: halfBytes(times(groups * rows, () => scaleFrom(random))) },
    ], declare({ method: "awq", bits: [4], groupSizes: [groupSize] })); // prettier-ignore
  };
}

export function bnb4(book: "nf4" | "fp4", [rows, cols]: number[], blocksize: number, nested: boolean, dtype: string) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols + blocksize);
    const blocks = Math.ceil((rows * cols) / blocksize);
    const zero = book === "nf4" ? 7 : 0;
    const state = { quant_type: book, blocksize, dtype, shape: [rows, cols] };
    const whole = nested ? { ...state, nested_blocksize: 256, nested_dtype: "float32", nested_offset: 0.0417 } : state;
    const json = new TextEncoder().encode(JSON.stringify(whole));
    const tensors: NamedBytes[] = [
      { end: "weight", dtype: "U8", shape: [Math.ceil((rows * cols) / 2), 1], bytes: bytesFrom(random, Math.ceil((rows * cols) / 2)) },
      { end: "weight.absmax", dtype: nested ? "U8" : "F32", shape: [blocks], bytes: nested ? bytesFrom(random, blocks) : floatBytes(times(blocks, () => Math.abs(random()))) },
      { end: "weight.quant_map", dtype: "F32", shape: [16], bytes: floatBytes(times(16, (i) => (i === zero ? 0 : random()))) },
      { end: `weight.quant_state.bitsandbytes__${book}`, dtype: "U8", shape: [json.length], bytes: json },
    ]; // prettier-ignore
    if (nested)
      tensors.push(
        { end: "weight.nested_absmax", dtype: "F32", shape: [Math.ceil(blocks / 256)], bytes: floatBytes(times(Math.ceil(blocks / 256), () => Math.abs(random()))) },
        { end: "weight.nested_quant_map", dtype: "F32", shape: [256], bytes: floatBytes(times(256, () => random())) },
      ); // prettier-ignore
    return packedMatrix([rows, cols], tensors);
  };
}

export function int8([rows, cols]: number[]) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols);
    return packedMatrix([rows, cols], [
      { end: "weight", dtype: "I8", shape: [rows, cols], bytes: bytesFrom(random, rows * cols) },
      { end: "SCB", dtype: "F32", shape: [rows], bytes: floatBytes(times(rows, () => Math.abs(random()))) },
    ]); // prettier-ignore
  };
}

/** `groups`: bits and inputs of each. The file's outputs are padded to a multiple of 32. */
export function exl2(rows: number, groups: [number, number][]) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + groups.length);
    const cols = groups.reduce((sum, [, count]) => sum + count, 0);
    const outputs = Math.ceil(rows / 32) * 32;
    let at = 0;
    const starts = groups.map(([bits, count]) => {
      at += (bits * count) / 32;
      return [bits, at - (bits * count) / 32];
    });
    const inverse = times(cols, (k) => k).sort(() => random());
    return packedMatrix([rows, cols], [
      { end: "q_weight", dtype: "I32", shape: [at, outputs], bytes: bytesFrom(random, 4 * at * outputs) },
      { end: "q_invperm", dtype: "I32", shape: [cols], bytes: wordBytes(inverse) },
      { end: "q_scale", dtype: "I32", shape: [groups.length, outputs / 8], bytes: bytesFrom(random, (groups.length * outputs) / 2) },
      { end: "q_scale_max", dtype: "F16", shape: [groups.length], bytes: halfBytes(times(groups.length, () => Math.abs(scaleFrom(random)))) },
      { end: "q_groups", dtype: "I16", shape: [2 * groups.length], bytes: new Uint8Array(Uint16Array.from(starts.flat()).buffer) },
    ]); // prettier-ignore
  };
}

interface RowsOptions {
  zeros?: boolean;
  shuffled?: boolean;
  perWord?: number;
  type?: "F16" | "BF16" | "F32";
}

/** Scales in one of their types; some are subnormal halves. */
function scaleTensor(end: string, type: "F16" | "BF16" | "F32", shape: number[], random: () => number): NamedBytes {
  const values = times(shape.reduce((a, b) => a * b, 1), () => scaleFrom(random)); // prettier-ignore
  const words = new Uint32Array(Float32Array.from(values).buffer);
  const bytes = { F16: () => halfBytes(values), F32: () => floatBytes(values), BF16: () => new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer) }[type](); // prettier-ignore
  return { end, dtype: type, shape, bytes };
}

/** compressed-tensors' pack-quantized. */
export function packedRows(bits: number, [rows, cols]: number[], groupSize: number, options: RowsOptions = {}) {
  return (): PackedMatrix => {
    const { zeros = false, shuffled = false, perWord = 0, type = "F16" } = options;
    const random = randomNumbers(bits * 1000 + rows + cols + groupSize);
    const groups = Math.ceil(cols / groupSize);
    const wordsOf = (count: number) => Math.ceil(perWord ? count / perWord : (count * bits) / 32);
    const packed = (end: string, shape: number[]): NamedBytes =>
      ({ end, dtype: "I32", shape, bytes: bytesFrom(random, 4 * shape[0] * shape[1]) }); // prettier-ignore
    const tensors = [
      packed("weight_packed", [rows, wordsOf(cols)]),
      scaleTensor("weight_scale", type, [rows, groups], random),
    ];
    if (zeros) tensors.push(packed("weight_zero_point", [wordsOf(rows), groups]));
    if (shuffled) {
      const index = times(cols, (k) => Math.floor(k / groupSize)).sort(() => random());
      tensors.push({ end: "weight_g_idx", dtype: "I32", shape: [cols], bytes: wordBytes(index) });
    }
    return packedMatrix([rows, cols], tensors, declare({ bits: [bits], groupSizes: [groupSize] }));
  };
}

/** compressed-tensors' int-quantized, or FP8: signed bytes or E4M3 with scales of that shape. */
export function byteRows(
  dtype: "I8" | "F8_E4M3",
  [rows, cols]: number[],
  scales: number[],
  type: "F16" | "BF16" | "F32" = "F16",
  end = "weight_scale",
) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols + scales[0]);
    const codes = bytesFrom(random, rows * cols).map((byte) =>
      (byte & 127) === 127 && dtype === "F8_E4M3" ? 0x7e : byte,
    );
    return packedMatrix([rows, cols], [
      { end: "weight", dtype, shape: [rows, cols], bytes: codes },
      scaleTensor(end, type, scales, random),
    ]); // prettier-ignore
  };
}

/** MXFP8, MXFP4, NVFP4. */
export function microscaled(bits: 4 | 8, [rows, cols]: number[], scaleType: "U8" | "F8_E4M3", all?: string) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits + rows + cols);
    const groups = Math.ceil(cols / (scaleType === "U8" ? 32 : 16));
    const codes = bytesFrom(random, rows * Math.ceil((cols * bits) / 8)).map((byte) =>
      bits === 8 && (byte & 127) === 127 ? 0x7e : byte,
    );
    const tensors: NamedBytes[] = [
      { end: bits === 8 || all === "weight_scale_2" ? "weight" : "weight_packed", dtype: bits === 8 ? "F8_E4M3" : "U8", shape: [rows, Math.ceil((cols * bits) / 8)], bytes: codes },
      { end: "weight_scale", dtype: scaleType, shape: [rows, groups], bytes: bytesFrom(random, rows * groups).map((byte) => (scaleType === "U8" ? 110 + (byte & 15) : byte & 0x77)) },
    ]; // prettier-ignore
    if (all)
      tensors.push({
        end: all,
        dtype: "F32",
        shape: all === "weight_scale_2" ? [] : [1],
        bytes: floatBytes([all === "weight_scale_2" ? 0.0123 : 321]),
      });
    return packedMatrix([rows, cols], tensors);
  };
}

export function mlx(bits: number, [rows, cols]: number[], groupSize: number, type: "F16" | "BF16" | "F32" = "F16") {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols);
    const groups = cols / groupSize;
    return packedMatrix([rows, cols], [
      { end: "weight", dtype: "U32", shape: [rows, (cols * bits) / 32], bytes: bytesFrom(random, (rows * cols * bits) / 8) },
      scaleTensor("scales", type, [rows, groups], random),
      scaleTensor("biases", type, [rows, groups], random),
    ]); // prettier-ignore
  };
}

/** MLX's mxfp8, mxfp4 (groups of 32) and nvfp4 (16). */
export function mlxFloats(bits: 4 | 8, [rows, cols]: number[], groupSize: 16 | 32) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 10 + rows + cols + groupSize);
    const groups = cols / groupSize;
    const codes = bytesFrom(random, (rows * cols * bits) / 8);
    const scales = bytesFrom(random, rows * groups);
    return packedMatrix([rows, cols], [
      { end: "weight", dtype: "U32", shape: [rows, (cols * bits) / 32], bytes: codes.map((byte) => (bits === 8 && (byte & 127) === 127 ? 0x7e : byte)) },
      { end: "scales", dtype: "U8", shape: [rows, groups], bytes: scales.map((byte) => (groupSize === 32 ? 110 + (byte & 15) : byte & 0x77)) },
    ]); // prettier-ignore
  };
}

/** MLC's q4f16_1 (BF16: q4f32_1) and q3f16_1. */
export function mlc(bits: 3 | 4, [rows, cols]: number[], type: "F16" | "BF16" | "F32" = "F16") {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols);
    const groups = Math.ceil(cols / (bits === 3 ? 40 : 32));
    return packedMatrix([rows, cols], [
      { end: "q_weight", dtype: "U32", shape: [rows, 4 * groups], bytes: bytesFrom(random, 16 * rows * groups) },
      scaleTensor("q_scale", type, [rows, groups], random),
    ], declare({ bits: [bits] })); // prettier-ignore
  };
}

/** onnxruntime's blocks. `zeros`: packed as the codes are, or numbers of the scales' type. `dtype`: of the codes. */
export function onnx(
  bits: 2 | 4 | 8,
  [rows, cols]: number[],
  size: number,
  { type = "F32", zeros, dtype = "U8" }: { type?: "F16" | "BF16" | "F32"; zeros?: "packed" | "floats"; dtype?: string } = {},
) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols + size);
    const blocks = Math.ceil(cols / size);
    const codes = dtype === "U8" ? { shape: [rows, (blocks * size * bits) / 8], count: rows * blocks * size } : { shape: [rows, cols], count: rows * cols };
    const tensors = [
      { end: "qweight", dtype, shape: codes.shape, bytes: bytesFrom(random, (codes.count * bits) / 8) },
      scaleTensor("scales", type, [rows, blocks], random),
    ];
    const rowBytes = Math.ceil((blocks * bits) / 8);
    if (zeros === "packed") tensors.push({ end: "zeros", dtype: "U8", shape: [rows, rowBytes], bytes: bytesFrom(random, rows * rowBytes) });
    if (zeros === "floats") tensors.push({ ...scaleTensor("zeros", type, [rows, blocks], random) });
    const zero = dtype === "U4" && !zeros ? { zero: 0 } : {};
    const described = { packed: { bits, size, scales: none, ...zero } };
    return packedMatrix([rows, cols], tensors, undefined, onnxReader(new Map([["l", described]])));
  };
} // prettier-ignore

/** The same with inputs as rows (`isTurned`), or bytes with one scale for all. */
export function onnxWhole(
  dtype: "F32" | "F16" | "BF16" | "I8" | "U8",
  [rows, cols]: number[],
  { isTurned = true, channels = false }: { isTurned?: boolean; channels?: boolean } = {},
) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols);
    const shape = isTurned ? [cols, rows] : [rows, cols];
    const isByte = dtype === "I8" || dtype === "U8";
    const tensors = [
      isByte
        ? { end: "qweight", dtype: dtype as string, shape, bytes: bytesFrom(random, rows * cols) }
        : scaleTensor("qweight", dtype, shape, random),
    ];
    if (isByte) tensors.push(scaleTensor("scales", "F32", channels ? [rows] : [], random));
    if (channels) tensors.push({ end: "zeros", dtype, shape: [rows], bytes: bytesFrom(random, rows) });
    const bytes = { scales: none, zero: 131, ...(channels ? { zeros: none } : {}) };
    const described = { ...(isTurned ? { isTurned: true as const } : {}), ...(isByte ? { bytes } : {}) };
    return packedMatrix([rows, cols], tensors, undefined, onnxReader(new Map([["l", described]])));
  };
}

const none = { name: "", dtype: undefined, shape: [] }; // the reader takes scales from the layer

/** HQQ along axis 1. `view`: the type that the bytes are declared as. */
export function hqq(
  bits: 1 | 2 | 3 | 4 | 8,
  [rows, cols]: number[],
  size: number,
  type: "F16" | "BF16" | "F32" = "F16",
  view?: string,
) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols);
    const groups = (rows * cols) / size;
    const count = bits === 3 ? 4 * size * Math.ceil(groups / 10) : size * Math.ceil((groups * bits) / 8);
    const dtype = view ?? (bits === 3 ? "I32" : "U8");
    const itemBytes = { I32: 4, U8: 1 }[dtype] ?? 2;
    return packedMatrix([rows, cols], [
      { end: "W_q", dtype, shape: [count / itemBytes / size, size], bytes: bytesFrom(random, count) },
      scaleTensor("scale", type, [groups, 1], random),
      scaleTensor("zero", type, [groups, 1], () => 100 * random()),
    ]); // prettier-ignore
  };
}

/**
 * HQQ along axis 0. `nested`: zero points are bytes, with a scale for all; "both": scales, too, stacked with them, in groups of 16.
 */
export function hqqDown(
  bits: 1 | 2 | 3 | 4 | 8,
  [rows, cols]: number[],
  size: number,
  { type = "F16", nested }: { type?: "F16" | "BF16" | "F32"; nested?: "zeros" | "both" } = {},
) {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols + size);
    const groups = (rows * cols) / size;
    const high = bits === 3 ? Math.ceil(size / 10) : (size * bits) / 8;
    const zeroNumbers = () => 100 * random();
    const all = [16, groups / 16];
    const named = {
      none: () => [
        scaleTensor("scale", type, [1, groups], random),
        scaleTensor("zero", type, [1, groups], zeroNumbers),
      ],
      zeros: () => [
        scaleTensor("scale", type, [1, groups], random),
        { end: "zero_q", dtype: "U8", shape: [1, groups], bytes: bytesFrom(random, groups) },
        scaleTensor("meta_zero.scale", type, [], random),
        scaleTensor("meta_zero.zero", type, [], zeroNumbers),
      ],
      both: () => [
        { end: "zero_scale", dtype: "U8", shape: [2, ...all], bytes: bytesFrom(random, 2 * groups) },
        scaleTensor("meta_zero.scale", type, [1, all[1]], random),
        scaleTensor("meta_zero.zero", type, [1, all[1]], zeroNumbers),
        scaleTensor("meta_scale.scale", type, [1, all[1]], () => random() / 1000),
        scaleTensor("meta_scale.zero", type, [1, all[1]], zeroNumbers),
      ],
    }[nested ?? "none"];
    const dtype = bits === 3 ? "I32" : "U8";
    const bytes = bytesFrom(random, high * groups * (bits === 3 ? 4 : 1));
    return packedMatrix([rows, cols], [{ end: "W_q", dtype, shape: [high, groups], bytes }, ...named()]);
  };
}

/** HQQ's 4 bits along axis 1 with zero points in bytes. */
export function hqqBytes([rows, cols]: number[], size: number) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols);
    const groups = (rows * cols) / size;
    return packedMatrix([rows, cols], [
      { end: "W_q", dtype: "U8", shape: [groups / 2, size], bytes: bytesFrom(random, (rows * cols) / 2) },
      scaleTensor("scale", "F16", [groups, 1], random),
      { end: "zero_q", dtype: "U8", shape: [groups, 1], bytes: bytesFrom(random, groups) },
      scaleTensor("meta_zero.scale", "F16", [], random),
      scaleTensor("meta_zero.zero", "F16", [], () => 100 * random()),
    ]); // prettier-ignore
  };
}

export function quanto(bits: 2 | 4, [rows, cols]: number[], size: number, type: "F16" | "BF16" | "F32" = "F16") {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols);
    const groups = (rows * cols) / size;
    const step = Math.ceil((groups * bits) / 8);
    return packedMatrix([rows, cols], [
      { end: "weight._data._data", dtype: "U8", shape: [step, size], bytes: bytesFrom(random, step * size) },
      scaleTensor("weight._scale", type, [groups, 1], random),
      scaleTensor("weight._shift", type, [groups, 1], random),
    ]); // prettier-ignore
  };
}

/** torchao's int8 or float8, with zero points if `zeros`. */
export function torchao(dtype: "I8" | "F8_E4M3", [rows, cols]: number[], type: "F16" | "BF16" | "F32", zeros = false) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols);
    const codes = bytesFrom(random, rows * cols).map((byte) => ((byte & 127) === 127 && dtype === "F8_E4M3" ? 0x7e : byte));
    const tensors = [
      { end: "_weight_qdata", dtype, shape: [rows, cols], bytes: codes },
      scaleTensor("_weight_scale", type, [rows, 1], random),
    ];
    if (zeros) tensors.push({ end: "_weight_zero_point", dtype: "I8", shape: [rows, 1], bytes: bytesFrom(random, rows) });
    return packedMatrix([rows, cols], tensors);
  }; // prettier-ignore
}

/** torchao's int4, in rows or (`tiles`) in tiles, whose inputs are padded to `padded`. */
export function torchaoInt4([rows, cols]: number[], size: number, type: "F16" | "BF16" | "F32", padded?: number) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols);
    const name = "_weight_qdata";
    if (padded === undefined)
      return packedMatrix([rows, cols], [
        { end: name, dtype: "I8", shape: [rows, cols / 2], bytes: bytesFrom(random, (rows * cols) / 2) },
        scaleTensor("_weight_scale", type, [cols / size, rows], random),
        scaleTensor("_weight_zero_point", type, [cols / size, rows], random),
      ]); // prettier-ignore
    const high = Math.ceil(rows / 8);
    return packedMatrix([rows, cols], [
      { end: name, dtype: "I32", shape: [high, padded / 128, 32, 4], bytes: bytesFrom(random, 4 * high * padded) },
      scaleTensor("_weight_scale_and_zero", type, [padded / size, 8 * high, 2], random),
    ]); // prettier-ignore
  };
}

/** torchao's int4 for XPU. */
export function torchaoWords([rows, cols]: number[], size: number, type: "F16" | "BF16") {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols + size);
    const groups = cols / size;
    return packedMatrix([rows, cols], [
      { end: "_weight_qdata", dtype: "I32", shape: [rows, cols / 8], bytes: bytesFrom(random, (rows * cols) / 2) },
      scaleTensor("_weight_scale", type, [groups, rows], random),
      { end: "_weight_zero_point", dtype: "I8", shape: [groups, rows], bytes: bytesFrom(random, groups * rows).map((byte) => byte & 15) },
    ]); // prettier-ignore
  };
}

/** EETQ's own name of the codes, or transformers'. */
export function eetq([rows, cols]: number[], codes: "qweight" | "weight") {
  return (): PackedMatrix => {
    const random = randomNumbers(rows + cols);
    return packedMatrix([rows, cols], [
      { end: codes, dtype: "I8", shape: [cols, rows], bytes: bytesFrom(random, rows * cols) },
      scaleTensor("weight_scales", "F16", [rows], random),
    ]); // prettier-ignore
  };
}

/** AQLM with one codebook; codes of fewer than 16 bits repeat their sign above them. */
export function aqlm(bits: number, [rows, cols]: number[], type: "F16" | "BF16" | "F32" = "F16") {
  return (): PackedMatrix => {
    const random = randomNumbers(bits * 100 + rows + cols);
    const codes = Int16Array.from({ length: (rows * cols) / 8 }, () => random() * 2 ** (bits - 1));
    return packedMatrix([rows, cols], [
      { end: "codes", dtype: "I16", shape: [rows, cols / 8, 1], bytes: new Uint8Array(codes.buffer) },
      scaleTensor("codebooks", type, [1, 2 ** bits, 1, 8], random),
      scaleTensor("scales", type, [rows, 1, 1, 1], random),
    ]); // prettier-ignore
  };
}

export function awqGemv([rows, cols]: number[], size: number) {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols + size);
    const unit = { 32: 4, 64: 2 }[size] ?? 1;
    const words = Math.ceil(Math.ceil(cols / size / 8) / unit) * unit;
    return packedMatrix([rows, cols], [
      { end: "qweight", dtype: "I32", shape: [rows, cols / 8], bytes: bytesFrom(random, (rows * cols) / 2) },
      { end: "qzeros", dtype: "I32", shape: [rows, words], bytes: bytesFrom(random, 4 * rows * words) },
      { end: "scales", dtype: "F16", shape: [rows, 8 * words], bytes: halfBytes(times(8 * rows * words, () => scaleFrom(random))) },
    ], declare({ method: "awq", bits: [4], groupSizes: [size] })); // prettier-ignore
  };
}

/** llm-awq's own files name the zero points otherwise (`named`). */
export function gemvFast([rows, cols]: number[], size: number, named = "qzeros") {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols + size);
    const unit = { 32: 4, 64: 2 }[size] ?? 1;
    const high = 8 * Math.ceil(Math.ceil(cols / size / 8) / unit) * unit;
    return packedMatrix([rows, cols], [
      { end: "qweight", dtype: "I16", shape: [rows / 4, cols], bytes: bytesFrom(random, (rows * cols) / 2) },
      scaleTensor("scales", "F16", [high, rows], random),
      scaleTensor(named, "F16", [high, rows], random),
    ], declare({ method: "awq", bits: [4], groupSizes: [size] })); // prettier-ignore
  };
}

/** AWQ's names, or GPTQ's. */
export function marlin([rows, cols]: number[], size: number, names: "qweight scales" | "B s" = "B s") {
  return (): PackedMatrix => {
    const random = randomNumbers(rows * cols + size);
    const [codes, scales] = names.split(" ");
    return packedMatrix([rows, cols], [
      { end: codes, dtype: "I32", shape: [cols / 16, 2 * rows], bytes: bytesFrom(random, (rows * cols) / 2) },
      scaleTensor(scales, "F16", [cols / size, rows], random),
    ], declare({ method: "gptq", bits: [4], groupSizes: [size === cols ? -1 : size] })); // prettier-ignore
  };
}

export const madeLayers: { ggml: typeof ggml; all: Record<string, () => PackedMatrix> } = {
  ggml,
  all: {
    "GPTQ 2 bit, groups of 16": gptq(2, [48, 96], 16),
    "GPTQ 2 bit, act-order, groups of 32": gptq(2, [16, 160], 32, { shuffled: true }),
    "GPTQ 3 bit, a short last group": gptq(3, [32, 160], 64),
    "GPTQ 3 bit, act-order, a short last group": gptq(3, [32, 160], 64, { shuffled: true }),
    "GPTQ 4 bit, groups of 48, no g_idx": gptq(4, [40, 96], 48, { index: false }),
    "GPTQ 4 bit, one group, v2": gptq(4, [8, 224], 224, { version: 2 }),
    "GPTQ 4 bit, act-order, groups of 16": gptq(4, [72, 96], 16, { shuffled: true }),
    "GPTQ 8 bit, act-order": gptq(8, [12, 96], 32, { shuffled: true }),
    "GPTQ 8 bit, more outputs than a workgroup": gptq(8, [132, 32], 32),
    "AWQ, groups of 32": awq([40, 96], 32),
    "AWQ, one group": awq([136, 32], 32),
    "nf4, odd columns, nested, bfloat16": bnb4("nf4", [8, 45], 64, true, "bfloat16"),
    "nf4, even columns, blocks across rows": bnb4("nf4", [9, 50], 64, false, "float16"),
    "fp4, blocks of 32, nested": bnb4("fp4", [130, 96], 32, true, "float16"),
    "nf4, blocks of 4096": bnb4("nf4", [70, 160], 4096, false, "float32"),
    "int8, odd columns": int8([7, 45]),
    "int8, whole chunks": int8([5, 64]),
    "EXL2, every width, padded outputs": exl2(37, [[8, 32], [6, 64], [5, 32], [4, 96], [3, 32], [2, 48], [2, 16]]),
    "EXL2, groups of 32 and a short last": exl2(70, [[6, 32], [5, 32], [3, 64], [3, 64], [3, 32]]),
    "pack-quantized 2 bit, groups of 16": packedRows(2, [9, 96], 16),
    "pack-quantized 3 bit, asymmetric": packedRows(3, [35, 96], 32, { zeros: true, type: "BF16" }),
    "pack-quantized 3 bit, whole codes in a word": packedRows(3, [33, 96], 96, { zeros: true, perWord: 10 }),
    "pack-quantized 4 bit, act-order": packedRows(4, [12, 160], 32, { shuffled: true, zeros: true }),
    "pack-quantized 4 bit, odd columns": packedRows(4, [7, 45], 45, { type: "F32" }),
    "pack-quantized 5 bit, bfloat16": packedRows(5, [8, 64], 32, { type: "BF16" }),
    "pack-quantized 6 bit, asymmetric": packedRows(6, [20, 128], 64, { zeros: true }),
    "pack-quantized 7 bit": packedRows(7, [5, 64], 32, { zeros: true }),
    "pack-quantized 7 bit, whole codes in a word": packedRows(7, [5, 64], 32, { perWord: 4 }),
    "pack-quantized 8 bit, asymmetric": packedRows(8, [16, 96], 48, { zeros: true, type: "F32" }),
    "int-quantized, odd columns": byteRows("I8", [7, 45], [7, 1], "BF16"),
    "int-quantized, a matrix": byteRows("I8", [4, 64], [1], "F32"),
    "FP8, rows of odd columns": byteRows("F8_E4M3", [7, 45], [7, 1]),
    "FP8, a matrix": byteRows("F8_E4M3", [8, 64], [], "F32"),
    "FP8, blocks": byteRows("F8_E4M3", [132, 160], [2, 2], "F32", "weight_scale_inv"),
    "MXFP8": microscaled(8, [5, 96], "U8"),
    "MXFP4": microscaled(4, [12, 160], "U8"),
    "NVFP4, compressed-tensors": microscaled(4, [9, 96], "F8_E4M3", "weight_global_scale"),
    "NVFP4, ModelOpt": microscaled(4, [8, 48], "F8_E4M3", "weight_scale_2"),
    "MLX 2 bit": mlx(2, [8, 96], 32),
    "MLX 3 bit, bfloat16": mlx(3, [9, 128], 64, "BF16"),
    "MLX 4 bit": mlx(4, [12, 128], 64),
    "MLX 5 bit": mlx(5, [7, 64], 32, "F32"),
    "MLX 6 bit, bfloat16": mlx(6, [16, 128], 128, "BF16"),
    "MLX 8 bit": mlx(8, [5, 64], 32),
    "MLX mxfp8": mlxFloats(8, [5, 96], 32),
    "MLX mxfp4": mlxFloats(4, [12, 160], 32),
    "MLX nvfp4": mlxFloats(4, [9, 96], 16),
    "MLC q4f16_1, odd columns": mlc(4, [9, 70]),
    "MLC q4f32_1": mlc(4, [12, 96], "BF16"),
    "MLC q3f16_1": mlc(3, [9, 160]),
    "MLC q3f16_1, odd columns": mlc(3, [7, 202]),
    "MLC q3f16_1, one group": mlc(3, [5, 40], "F32"),
    "ONNX 4 bit, odd columns": onnx(4, [9, 70], 32),
    "ONNX 4 bit, zero points": onnx(4, [7, 224], 32, { type: "F16", zeros: "packed" }),
    "ONNX 4 bit, blocks of 16": onnx(4, [6, 96], 16, { zeros: "packed" }),
    "ONNX 8 bit, zero points that are numbers": onnx(8, [5, 96], 32, { zeros: "floats" }),
    "ONNX 8 bit, one block": onnx(8, [6, 64], 128, { type: "BF16" }),
    "ONNX 2 bit, zero points": onnx(2, [9, 160], 32, { zeros: "packed" }),
    "ONNX embedding of U4": onnx(4, [8, 96], 32, { dtype: "U4" }),
    "ONNX embedding of I4": onnx(4, [8, 96], 32, { type: "F16", dtype: "I4" }),
    "ONNX inputs as rows, f32": onnxWhole("F32", [9, 70]),
    "ONNX inputs as rows, f16": onnxWhole("F16", [12, 96]),
    "ONNX inputs as rows, bf16, an odd number of outputs": onnxWhole("BF16", [7, 45]),
    "ONNX inputs as rows, int8": onnxWhole("I8", [9, 70]),
    "ONNX inputs as rows, uint8, zero points": onnxWhole("U8", [7, 96], { channels: true }),
    "ONNX inputs as rows, int8, zero points": onnxWhole("I8", [6, 64], { channels: true }),
    "ONNX embedding of bytes": onnxWhole("U8", [8, 45], { isTurned: false }),
    "HQQ 1 bit": hqq(1, [24, 96], 32),
    "HQQ 2 bit, groups of a row": hqq(2, [10, 64], 64, "BF16"),
    "HQQ 3 bit, slabs that end within a row": hqq(3, [7, 192], 64),
    "HQQ 4 bit, seen as halves": hqq(4, [6, 128], 32, "F16", "F16"),
    "HQQ 8 bit": hqq(8, [5, 128], 64, "F32"),
    "HQQ 4 bit, zero points in bytes": hqqBytes([6, 128], 32),
    "HQQ down 1 bit": hqqDown(1, [24, 96], 8),
    "HQQ down 2 bit, bytes of zero points": hqqDown(2, [32, 64], 16, { nested: "zeros" }),
    "HQQ down 3 bit, slabs that end within a row": hqqDown(3, [7, 192], 42, { type: "BF16" }),
    "HQQ down 4 bit, groups across rows": hqqDown(4, [12, 96], 36, { type: "F32" }),
    "HQQ down 4 bit, bytes of both": hqqDown(4, [64, 96], 64, { nested: "both" }),
    "HQQ down 4 bit, bytes of zero points, bfloat16": hqqDown(4, [16, 64], 16, { nested: "zeros", type: "BF16" }),
    "HQQ down 8 bit, one group an input": hqqDown(8, [5, 128], 5),
    "quanto qint2": quanto(2, [12, 128], 128, "BF16"),
    "quanto qint4, an odd number of groups": quanto(4, [9, 96], 96),
    "torchao int8": torchao("I8", [7, 45], "BF16"),
    "torchao int8, zero points": torchao("I8", [9, 96], "F32", true),
    "torchao float8": torchao("F8_E4M3", [6, 64], "F32"),
    "torchao int4": torchaoInt4([9, 96], 32, "BF16"),
    "torchao int4, one group": torchaoInt4([6, 64], 64, "F32"),
    "torchao int4 for XPU": torchaoWords([9, 96], 32, "F16"),
    "torchao int4 in tiles, padded": torchaoInt4([20, 96], 32, "BF16", 256),
    "torchao int4 in tiles, groups of 64": torchaoInt4([8, 256], 64, "F16", 256),
    "EETQ": eetq([12, 128], "weight"),
    "EETQ by its own name": eetq([6, 64], "qweight"),
    "AWQ gemv, groups of 128": awqGemv([12, 256], 128),
    "AWQ gemv, groups of 32": awqGemv([9, 96], 32),
    "AWQ gemv_fast, groups of 64": gemvFast([8, 192], 64),
    "AWQ gemv_fast, groups of 128": gemvFast([12, 256], 128),
    "AWQ gemv_fast by llm-awq's name": gemvFast([4, 64], 32, "scaled_zeros"),
    "Marlin of GPTQ, groups of 32": marlin([128, 96], 32),
    "Marlin of GPTQ, one group": marlin([64, 160], 160),
    "Marlin of AWQ, groups of 16": marlin([192, 64], 16, "qweight scales"),
    "AQLM 1x16": aqlm(16, [9, 96]),
    "AQLM 1x12, bfloat16": aqlm(12, [6, 160], "BF16"),
    "AQLM 1x9, one chunk": aqlm(9, [5, 32], "F32"),
    "EXL2, one width": exl2(32, [[4, 128], [4, 128], [4, 32]]),
  },
}; // prettier-ignore
