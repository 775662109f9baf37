// EXL2 on the GPU: runs of inputs with 8, 6, 5, 4, 3 or 2 bits, a table that says where the codes of each chunk of 32 are,
// and two levels of scales: a nibble for each output and group, looked up in the group's sixteen scales. The files' inputs
// are permuted already: x is gathered, nothing is scattered.

import { PronkError } from "../errors.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import { floatBits, headOf, planesOf, rounding, viewOf, type ColumnRun, type SchemeFormat } from "./packed-format.ts";
import { floatToHalf, halfToFloat } from "./half.ts";
import type { PartBytes } from "./row-format.ts";

interface Group {
  bits: number;
  cols: number;
}

/** `early`: the bytes of q_groups and q_scale_max. */
export function exl2Format(matrix: QuantizedMatrix, early: PartBytes): SchemeFormat {
  const groups = readGroups(matrix, early.groups!);
  const rowChunks = matrix.cols / 32;
  const { chunkBits, chunkGroups } = chunksOf(matrix, groups);

  // Low planes by decreasing width, then high planes likewise: each then begins at a multiple of its own size.
  const lowAt = Array.from(chunkBits, () => 0);
  const highAt = Array.from(chunkBits, () => 0);
  let words = 0;
  const place = (at: number[], widthOf: (bits: number) => number) => {
    for (const width of [8, 4, 2, 1])
      for (let c = 0; c < rowChunks; c++) {
        if (widthOf(chunkBits[c]) !== width) continue;
        at[c] = words;
        words += width;
      }
    words = Math.ceil(words / 4) * 4;
  };
  place(lowAt, (bits) => planesOf(bits).low);
  place(highAt, (bits) => planesOf(bits).high);
  if (words > 65_535) throw broken(matrix, "codes", `a row of ${words} words`, "at most 65535 words", words);

  const table = new Uint32Array(2 * rowChunks);
  const runs: ColumnRun[] = [];
  for (let c = 0; c < rowChunks; c++) {
    table[2 * c] = (lowAt[c] / 2) | (highAt[c] << 16);
    table[2 * c + 1] = chunkBits[c] | (chunkGroups[2 * c] << 4) | (chunkGroups[2 * c + 1] << 18);
    if (runs.at(-1)?.bits === chunkBits[c]) runs.at(-1)!.chunks++;
    else runs.push({ bits: chunkBits[c], chunks: 1, planeStart: lowAt[c], highStart: highAt[c] });
  }
  const head = headOf(table, groupScales(matrix, early.scaleLimits!));
  return {
    decode: "exl2",
    constants: { rounding: rounding.f16 },
    rowChunks,
    codeWords: words,
    scaleWords: Math.ceil(groups.length / 8),
    head,
    extra: [table.length, words / 4, 0, head.length],
    repack: { shader: "repack_columns", packing: 0, outputs: matrix.parts.codes.shape[1], firstOutput: 0, runs },
    lateOrder: (parts) => readOrder(matrix, parts.inversePermutation!),
    scaleRows: (parts, first, count) => nibbleRows(matrix, parts, { first, count, groups: groups.length }),
  };
}

/** Bits and columns of each group. q_groups: pairs of bits and first row of q_weight, as u16. */
function readGroups(matrix: QuantizedMatrix, bytes: Uint8Array): Group[] {
  const view = viewOf(bytes);
  const count = bytes.byteLength / 4;
  const endRow = matrix.parts.codes.shape[0];
  let cols = 0;
  const groups = Array.from({ length: count }, (_, g) => {
    const bits = view.getUint16(4 * g, true);
    const start = view.getUint16(4 * g + 2, true);
    const end = g + 1 < count ? view.getUint16(4 * g + 6, true) : endRow;
    if (![2, 3, 4, 5, 6, 8].includes(bits))
      throw broken(matrix, "groups", `a group of ${bits} bits`, "2 to 6 or 8", bits);
    const groupCols = ((end - start) * 32) / bits;
    if (!Number.isInteger(groupCols) || groupCols < 16 || groupCols % 16 !== 0 || (g === 0 && start !== 0))
      throw broken(matrix, "groups", `a group from row ${start} to ${end}`, "groups of 16 inputs or more", groupCols);
    cols += groupCols;
    return { bits, cols: groupCols };
  });
  if (cols !== matrix.cols) throw broken(matrix, "groups", `groups of ${cols} inputs in all`, `${matrix.cols}`, cols);
  return groups;
}

/** The bits of each chunk of 32 inputs, and the group of each half of it. */
function chunksOf(matrix: QuantizedMatrix, groups: readonly Group[]) {
  const halfGroups = groups.flatMap((group, g) => Array.from({ length: group.cols / 16 }, () => g));
  if (groups.length > 2 ** 14)
    throw broken(matrix, "groups", `${groups.length} groups`, "at most 16384", groups.length);
  const chunkBits: number[] = [];
  for (let half = 0; half < halfGroups.length; half += 2) {
    const [first, second] = [groups[halfGroups[half]], groups[halfGroups[half + 1]]];
    if (first.bits !== second.bits)
      throw broken(matrix, "groups", `${first.bits} and ${second.bits} bits within 32 inputs`, "one width", first.bits);
    chunkBits.push(first.bits);
  }
  return { chunkBits, chunkGroups: halfGroups };
}

/** Slot -> input; undefined when it is the identity. */
function readOrder(matrix: QuantizedMatrix, bytes: Uint8Array): Uint32Array<ArrayBuffer> | undefined {
  const view = viewOf(bytes);
  const order = new Uint32Array(matrix.cols).fill(0xffffffff);
  let identity = true;
  for (let k = 0; k < matrix.cols; k++) {
    const slot = view.getUint32(4 * k, true);
    if (slot >= matrix.cols || order[slot] !== 0xffffffff)
      throw broken(matrix, "inversePermutation", `input ${k} at ${slot}`, "each place once", slot);
    order[slot] = k;
    identity &&= slot === k;
  }
  return identity ? undefined : order;
}

/** The sixteen scales that a group's outputs choose from, as the format rounds them. f32 bits, [groups, 16]. */
function groupScales(matrix: QuantizedMatrix, bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.byteLength / 2 }, (_, g) => {
    const limit = halfToFloat(view.getUint16(2 * g, true));
    if (!Number.isFinite(limit)) throw broken(matrix, "scaleLimits", `the scale ${limit}`, "finite scales", `${limit}`);
    const unit = halfToFloat(floatToHalf(limit / 256));
    return Array.from({ length: 16 }, (_, i) => floatBits(halfToFloat(floatToHalf((i + 1) ** 2 * unit))));
  }).flat();
}

/** A nibble for each output and group: a word of the file has eight outputs, a word of a row here eight groups. */
function nibbleRows(
  matrix: QuantizedMatrix,
  parts: PartBytes,
  { first, count, groups }: { first: number; count: number; groups: number },
): Uint32Array<ArrayBuffer> {
  const scales = viewOf(parts.scales!);
  const rowWords = Math.ceil(groups / 8);
  const fileWords = matrix.parts.codes.shape[1] / 8;
  const words = new Uint32Array(count * rowWords);
  for (let g = 0; g < groups; g++)
    for (let r = 0; r < count; r++) {
      const n = first + r;
      const nibble = (scales.getUint32(4 * (g * fileWords + (n >> 3)), true) >>> (4 * (n & 7))) & 15;
      words[r * rowWords + (g >> 3)] |= nibble << (4 * (g & 7));
    }
  return words;
}

function broken(
  matrix: QuantizedMatrix,
  role: keyof QuantizedMatrix["parts"],
  what: string,
  expected: string,
  found: string | number,
) {
  const { name, file } = matrix.parts[role]!;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has ${what}; expected ${expected}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field: name, expected, found },
  );
}
