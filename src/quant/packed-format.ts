// What the GPU needs to hold one quantized matrix: which decode reads it, how long its rows are, which repack fills it from
// the file's bytes, what its scales are made of. Arithmetic only: buffers and shaders are gpu/'s. README.md has the full
// layouts.

import type { Dtype } from "../format/tensor.ts";
import type { DecodeChoice, PackedDecode, PartBytes, RowLayout } from "./row-format.ts";

/** One run of input columns with the same number of bits, for `repack_columns`. */
export interface ColumnRun {
  bits: number;
  chunks: number;
  planeStart: number; // word in the row where the run's low bits begin
  highStart: number; // and its high bits
}

export type Repack =
  /**
   * The file has whole rows, one after another, with codes and (in GGUF) scales mixed. `kind` is the shader's constant. With
   * `rowsPerUnit` 2 a row has half a byte left over: pieces and parts begin at even rows.
   */
  | {
      shader: "repack_blocks" | "repack_grids";
      kind: number;
      rowBytes: number; // in the file
      rowsPerUnit: 1 | 2;
      padCode: number; // NVFP4: the bits of its factor
      highStart: number; // word of a row where the high plane begins
      secondStart: number; // word of a row's scales where minima or the upper level begin
    }
  /** The file has whole rows of codes alone, each a stream of bits; `order`: the input of each slot. */
  | {
      shader: "repack_streams";
      bits: number; // in the file
      perWord: number; // codes in a word; 0: no gaps
      flip: number; // bits of a code to invert
      rowBytes: number;
      rowsPerUnit: 1 | 2 | 4 | 8; // rows that share their bytes
      tiles: 0 | 1 | 2 | 3; // the shader's constant
      padCode: number;
      highStart: number;
      order?: Uint32Array<ArrayBuffer>;
    }
  /** The file has packed groups: every byte or word of one holds a code from each of `slabs` groups of the matrix. */
  | {
      shader: "repack_slabs";
      bits: number;
      slabs: number;
      fromHigh: boolean; // the first slab has the highest bits
      step: number; // packed groups; also how many groups lie between one slab and the next
      rowGroups: number; // groups in a row of the matrix
      rowBytes: number; // of a packed group
      rowsPerUnit: 1;
      highStart: number;
    }
  /** The file has inputs as rows of plain numbers, or of bytes. */
  | {
      shader: "repack_turned";
      size: 1 | 2 | 4; // bytes of a number
      flip: number; // bits of a byte to invert
      outputs: number;
      padCode: number;
    }
  /** The file has inputs as rows: `unitBytes` hold 32 inputs of `outputs` columns. `slots` scatters inputs. */
  | {
      shader: "repack_columns";
      packing: 0 | 1 | 2; // the shader's constant
      outputs: number; // in the file
      firstOutput: number;
      runs: ColumnRun[];
      slots?: Uint32Array<ArrayBuffer>;
    };

interface PackedLayout extends RowLayout {
  repack: Repack;
  /** Throws PronkError `format` where whole rows of codes hold a scale that is not finite; absent where scales are separate. */
  checkCodes?(bytes: Uint8Array): void;
  /** Scales of rows [first, first + count), [count, scaleWords], from the late parts; absent where the repack writes them. */
  scaleRows?(parts: PartBytes, first: number, count: number): Uint32Array<ArrayBuffer>;
}

export type PackedFormat = PackedLayout & DecodeChoice<PackedDecode | Dtype>;

/** A format before its scheme's name is added. */
export type SchemeFormat = Omit<PackedLayout, "label"> & DecodeChoice<PackedDecode | Dtype>;

/** Tables in order, padded to the length that PackedFormat.head must have. */
export function headOf(...tables: ArrayLike<number>[]): Uint32Array<ArrayBuffer> {
  const words = tables.reduce((sum, table) => sum + table.length, 0);
  const head = new Uint32Array(Math.ceil(words / 64) * 64); // 64 words: minStorageBufferOffsetAlignment
  let at = 0;
  for (const table of tables) {
    head.set(table, at);
    at += table.length;
  }
  return head;
}

let blank = new Uint32Array(0);

/** A head of zeros, for those that come late: a model has one for each matrix, and all share these words until then. */
export function blankHead(length: number): Uint32Array<ArrayBuffer> {
  if (blank.length < length) blank = new Uint32Array(length);
  return blank.subarray(0, length);
}

/** Bits of a code in the low plane and in the high one. Each divides 32, so no code straddles two words; 7 take 8. */
export function planesOf(bits: number): { low: number; high: number } {
  const low = bits < 2 ? 1 : bits < 4 ? 2 : bits < 7 ? 4 : 8;
  return { low, high: Math.max(0, bits - low) };
}

const vectorWords = 4;

/** Words of each plane of a row, both padded to align loads of four words. */
export function planeWords(bits: number, rowChunks: number): { low: number; high: number } {
  const { low, high } = planesOf(bits);
  const padded = (words: number) => Math.ceil(words / vectorWords) * vectorWords;
  return { low: padded(rowChunks * low), high: padded(rowChunks * high) };
}

/** Little-endian reading of parts whose bytes may begin anywhere. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const bits32 = new DataView(new ArrayBuffer(4));

/** The bits of an f32, as a word. */
export function floatBits(value: number): number {
  bits32.setFloat32(0, value);
  return bits32.getUint32(0);
}

/** The rounding of weights that a format prescribes, as the decodes' constant. */
export const rounding = { none: 0, f16: 1, bf16: 2 } as const;
