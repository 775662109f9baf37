// How a tensor is kept: the canonical stored form (store/, independent of adapter and release) and its size there. The GPU's
// form is made from it by a repack shader and may change in any release. See quant/README.md for the bytes.

import type { PartRole, QuantizedMatrix, TensorSlice } from "../format/quantized.ts";
import type { Dtype, Panel } from "../format/tensor.ts";

/** `q8` and `q4` are pronk's own rows, version 1, group 32, made from f32/f16/bf16 as the bytes arrive. */
export type Encoding = Dtype | "q8" | "q4";
/** What pronk turns f32, f16 and bf16 weights into: nothing, or its own rows of 8 or 4 bits, 32 weights to a scale. */
export type QuantizeChoice = "none" | "q8" | "q4";

/** How keys and values are kept; q8 is signed bytes with an f16 scale for each 32. */
export type KvFormat = "f32" | "f16" | "q8";

export const groupSize = 32; // weights that share a scale, along the input dimension

/** A tensor as stored: a slice of a stored file. */
export interface StoredTensor {
  name: string;
  encoding: Encoding;
  rows: number; // 1 for a norm vector
  cols: number;
  file: string;
  start: number; // in the stored file
  end: number;
  /** Rows of q and k are in Meta's order: the two that RoPE turns together are neighbours. */
  interleaved?: true;
  /** Rows and cols are those of a part; the whole is assembled on the GPU. */
  panel?: Panel;
}

/** A stored part of a quantized matrix, as it is in the file. */
export interface StoredPart {
  /** The matrix. */
  name: string;
  role: PartRole;
  file: string;
  start: number;
  end: number;
}

export type StoredSlice = StoredTensor | StoredPart;

/** Every part of every matrix. */
export function storedParts(matrices: readonly QuantizedMatrix[]): StoredPart[] {
  return matrices.flatMap(({ name, parts }) =>
    (Object.entries(parts) as [PartRole, TensorSlice][]).map(([role, { file, start, end }]) => ({
      name,
      role,
      file,
      start,
      end,
    })),
  );
}

/** Bytes of one stored matrix row. q8: per row G f16 scales, then 32 G int8; q4: G f16 scales, then 16 G bytes of nibbles. */
export function storedRowBytes(encoding: Encoding, cols: number): number {
  const groups = Math.ceil(cols / groupSize);
  switch (encoding) {
    case "f32":
      return 4 * cols;
    case "f16":
    case "bf16":
      return 2 * cols;
    case "q8":
      return groups * (2 + groupSize);
    case "q4":
      return groups * (2 + groupSize / 2);
  }
}

/**
 * Where a loader delivers weights. Bytes of a slice come in order and without gaps; slices come one after another. When a
 * file changes on its server, all of it comes again, from the first slice's first byte; the later bytes count.
 */
export interface WeightSink {
  /** [offset, offset + bytes.length) of the slice's stored bytes. The array may be reused once the promise resolves. */
  write(slice: StoredSlice, offset: number, bytes: Uint8Array): Promise<void>;
}
