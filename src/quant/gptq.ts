// GPTQ and AWQ on the GPU: w = scale * (code - zero), an f16 scale and a byte of zero point for each group of inputs; of
// Marlin's packing, whose zero point is 8 everywhere, a scale. The files have inputs as rows; the repack transposes them,
// sorting act-order inputs by their group.

import { PronkError } from "../errors.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import type { actOrder } from "./act-order.ts";
import { headOf, planeWords, rounding, viewOf, type SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";

/** Where the nibble of output 8c + j stands in word c. Source: AutoAWQ, packing_utils.py. */
const awqNibble = [0, 4, 1, 5, 2, 6, 3, 7];

/** `sort`: act-order.ts's, which other formats load, too. `early`: the bytes of g_idx, where the layer has one. */
export const gptqFormat =
  (sort: typeof actOrder) =>
  (matrix: QuantizedMatrix, early: PartBytes): SchemeFormat => {
    const { scheme, cols } = matrix;
    if (scheme.kind !== "gptq" && scheme.kind !== "awq") throw new TypeError(scheme.kind);
    const bits = scheme.kind === "awq" ? 4 : scheme.bits;
    const groups = Math.ceil(cols / scheme.groupSize);
    const rowChunks = cols / 32; // the reader refuses others
    const planes = planeWords(bits, rowChunks);
    const scaleHalves = Math.ceil(groups / 2); // words
    const scaleWords = scaleHalves + Math.ceil(groups / 4);
    const order = early.groupIndex ? sort(matrix, scheme.groupSize, early.groupIndex) : undefined;
    return {
      decode: "affine",
      constants: {
        bits,
        zeros: 1,
        group_eights: groups === 1 ? 2 ** 31 : scheme.groupSize / 8,
        ...(scheme.kind === "awq" ? { rounding: rounding.f16 } : {}),
      },
      rowChunks,
      codeWords: planes.low + planes.high,
      scaleWords,
      head: headOf(),
      extra: [0, (planes.low + planes.high) / 4, planes.low / 4, scaleHalves],
      repack: {
        shader: "repack_columns",
        packing: scheme.kind === "awq" ? 1 : 0,
        ...outputsOf(matrix),
        runs: [{ bits, chunks: rowChunks, planeStart: 0, highStart: planes.low }],
        ...(order ? { slots: order.slots } : {}),
      },
      ...(order ? { order: order.order } : {}),
      scaleRows: (parts, first, count) => affineScales(matrix, parts, { first, count, groups, bits }),
    };
  };

/** Marlin's packing of either. */
export function marlinFormat(matrix: QuantizedMatrix): SchemeFormat {
  const { scheme, cols } = matrix;
  if (scheme.kind !== "marlin") throw new TypeError(scheme.kind);
  const groups = cols / scheme.groupSize;
  const rowChunks = cols / 32;
  const planes = planeWords(4, rowChunks);
  const scaleWords = Math.ceil(groups / 2);
  return {
    decode: "affine",
    constants: { bits: 4, zeros: 0, group_eights: groups === 1 ? 2 ** 31 : scheme.groupSize / 8 },
    rowChunks,
    codeWords: planes.low,
    scaleWords,
    head: headOf(),
    extra: [8, planes.low / 4, planes.low / 4, scaleWords],
    repack: {
      shader: "repack_columns",
      packing: 2,
      ...outputsOf(matrix),
      runs: [{ bits: 4, chunks: rowChunks, planeStart: 0, highStart: planes.low }],
    },
    scaleRows: (late, first, count) => {
      const { outputs, firstOutput } = outputsOf(matrix);
      const scales = viewOf(late.scales!);
      const words = new Uint32Array(count * scaleWords);
      const halves = new Uint16Array(words.buffer);
      for (let r = 0; r < count; r++)
        for (let g = 0; g < groups; g++) {
          const n = firstOutput + first + r;
          const scale = scales.getUint16(2 * (g * outputs + marlinScale(n, groups === 1)), true);
          if ((scale & 0x7c00) === 0x7c00) throw notFinite(matrix, n, g);
          halves[2 * r * scaleWords + g] = scale;
        }
      return words;
    },
  };
}

/** Where Marlin has the scale of output n. Source: AutoGPTQ, qlinear_marlin.py, `_scale_perm` and `_scale_perm_single`. */
function marlinScale(n: number, isOneGroup: boolean): number {
  if (!isOneGroup) return (n & ~63) | ((n & 7) << 3) | ((n >> 3) & 7);
  return (n & ~31) | (((n >> 1) & 3) << 3) | (((n >> 3) & 3) << 1) | (n & 1);
}

/** Outputs in the file, and the first of the matrix' own. */
const outputsOf = ({ rows, among }: QuantizedMatrix) => ({
  outputs: among?.rows ?? rows,
  firstOutput: among?.firstRow ?? 0,
});

interface AffineRows {
  first: number;
  count: number;
  groups: number;
  bits: number;
}

/** Row by row: `groups` f16 scales, then as many bytes of zero points, each part starting at a whole word. */
function affineScales(
  matrix: QuantizedMatrix,
  parts: PartBytes,
  { first, count, groups, bits }: AffineRows,
): Uint32Array<ArrayBuffer> {
  const { scheme } = matrix;
  const { outputs, firstOutput } = outputsOf(matrix);
  const [scales, zeros] = [viewOf(parts.scales!), viewOf(parts.zeros!)];
  const scaleHalves = Math.ceil(groups / 2);
  const scaleWords = scaleHalves + Math.ceil(groups / 4);
  const words = new Uint32Array(count * scaleWords);
  const halves = new Uint16Array(words.buffer);
  const bytes = new Uint8Array(words.buffer);
  const mask = 2 ** bits - 1;
  const less = scheme.kind === "gptq" && scheme.zeroPoints === 1 ? 1 : 0;
  for (let g = 0; g < groups; g++) {
    const zeroRow = 4 * g * ((outputs * bits) / 32);
    for (let r = 0; r < count; r++) {
      const n = firstOutput + first + r;
      const scale = scales.getUint16(2 * (g * outputs + n), true);
      if ((scale & 0x7c00) === 0x7c00) throw notFinite(matrix, n, g);
      halves[2 * r * scaleWords + g] = scale;
      const at = scheme.kind === "awq" ? 32 * (n >> 3) + 4 * awqNibble[n & 7] : n * bits;
      const word = zeroRow + 4 * (at >> 5);
      let stored = zeros.getUint32(word, true) >>> (at & 31);
      if ((at & 31) + bits > 32) stored |= zeros.getUint32(word + 4, true) << (32 - (at & 31));
      bytes[4 * (r * scaleWords + scaleHalves) + g] = (stored + less) & mask;
    }
  }
  return words;
}

function notFinite({ parts }: QuantizedMatrix, output: number, group: number): PronkError {
  const { name, file } = parts.scales!;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has a scale that is not finite, of output ${output}, group ${group}. The file is damaged: fetch it again.`,
    { file, field: name, expected: "finite scales", found: "infinity or NaN" },
  );
}
