// What does not compile: read by `npm run types`, never run. Each line below `@ts-expect-error` is wrong in one way; if the
// compiler accepted it, it would complain of an unused directive.

import type { DispatchRequest } from "../../../src/gpu/plan.ts";
import { packRecord } from "../../../src/gpu/record.ts";
import type { RepackDispatch } from "../../../src/gpu/repacker.ts";
import { shaderRecords } from "../../../src/gpu/shader-interfaces.ts";
import type { SchemeFormat } from "../../../src/quant/packed-format.ts";
import type { RowFormat } from "../../../src/quant/row-format.ts";

declare const x: GPUBuffer;
declare const y: GPUBuffer;
declare const step: GPUBuffer;
const gather = { kernel: "gather", constants: { stride: 32 }, groups: 1 } as const;
const norm = { kernel: "rmsnorm", buffers: { x, gain: x, out: y }, groups: 1 } as const;
const weight = { decode: "q4", buffers: { shape: x, codes: x, scales: x } } as const;
const bf16 = { decode: "bf16", buffers: { shape: x, weights: x } } as const;
const store = { name: "plain_store", buffers: { x, y } } as const;
const vector = { kernel: "matvec", weight, groups: 1 } as const;
const matmul = { x, y, step, linear: x, bias: x, low_rank: x, reduced: x };

export const right: DispatchRequest[] = [
  { ...gather, buffers: { x, order: x, out: y, step } },
  { ...norm, constants: { dim: 5, stride: 32, eps: 1e-5 } },
  { ...norm, constants: { dim: 5, stride: 32, eps: 1e-5, threads: 256 } },
  { kernel: "matvec", product: store, weight, groups: 1 },
  { kernel: "matvec_tile", product: { ...store, bias: x }, weight: bf16, groups: 1 },
  { kernel: "matmul_int8", weight, buffers: { ...matmul, x_scales: x }, groups: 1 },
];

export const wrong: DispatchRequest[] = [
  // @ts-expect-error: a binding is missing
  { ...gather, buffers: { x, order: x, out: y } },
  // @ts-expect-error: no such binding
  { ...gather, buffers: { x, order: x, out: y, step, gain: x } },
  // @ts-expect-error: a binding by another name
  { ...gather, buffers: { x, order: x, result: y, step } },
  // @ts-expect-error: an override is missing
  { ...norm, constants: { dim: 5, stride: 32 } },
  // @ts-expect-error: all of them are
  { ...norm },
  // @ts-expect-error: no such override
  { ...norm, constants: { dim: 5, stride: 32, eps: 1e-5, lanes: 4 } },
  // @ts-expect-error: no such kernel
  { kernel: "rms_norm", buffers: { x, gain: x, out: y }, constants: { dim: 5, stride: 32, eps: 1e-5 }, groups: 1 },
  // @ts-expect-error: a vector kernel without a product
  { kernel: "matvec", weight, groups: 1 },
  // @ts-expect-error: a vector kernel without a weight
  { kernel: "matvec", product: store, groups: 1 },
  // @ts-expect-error: a kernel that takes no product
  { ...gather, buffers: { x, order: x, out: y, step }, product: store },
  // @ts-expect-error: a kernel that reads no weight
  { ...norm, constants: { dim: 5, stride: 32, eps: 1e-5 }, weight },
  // @ts-expect-error: a product that lacks its gain
  { ...vector, product: { name: "normed_store", buffers: { x, y }, constants: { dim: 5, eps: 0 } } },
  // @ts-expect-error: a product without its overrides
  { ...vector, product: { name: "normed_store", buffers: { x, gain: x, y } } },
  // @ts-expect-error: a weight without its scales
  { kernel: "matvec", product: store, weight: { decode: "q4", buffers: { shape: x, codes: x } }, groups: 1 },
  // @ts-expect-error: an override of another decode
  { kernel: "matvec", product: store, weight: { ...weight, decode: "super", constants: { zeros: 1 } }, groups: 1 },
  // @ts-expect-error: bytes of a weight that has none
  { kernel: "matmul_int8", weight: bf16, buffers: { ...matmul, x_scales: x }, groups: 1 },
];

const place = { position: 0, count: 1, first_page: 0, apart: 0, rows: [] };
packRecord(shaderRecords.Step, place);
// @ts-expect-error: fields are missing
packRecord(shaderRecords.Step, { position: 0 });
// @ts-expect-error: no such field
packRecord(shaderRecords.Step, { ...place, tokens: 1 });
// @ts-expect-error: a number where there are four
packRecord(shaderRecords.WeightShape, { row_chunks: 1, scale_words: 0, row_start: 0, row_count: 1, extra: 0 });

const piece = { rows: 1, first_row: 0, row_units: 1, base: 0, half: 0, part_start: 0, part_rows: 1 };
export const repacks: RepackDispatch[] = [
  { kernel: "copy_rows", buffers: { copied: x }, record: { piece }, grid: [1, 1] },
  // @ts-expect-error: another shader's record
  { kernel: "repack_rows", buffers: { repacked: x }, record: { piece }, grid: [1, 1] },
  // @ts-expect-error: one field too many
  { kernel: "copy_rows", buffers: { copied: x }, record: { piece: { ...piece, cols: 1 } }, grid: [1, 1] },
];

declare const layout: Omit<RowFormat, "decode" | "constants">;
export const rows: RowFormat[] = [
  { ...layout, decode: "q4", constants: {} },
  { ...layout, decode: "super", constants: { bits: 4, form: 0 } },
  // @ts-expect-error: a constant that the decode's shader does not have
  { ...layout, decode: "super", constants: { bits: 4, zeros: 0 } },
  // @ts-expect-error: a decode without constants
  { ...layout, decode: "q4", constants: { bits: 4 } },
  // @ts-expect-error: a number where the shader has a bool
  { ...layout, decode: "book", constants: { straddle: 1 } },
];

declare const scheme: Omit<SchemeFormat, "decode" | "constants">;
export const schemes: SchemeFormat[] = [
  { ...scheme, decode: "exl2", constants: { rounding: 1 } },
  // @ts-expect-error: another decode's constant
  { ...scheme, decode: "exl2", constants: { scales_kind: 1 } },
];
