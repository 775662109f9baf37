// Act-order: which group each input is of, as GPTQ and compressed-tensors write it.

import { PronkError } from "../errors.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import { viewOf } from "./packed-format.ts";

/** Inputs sorted by group; undefined when they already are. */
export function actOrder(matrix: QuantizedMatrix, groupSize: number, bytes: Uint8Array) {
  const { cols, parts } = matrix;
  const view = viewOf(bytes);
  const groups = Math.ceil(cols / groupSize);
  const index = Array.from({ length: cols }, (_, k) => view.getInt32(4 * k, true));
  if (index.every((group) => group === 0)) return undefined; // old files write zeros for "in order"
  if (index.every((group, k) => group === Math.floor(k / groupSize))) return undefined;
  const starts = Array.from({ length: groups }, (_, g) => g * groupSize);
  const slots = new Uint32Array(cols);
  const order = new Uint32Array(cols);
  for (const [k, group] of index.entries()) {
    const slot = starts[group]++;
    if (!(slot < Math.min((group + 1) * groupSize, cols)))
      throw new PronkError(
        "format",
        `Tensor "${parts.groupIndex!.name}" in "${parts.groupIndex!.file}" puts input ${k} into group ${group}, which is no group of ${groupSize} or is already full. Fetch the file again; if that does not help, ask who published it.`,
        { file: parts.groupIndex!.file, field: parts.groupIndex!.name, expected: `${groups} groups`, found: group },
      );
    slots[k] = slot;
    order[slot] = k;
  }
  return { slots, order };
}
