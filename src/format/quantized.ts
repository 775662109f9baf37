// A matrix stored quantized in a file: which scheme, and which of the file's tensors are its parts. Places and shapes only;
// what the bytes mean is in quant/.

import type { GgmlType, GridType } from "./ggml-types.ts";
import type { TensorInfo } from "./tensor.ts";

/** A tensor as its file names it. A SafetensorsEntry is one. */
export interface TensorSlice {
  name: string;
  dtype: string; // the file's own word
  shape: number[];
  file: string;
  start: number; // absolute in the file
  end: number;
}

export type Scheme =
  /** `zeroPoints` 1: stored less one, wrapping within their bits; 2: stored unchanged. */
  | { kind: "gptq"; bits: 2 | 3 | 4 | 8; groupSize: number; zeroPoints: 1 | 2 }
  | { kind: "awq"; groupSize: number }
  /** GPTQ's or AWQ's four bits around 8, in the order of Marlin's kernel. */
  | { kind: "marlin"; groupSize: number }
  | { kind: "bnb4"; book: "nf4" | "fp4"; nested: boolean }
  | { kind: "int8" }
  | { kind: "exl2" }
  /**
   * Rows of integers. `perWord`: codes in a 32-bit word, where none straddles two words. `zero`: the zero point of all, where
   * it is not the packer's own.
   */
  | { kind: "integers"; packer: IntegerPacker; bits: number; perWord?: number; zero?: number; groups: ScaleGroups }
  /** Groups of integers, with those of distant rows in one byte: quant/slabs.ts. Of one column: groups of rows that lie equally far apart. */
  | { kind: "slabs"; packer: "hqq" | "quanto"; bits: 1 | 2 | 3 | 4 | 8; groups: ScaleGroups }
  /** Inputs as rows: plain numbers (16 and 32 bits), or bytes of one group for each output or for all. */
  | { kind: "turned"; bits: 8 | 16 | 32; zero?: number; groups: ScaleGroups }
  | { kind: "floats"; type: "FP8" | "MXFP8" | "NVFP4" | "MXFP4"; groups: ScaleGroups }
  /** AQLM: codes of so many bits, in 16, for eight inputs each. */
  | { kind: "vectors"; bits: number }
  | { kind: "ggml"; type: Exclude<GgmlType, GridType> }
  | { kind: "grid"; type: GridType };

type IntegerPacker =
  "compressed-tensors" | "mlx" | "mlc" | "onnx" | "awq gemv" | "awq gemv_fast" | "quanto" | "torchao" | "eetq";

/** Rows and columns of a matrix that share a scale. */
export interface ScaleGroups {
  rows: number;
  cols: number;
}

/** What role a part has in its matrix. The formats' own names are in the tables of `packed-parts.ts`. */
export type PartRole =
  | "codes"
  | "zeros"
  | "scales"
  | "minima" // MLX, AWQ gemv_fast, torchao's int4: added in each group; quanto: subtracted
  | "factor" // NVFP4: multiplies all scales
  | "divisor" // the same, but divides them
  | "scaleScales" // HQQ: what bytes of scales and zero points stand for
  | "scaleZeros"
  | "zeroScales"
  | "zeroZeros"
  | "groupIndex" // GPTQ: the group of each input
  | "map" // bitsandbytes: the value of each code; AQLM: its vector
  | "nestedMap"
  | "nestedScales"
  | "state" // bitsandbytes: quant_state as JSON
  | "codeOrder" // int8: weight_format
  | "inversePermutation" // EXL2
  | "scaleLimits" // EXL2: q_scale_max
  | "groups"; // EXL2: bits and first row of each group

export interface QuantizedMatrix {
  /** Hugging Face's name of the matrix, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  name: string;
  rows: number; // out
  cols: number; // in
  scheme: Scheme;
  parts: { codes: TensorSlice } & Partial<Record<PartRole, TensorSlice>>;
  /** The parts are those of a matrix of more rows, of which these begin at `firstRow`. */
  among?: { firstRow: number; rows: number };
  /** Rows are in Meta's order for this many heads, as in TensorInfo. */
  interleavedRopeHeads?: number;
}

export type ModelTensor = TensorInfo | QuantizedMatrix;

export const isQuantized = (tensor: ModelTensor): tensor is QuantizedMatrix => "scheme" in tensor;

/** For people: "gptq 4 bit", "nf4 nested", "Q4_K", "FP8". */
export function schemeLabel(scheme: Scheme): string {
  if (scheme.kind === "gptq") return `gptq ${scheme.bits} bit`;
  if (scheme.kind === "bnb4") return scheme.nested ? `${scheme.book} nested` : scheme.book;
  if (scheme.kind === "integers" || scheme.kind === "slabs") return `${scheme.packer} ${scheme.bits} bit`;
  if (scheme.kind === "vectors") return `aqlm 1x${scheme.bits}`;
  if (scheme.kind === "turned") return `onnx ${scheme.bits} bit`;
  return "type" in scheme ? scheme.type : scheme.kind;
}

/** The scheme of most weights; undefined where none is quantized. */
export function mainScheme(matrices: readonly QuantizedMatrix[]): string | undefined {
  const weights = new Map<string, number>();
  for (const { scheme, rows, cols } of matrices) {
    const label = schemeLabel(scheme);
    weights.set(label, (weights.get(label) ?? 0) + rows * cols);
  }
  return [...weights].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
