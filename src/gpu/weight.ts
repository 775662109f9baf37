// A weight matrix on the GPU: rows in blocks of eight columns, codes apart from scales, split by rows below the binding
// limit. The arithmetic here is the layout; upload.ts fills it and the decode shaders read it.

import { groupSize, type Encoding } from "../quant/layout.ts";
import type { GpuMemory } from "./memory.ts";
import type { DecodeName } from "./shader-table.ts";

/** The GPU form of one row. */
export interface RowLayout {
  rowBlocks: number; // blocks of eight columns, zero-padded
  codeBytes: number; // a multiple of 16 for f16 and wider, of 4 for q4
  scaleBytes: number; // 0 without scales; a multiple of 4
}

export interface WeightPart {
  rowStart: number;
  rows: number;
  shape: GPUBuffer; // uniform: the decode shaders' WeightShape
  buffers: GPUBuffer[]; // codes, then scales where there are any
}

export interface Weight {
  name: string;
  encoding: Encoding;
  rows: number; // output features
  cols: number; // input features
  layout: RowLayout;
  parts: WeightPart[];
}

export function rowLayout(encoding: Encoding, cols: number): RowLayout {
  const groups = Math.ceil(cols / groupSize);
  const quantized = encoding === "q8" || encoding === "q4";
  const rowBlocks = quantized ? (groups * groupSize) / 8 : Math.ceil(cols / 8);
  const blockBytes = { f32: 32, f16: 16, bf16: 16, q8: 8, q4: 4 }[encoding];
  return { rowBlocks, codeBytes: rowBlocks * blockBytes, scaleBytes: quantized ? Math.ceil(groups / 2) * 4 : 0 };
}

/** Row ranges such that no part's codes are over the limit. */
export function splitRows(
  rows: number,
  layout: RowLayout,
  maxBindingBytes: number,
): { rowStart: number; rows: number }[] {
  const rowsPerPart = Math.max(1, Math.floor(maxBindingBytes / layout.codeBytes));
  const parts = Math.ceil(rows / rowsPerPart);
  const each = Math.ceil(rows / parts);
  return Array.from({ length: parts }, (_, i) => ({ rowStart: i * each, rows: Math.min(each, rows - i * each) }));
}

export function weightBytes(rows: number, layout: RowLayout): number {
  return rows * (layout.codeBytes + layout.scaleBytes);
}

export interface WeightShape {
  name: string;
  encoding: Encoding;
  rows: number;
  cols: number;
}

export function allocateWeight(memory: GpuMemory, shape: WeightShape, maxBindingBytes: number): Weight {
  const layout = rowLayout(shape.encoding, shape.cols);
  const parts = splitRows(shape.rows, layout, maxBindingBytes).map(({ rowStart, rows }) => ({
    rowStart,
    rows,
    shape: memory.uniform(`${shape.name} shape`, [layout.rowBlocks, layout.scaleBytes / 4, rowStart, rows]),
    buffers: [layout.codeBytes, layout.scaleBytes]
      .filter((rowBytes) => rowBytes > 0)
      .map((rowBytes, i) => memory.storage(`${shape.name}${i ? " scales" : ""}`, rows * rowBytes)),
  }));
  return { ...shape, layout, parts };
}

export function decodeOf(encoding: Encoding, features: ReadonlySet<string>): DecodeName {
  return encoding === "f16" && features.has("shader-f16") ? "f16_native" : encoding;
}
