// A weight on the GPU: rows in chunks of 32 columns, codes apart from scales, split by rows below the binding limit. One
// weight may hold the rows of several tensors (q, k and v; gate and up), so that one dispatch multiplies by all of them.
// quant/row-format.ts says how a row stands; upload.ts fills it and the decode shaders read it.

import { canShare, isGathered, type RowFormat } from "../quant/row-format.ts";
import type { WeightUse } from "./dispatch.ts";
import type { GpuMemory } from "./memory.ts";
import { packRecord } from "./record.ts";
import type { RowPlace } from "./row-place.ts";
import { shaderRecords } from "./shader-interfaces.ts";

export interface WeightPart {
  format: RowFormat;
  rowStart: number; // in the weight
  rows: number;
  shape: GPUBuffer; // uniform: the decode shaders' WeightShape
  codes: GPUBuffer; // [rows, codeWords]
  scales?: GPUBuffer; // the format's head, then [rows, scaleWords]
  order?: GPUBuffer; // [32 * rowChunks]: where x is taken from; the identity until it is known
}

export interface Weight {
  name: string;
  rows: number; // output features
  cols: number; // input features
  parts: WeightPart[];
  /** Which rows belong to which tensor, by the tensors' roles; empty in trials. */
  roles: ReadonlyMap<string, RoleRows>;
  /** What is added to each row's product. [rows + 1 or more], in the weight's order */
  bias?: GPUBuffer;
  /** What the bias holds once it has arrived. */
  biasValues?: Float32Array;
  lowRank?: LowRank;
}

/** What a LoRA does to a weight's products, its bias among them: (W x + B (A x)) scale + bias. */
export interface LowRank {
  down: Weight; // A of all its matrices, one behind the other: [rank, cols]
  rows: GPUBuffer; // [rows + 1, stride] of four, as bias_low_rank.wgsl has them
  stride: number; // in fours
  reduced: { buffer: GPUBuffer; cols: number; stride: number }; // an Activation, A x: [T, rank]
  /** Whether those of several LoRAs are in it, as bias_low_rank_apart.wgsl has them: each token of a step has its own. */
  apart?: boolean;
}

/** A tensor's rows in a weight: its row r is the weight's placedRow(place, r). */
export interface RoleRows {
  rows: number;
  place: RowPlace;
}

/** A tensor's share of a weight's buffers. */
export interface Segment {
  format: RowFormat;
  rows: number;
}

/** Row ranges such that no part's buffers are over the limit. Parts begin at multiples of four rows: kernels take four. */
export function splitRows(
  rows: number,
  { codeWords, scaleWords, head }: RowFormat,
  maxBindingBytes: number,
): { rowStart: number; rows: number }[] {
  const mostWords = maxBindingBytes / 4;
  const fitting = Math.min(mostWords / codeWords, scaleWords ? (mostWords - head.length) / scaleWords : Infinity);
  const rowsPerPart = Math.max(4, Math.floor(fitting / 4) * 4);
  const parts = Math.ceil(rows / rowsPerPart);
  const each = Math.ceil(rows / parts / 4) * 4;
  return Array.from({ length: Math.ceil(rows / each) }, (_, i) => ({
    rowStart: i * each,
    rows: Math.min(each, rows - i * each),
  }));
}

/** Segments that can share their buffers are one: neighbours in the same format. */
export function joinSegments(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const { format, rows } of segments) {
    const last = joined.at(-1);
    if (last && canShare(last.format, format)) last.rows += rows;
    else joined.push({ format, rows });
  }
  return joined;
}

export interface WeightRequest {
  name: string;
  cols: number;
  segments: readonly Segment[];
  roles?: Weight["roles"];
}

export function allocateWeight(memory: GpuMemory, request: WeightRequest, maxBindingBytes: number): Weight {
  const { name, cols, segments, roles = new Map() } = request;
  const parts: WeightPart[] = [];
  let rows = 0;
  for (const { format, rows: segmentRows } of joinSegments(segments)) {
    const { rowChunks, codeWords, scaleWords, head, extra } = format;
    const order = isGathered(format) ? memory.storage(`${name} order`, 128 * rowChunks) : undefined;
    if (order) memory.write(order, format.order ?? Uint32Array.from({ length: 32 * rowChunks }, (_, slot) => slot));
    for (const split of splitRows(segmentRows, format, maxBindingBytes)) {
      const rowStart = rows + split.rowStart;
      const scaleBytes = 4 * (head.length + split.rows * scaleWords);
      const scales = scaleBytes > 0 ? memory.storage(`${name} scales`, scaleBytes) : undefined;
      if (scales && head.length > 0 && !format.lateHead) memory.write(scales, head);
      const shape = packRecord(shaderRecords.WeightShape, {
        row_chunks: rowChunks,
        scale_words: scaleWords,
        row_start: rowStart,
        row_count: split.rows,
        extra,
      });
      parts.push({
        format,
        rowStart,
        rows: split.rows,
        shape: memory.uniform(`${name} shape`, shape),
        codes: memory.storage(name, 4 * split.rows * codeWords),
        ...(scales ? { scales } : {}),
        ...(order ? { order } : {}),
      });
    }
    rows += segmentRows;
  }
  return { name, rows, cols, parts, roles };
}

/** The part as its decode reads it. */
export function weightUse(
  { format, shape, codes, scales, order }: WeightPart,
  features: ReadonlySet<string>,
): WeightUse {
  const coded = { order, buffers: { shape, codes, scales: scales! } };
  switch (format.decode) {
    case "f32":
    case "f16":
    case "bf16": {
      const decode = format.decode === "f16" && features.has("shader-f16") ? "f16_native" : format.decode;
      return { decode, order, buffers: { shape, weights: codes } };
    }
    case "q8":
    case "q4":
    case "int8":
    case "vectors":
      return { decode: format.decode, ...coded };
    // One by one: each decode has constants of its own.
    case "affine":
      return { decode: format.decode, constants: format.constants, ...coded };
    case "super":
      return { decode: format.decode, constants: format.constants, ...coded };
    case "book":
      return { decode: format.decode, constants: format.constants, ...coded };
    case "exl2":
      return { decode: format.decode, constants: format.constants, ...coded };
    case "fp8":
      return { decode: format.decode, constants: format.constants, ...coded };
    case "grid":
      return { decode: format.decode, constants: format.constants, ...coded };
  }
}

/** Whether row i of one role and row i of the other stand side by side, in that order. */
export function areNeighbours({ roles }: Weight, one: string, other: string): boolean {
  const [a, b] = [roles.get(one), roles.get(other)];
  return a !== undefined && b !== undefined && a.place.half === a.rows && b.place.base === a.place.base + 1;
}

/** The parts that hold a role's rows alone; for weights whose roles are in parts of their own. */
export function rowsOfRole(weight: Weight, role: string): Weight {
  const { rows, place } = weight.roles.get(role)!;
  const parts = weight.parts.filter(({ rowStart }) => rowStart >= place.base && rowStart < place.base + rows);
  return { ...weight, parts };
}

/** Bytes that reading every row of the part takes. */
export function partBytes({ format, rows }: WeightPart): number {
  return 4 * (rows * (format.codeWords + format.scaleWords) + format.head.length);
}
