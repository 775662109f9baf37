// AQLM's matrices: a code stands for eight neighbouring inputs of an output, and is their vector's number in the matrix' own
// codebook; an output has one scale. Source: aqlm 1.1.7, inference.py.

import type { Ends } from "./linear-parts.ts";
import { broken, part, type MakeMatrix } from "./part-checks.ts";
import type { QuantizedMatrix, TensorSlice } from "./quantized.ts";
import { floatTypes, refused } from "./slab-parts.ts";

const roles = { codes: "codes", map: "codebooks", scales: "scales" } as const;

/**
 * AQLM with one codebook of 512 to 65,536 vectors of eight inputs: 1x16 as published. Throws PronkError `format`, or
 * `model-unsupported` for other numbers of codebooks, sizes of groups and bits.
 */
export function readAqlm(
  codes: TensorSlice,
  [rows, cols]: readonly number[],
  ends: Ends,
  matrix: MakeMatrix,
): QuantizedMatrix {
  const books = ends.get("codebooks");
  if (!books) throw broken(codes, "it has no codebooks beside it", "codebooks", "none");
  const [count, size, outputs, inputs] = books.shape;
  const bits = Math.log2(size);
  if (books.shape.length !== 4 || !Number.isInteger(bits))
    throw broken(books, `it is [${books.shape}]`, "[1, 65536, 1, 8]", `[${books.shape}]`);
  if (count !== 1 || outputs !== 1 || inputs !== 8 || bits < 9 || bits > 16 || cols % 32 !== 0)
    throw refused(codes, `AQLM ${count}x${bits} of ${outputs} x ${inputs} weights, for ${cols} inputs`, "AQLM 1x16 of 1 x 8 weights, for a multiple of 32 inputs"); // prettier-ignore
  const found = matrix({ kind: "vectors", bits }, roles);
  part(found, "codes", "I16", [rows, cols / 8, 1]);
  part(found, "map", floatTypes, books.shape);
  part(found, "scales", floatTypes, [rows, 1, 1, 1]);
  return found;
}
