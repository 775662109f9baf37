// Seeded random layers in every published format, at sizes that the shared data lack: every code occurs, groups are
// short, rows odd, inputs out of order. Only the tensors' bytes are made here; what they mean is the reference's.

import { ggmlTraits, type GgmlType } from "../../src/format/ggml-types.ts";
import { f32ToF16Bits } from "../reference/half.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { declare, packedMatrix, type NamedBytes, type PackedMatrix } from "./packed-matrix.ts";

/** Byte in a block where each of its f16 numbers stands. */
const halvesOf: Partial<Record<GgmlType, number[]>> = {
  Q4_1: [0, 2], Q5_1: [0, 2], Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208],
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
  for (let b = 0; b < blocks; b++)
    for (const at of halvesOf[type] ?? [0]) view.setUint16(b * blockBytes + at, f32ToF16Bits(scaleFrom(random)), true);
  return bytes;
}

function gptq(
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
    "EXL2, one width": exl2(32, [[4, 128], [4, 128], [4, 32]]),
  },
}; // prettier-ignore
