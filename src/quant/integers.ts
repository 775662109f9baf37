// Rows of integers on the GPU, as compressed-tensors, MLX, MLC, ONNX, AWQ gemv and gemv_fast, quanto, torchao and EETQ pack them: w = scale * (code -
// zero), or scale * code + minimum, scales in the file's own type. The file has outputs as rows already; act-order inputs
// are sorted by their group.

import { PronkError } from "../errors.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import type { actOrder } from "./act-order.ts";
import { headOf, planeWords, viewOf, type SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import { groupsOf, putNumbers, scaleType, wordsOf } from "./scale-bits.ts";

/** `sort`: act-order.ts's, which is loaded separately. `early`: the bytes of the group of each input, if there are any. */
export const integersFormat =
  (sort: typeof actOrder) =>
  (matrix: QuantizedMatrix, early: PartBytes): SchemeFormat => {
    const { scheme, rows, cols, parts } = matrix;
    if (scheme.kind !== "integers") throw new TypeError(scheme.kind);
    const { bits, groups: size, perWord = 0, packer } = scheme;
    const isSigned = /^I[248]$/.test(parts.codes.dtype);
    const rowChunks = Math.ceil(cols / 32);
    const planes = planeWords(bits, rowChunks);
    const type = scaleType(parts.scales!);
    const groups = groupsOf(matrix);
    // The last chunk's columns from `cols` on may be of one group more, whose scale is 0.
    const numberWords = wordsOf(type, groups === 1 ? 1 : Math.ceil((32 * rowChunks) / size.cols));
    const { tiles, strip } = stripsOf(matrix);
    const arePairs = parts.scales!.shape.length === 3; // torchao's tiles: a scale, and what is added
    const zeros = parts.minima || arePairs ? 2 : !parts.zeros ? 0 : parts.zeros.dtype === parts.scales!.dtype ? 3 : 1;
    const scaleWords = numberWords + [0, Math.ceil(groups / 4), numberWords, numberWords][zeros];
    const sorted = early.groupIndex ? sort(matrix, size.cols, early.groupIndex) : undefined;
    const zero = scheme.zero ?? 2 ** (bits - 1) - (packer === "mlc" ? 1 : 0);
    return {
      decode: "affine",
      constants: {
        bits: bits === 7 ? 8 : bits,
        zeros,
        scale_type: type,
        group_eights: groups === 1 ? 2 ** 31 : size.cols / 8,
      },
      rowChunks,
      codeWords: planes.low + planes.high,
      scaleWords,
      head: headOf(),
      extra: [
        zeros === 2 && packer !== "torchao" ? 0 : zero,
        (planes.low + planes.high) / 4,
        planes.low / 4,
        numberWords,
      ],
      repack: {
        shader: "repack_streams",
        bits,
        perWord,
        flip: isSigned && tiles === 0 ? 2 ** (bits - 1) : 0,
        rowBytes: (parts.codes.end - parts.codes.start) / (Math.ceil(rows / strip) * strip),
        rowsPerUnit: strip,
        tiles,
        padCode: zero,
        highStart: planes.low,
        ...(sorted ? { order: sorted.order } : {}),
      },
      ...(sorted ? { order: sorted.order } : {}),
      scaleRows: (late, first, count) => {
        const words = new Uint32Array(count * scaleWords);
        const into = { words, scaleWords, first, count };
        putNumbers(matrix, "scales", late.scales!, into);
        if (arePairs) putNumbers(matrix, "scales", late.scales!, { ...into, start: numberWords, second: 1 });
        else if (zeros === 2) putNumbers(matrix, "minima", late.minima!, { ...into, start: numberWords });
        if (zeros === 3) putNumbers(matrix, "zeros", late.zeros!, { ...into, start: numberWords });
        if (zeros === 1) {
          const bytes = new Uint8Array(words.buffer);
          const zeroOf = zeroPoints(matrix, late.zeros!, groups);
          for (let r = 0; r < count; r++)
            for (let g = 0; g < groups; g++) bytes[4 * (r * scaleWords + numberWords) + g] = zeroOf(first + r, g);
        }
        return words;
      },
    };
  };

/** Rows that share their bytes, and how. */
function stripsOf({ scheme, parts }: QuantizedMatrix): { tiles: 0 | 1 | 2 | 3; strip: 1 | 2 | 4 | 8 } {
  if (scheme.kind !== "integers") throw new TypeError(scheme.kind);
  if (scheme.packer === "awq gemv_fast") return { tiles: 1, strip: 4 };
  if (scheme.packer === "eetq") return { tiles: 2, strip: 2 };
  return parts.codes.shape.length === 4 ? { tiles: 3, strip: 8 } : { tiles: 0, strip: 1 };
}

/** Zero points: packed along the outputs (AWQ gemv, ONNX: along the groups) as codes are along the inputs, or a signed byte each. */
function zeroPoints(matrix: QuantizedMatrix, bytes: Uint8Array, groups: number) {
  const { scheme, parts } = matrix;
  if (scheme.kind !== "integers") throw new TypeError(scheme.kind);
  const { bits, perWord = 0, groups: size, packer } = scheme;
  const view = viewOf(bytes);
  if (packer === "awq gemv" || packer === "onnx") {
    const { dtype, shape } = parts.zeros!;
    const rowBits = dtype === "U4" ? bits * groups : (dtype === "U8" ? 8 : 32) * shape[1];
    return (row: number, g: number) => {
      const bit = row * rowBits + g * bits;
      return (bytes[bit >>> 3] >>> (bit & 7)) & (2 ** bits - 1);
    };
  }
  const isTurned = packer === "torchao" && bits === 4; // a row for each group, and codes without signs
  const half = isTurned ? 0 : 2 ** (bits - 1);
  if (parts.zeros!.dtype === "I8")
    return (row: number, g: number) => {
      const at = isTurned ? g * parts.zeros!.shape[1] + row : Math.floor(row / size.rows) * groups + g;
      const zero = view.getInt8(bytes.length === 1 ? 0 : at) + half;
      if (zero >= 0 && zero < 2 ** bits) return zero;
      throw new PronkError(
        "format",
        `Tensor "${parts.zeros!.name}" in "${parts.zeros!.file}" has a zero point of ${zero - half}, which ${bits} bits do not reach. The file is damaged: fetch it again.`,
        {
          file: parts.zeros!.file,
          field: parts.zeros!.name,
          expected: `${-half} to ${2 ** bits - 1 - half}`,
          found: zero - half,
        },
      );
    };
  return (row: number, g: number) => {
    const bit = perWord > 0 ? 32 * Math.floor(row / perWord) + (row % perWord) * bits : row * bits;
    const at = 4 * ((bit >>> 5) * groups + g);
    let value = view.getUint32(at, true) >>> (bit & 31);
    if ((bit & 31) + bits > 32) value |= view.getUint32(at + 4 * groups, true) << (32 - (bit & 31));
    return value & (2 ** bits - 1);
  };
}
