// Checks on the parts of GPTQ, AWQ, Marlin and EXL2.

import { PronkError } from "../errors.ts";
import { broken } from "./part-checks.ts";
import type { DeclaredQuantization } from "./quantization-config.ts";
import type { QuantizedMatrix, TensorSlice } from "./quantized.ts";

/** Some module must be declared with these bits, where any are declared. */
export function checkBits(codes: TensorSlice, bits: number, declared: DeclaredQuantization | undefined): void {
  if (!declared || declared.bits.length === 0 || declared.bits.includes(bits)) return;
  const wanted = `${declared.bits.join(" or ")} bits, as in ${declared.file}`;
  throw broken(codes, `it has ${bits} bits a weight`, wanted, `${bits}`);
}

/** The repack works on 32 inputs and 16 of a group at a time, as every published packer does. */
export function requireMultiples(matrix: QuantizedMatrix): QuantizedMatrix {
  const { scheme, cols, parts } = matrix;
  const groupSize = "groupSize" in scheme ? scheme.groupSize : "groups" in scheme ? scheme.groups.cols : 32;
  if (cols % 32 !== 0 || (groupSize % 16 !== 0 && groupSize < cols))
    throw new PronkError(
      "model-unsupported",
      `Tensor "${parts.codes.name}" in "${parts.codes.file}" has ${cols} inputs in groups of ${groupSize}; pronk reads multiples of 32 in groups of a multiple of 16.`,
      { file: parts.codes.file, field: parts.codes.name, expected: "multiples of 32 and 16", found: `${groupSize}` },
    );
  return matrix;
}
