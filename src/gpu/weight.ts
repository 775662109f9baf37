// A weight on the GPU: rows in chunks of 32 columns, codes apart from scales, split by rows below the binding limit. One
// weight may hold the rows of several tensors (q, k and v; gate and up), so that one dispatch multiplies by all of them.
// The arithmetic here is the layout; upload.ts fills it and the decode shaders read it.

import { groupSize, type Encoding } from "../quant/layout.ts";
import type { GpuMemory } from "./memory.ts";
import type { DecodeName } from "./shader-table.ts";

/** The GPU form of one row. */
export interface RowLayout {
  rowChunks: number; // chunks of 32 columns, zero-padded
  codeBytes: number; // a multiple of 16
  scaleBytes: number; // 0 without scales; a multiple of 4
}

export interface WeightPart {
  encoding: Encoding;
  layout: RowLayout;
  rowStart: number; // in the weight
  rows: number;
  shape: GPUBuffer; // uniform: the decode shaders' WeightShape
  buffers: GPUBuffer[]; // codes, then scales where there are any
}

export interface Weight {
  name: string;
  rows: number; // output features
  cols: number; // input features
  parts: WeightPart[];
  /** Rows 2i and 2i + 1 belong together (see RowPlace); false where they could not be brought together. */
  paired: boolean;
}

/** Where a tensor's rows go in a weight: row r to base + r; with `half`, rows r and r + half of 2 * half become neighbours. */
export interface RowPlace {
  base: number;
  half: number; // 0: in order
}

/** A tensor's share of a weight. */
export interface Segment {
  encoding: Encoding;
  rows: number;
}

export function rowLayout(encoding: Encoding, cols: number): RowLayout {
  const rowChunks = Math.ceil(cols / groupSize);
  const quantized = encoding === "q8" || encoding === "q4";
  const chunkBytes = { f32: 128, f16: 64, bf16: 64, q8: 32, q4: 16 }[encoding];
  return { rowChunks, codeBytes: rowChunks * chunkBytes, scaleBytes: quantized ? Math.ceil(rowChunks / 2) * 4 : 0 };
}

/** Row ranges such that no part's codes are over the limit. Parts begin at multiples of four rows: kernels take four. */
export function splitRows(
  rows: number,
  layout: RowLayout,
  maxBindingBytes: number,
): { rowStart: number; rows: number }[] {
  const rowsPerPart = Math.max(4, Math.floor(maxBindingBytes / layout.codeBytes / 4) * 4);
  const parts = Math.ceil(rows / rowsPerPart);
  const each = Math.ceil(rows / parts / 4) * 4;
  return Array.from({ length: Math.ceil(rows / each) }, (_, i) => ({
    rowStart: i * each,
    rows: Math.min(each, rows - i * each),
  }));
}

export function weightBytes(rows: number, layout: RowLayout): number {
  return rows * (layout.codeBytes + layout.scaleBytes);
}

/** Segments that can share their buffers are one: neighbours in the same encoding. */
export function joinSegments(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const { encoding, rows } of segments) {
    const last = joined.at(-1);
    if (last?.encoding === encoding) last.rows += rows;
    else joined.push({ encoding, rows });
  }
  return joined;
}

export interface WeightRequest {
  name: string;
  cols: number;
  segments: readonly Segment[];
  paired?: boolean;
}

export function allocateWeight(memory: GpuMemory, request: WeightRequest, maxBindingBytes: number): Weight {
  const { name, cols, segments, paired = false } = request;
  const parts: WeightPart[] = [];
  let rows = 0;
  for (const segment of joinSegments(segments)) {
    const layout = rowLayout(segment.encoding, cols);
    for (const split of splitRows(segment.rows, layout, maxBindingBytes)) {
      const rowStart = rows + split.rowStart;
      const record = [layout.rowChunks, layout.scaleBytes / 4, rowStart, split.rows, 0, 0, 0, 0];
      parts.push({
        encoding: segment.encoding,
        layout,
        rowStart,
        rows: split.rows,
        shape: memory.uniform(`${name} shape`, record),
        buffers: [layout.codeBytes, layout.scaleBytes]
          .filter((rowBytes) => rowBytes > 0)
          .map((rowBytes, i) => memory.storage(`${name}${i ? " scales" : ""}`, split.rows * rowBytes)),
      });
    }
    rows += segment.rows;
  }
  return { name, rows, cols, parts, paired };
}

export function decodeOf(encoding: Encoding, features: ReadonlySet<string>): DecodeName {
  return encoding === "f16" && features.has("shader-f16") ? "f16_native" : encoding;
}
