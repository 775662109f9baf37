// Groups of codes that are consecutive in the matrix and apart in the file, on the GPU: HQQ and optimum-quanto pack group i,
// i + step, i + 2 step, ... into the same bytes, each a slab of bits. w = scale * (code - zero), the zero a number of its own
// (HQQ), or scale * code - shift (quanto). HQQ's groups may run down the outputs (axis 0): then scales and zero points are a
// table for all rows, which comes with the late parts.

import type { QuantizedMatrix, Scheme } from "../format/quantized.ts";
import { plainPart, type PlainPart } from "./nested-scales.ts";
import { blankHead, headOf, planeWords, type SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import type * as Numbers from "./scale-bits.ts";

type Tools = Pick<typeof Numbers, "numberBits" | "putNumbers" | "scaleTypes" | "wordsOf">;
type Slabs = Extract<Scheme, { kind: "slabs" }>;

/** `numbers`: scale-bits.ts, which is loaded with other formats. */
export const slabsFormat =
  (numbers: Tools) =>
  (matrix: QuantizedMatrix): SchemeFormat => {
    const { scheme } = matrix;
    if (scheme.kind !== "slabs") throw new TypeError(scheme.kind);
    return scheme.groups.cols === 1 ? down(matrix, scheme, numbers) : along(matrix, scheme, numbers);
  };

/** Scales and zero points (or quanto's minima) as numbers, decoded once for all calls with the same parts. */
function partsDecoder(matrix: QuantizedMatrix) {
  let last: { late: PartBytes; plain: PlainPart[] } | undefined;
  const second = matrix.parts.minima ? "minima" : "zeros";
  return (late: PartBytes): PlainPart[] => {
    if (last?.late !== late)
      last = { late, plain: [plainPart(matrix, "scales", late), plainPart(matrix, second, late)] };
    return last.plain;
  };
}

function along(
  matrix: QuantizedMatrix,
  { bits, packer, groups: size }: Slabs,
  { putNumbers, scaleTypes, wordsOf }: Tools,
): SchemeFormat {
  const { rows, cols } = matrix;
  const rowChunks = cols / 32;
  const rowGroups = cols / size.cols;
  const planes = planeWords(bits, rowChunks);
  const type = scaleTypes[numberType(matrix)];
  const numberWords = wordsOf(type, rowGroups);
  const slabs = bits === 3 ? 10 : 8 / bits;
  const signBit = type === scaleTypes.F32 ? 2 ** 31 : 2 ** 15;
  const decoded = partsDecoder(matrix);
  return {
    decode: "affine",
    constants: {
      bits,
      zeros: packer === "hqq" ? 3 : 2,
      scale_type: type,
      group_eights: rowGroups === 1 ? 2 ** 31 : size.cols / 8,
    },
    rowChunks,
    codeWords: planes.low + planes.high,
    scaleWords: 2 * numberWords,
    head: headOf(),
    extra: [0, (planes.low + planes.high) / 4, planes.low / 4, numberWords],
    repack: {
      shader: "repack_slabs",
      bits,
      slabs,
      fromHigh: packer === "hqq",
      step: Math.ceil((rows * rowGroups) / slabs),
      rowGroups,
      rowBytes: size.cols * (bits === 3 ? 4 : 1),
      rowsPerUnit: 1,
      highStart: planes.low,
    },
    scaleRows: (late, first, count) => {
      const [scales, second] = decoded(late);
      const plain = { ...matrix, parts: { ...matrix.parts, scales: scales.slice, zeros: second.slice } };
      const words = new Uint32Array(count * 2 * numberWords);
      const into = { words, scaleWords: 2 * numberWords, first, count };
      putNumbers(plain, "scales", scales.bytes, into);
      const flip = packer === "hqq" ? 0 : signBit;
      putNumbers(plain, "zeros", second.bytes, { ...into, start: numberWords, flip });
      return words;
    },
  };
}

/** Groups along axis 0: weight i of the flat matrix has the numbers i mod C of C. */
function down(
  matrix: QuantizedMatrix,
  { bits, groups: size }: Slabs,
  { numberBits, scaleTypes, wordsOf }: Tools,
): SchemeFormat {
  const { rows, cols } = matrix;
  const rowChunks = cols / 32;
  const planes = planeWords(bits, rowChunks);
  const count = (rows * cols) / size.rows;
  const dtype = numberType(matrix);
  const type = scaleTypes[dtype];
  const isWide = type === scaleTypes.F32;
  const [slabs, unitBytes] = bits === 3 ? [10, 4] : [8 / bits, 1];
  const codes = Math.ceil(size.rows / slabs) * count; // in a slab
  const unit = commonDivisor(cols, codes);
  const tableWords = 2 * wordsOf(type, count);
  const decoded = partsDecoder(matrix);
  const head = blankHead(Math.ceil(tableWords / 64) * 64);
  return {
    decode: "affine",
    constants: { bits, zeros: 4, scale_type: type },
    rowChunks,
    codeWords: planes.low + planes.high,
    scaleWords: 1,
    head,
    extra: [count / 32, (planes.low + planes.high) / 4, planes.low / 4, head.length],
    repack: {
      shader: "repack_slabs",
      bits,
      slabs,
      fromHigh: true,
      step: codes / unit,
      rowGroups: cols / unit,
      rowBytes: unit * unitBytes,
      rowsPerUnit: 1,
      highStart: planes.low,
    },
    scaleRows: (_, first, many) =>
      Uint32Array.from({ length: many }, (_, r) => ((first + r) * rowChunks) % (count / 32)),
    lateHead: (late) => {
      const [scaleAt, zeroAt] = decoded(late).map(({ slice, bytes }) => numberBits(slice, bytes));
      const words = new Uint32Array(head.length);
      for (let i = 0; i < count; i++)
        if (isWide) {
          const at = 8 * (i >> 2) + (i & 3);
          words[at] = scaleAt(i);
          words[at + 4] = zeroAt(i);
        } else words[i] = scaleAt(i) | (zeroAt(i) << 16);
      return words;
    },
  };
}

/** The type of scales and zero points alike, as a safetensors file would call it. */
const numberType = ({ parts }: QuantizedMatrix): string => (parts.scaleScales ?? parts.scales!).dtype;

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
