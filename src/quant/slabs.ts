// Groups of codes that are consecutive in the matrix and apart in the file, on the GPU: HQQ (axis 1) and optimum-quanto pack
// group i, i + step, i + 2 step, ... into the same bytes, each a slab of bits. w = scale * (code - zero), the zero a number
// of its own (HQQ), or scale * code - shift (quanto).

import type { QuantizedMatrix } from "../format/quantized.ts";
import { headOf, planeWords, type SchemeFormat } from "./packed-format.ts";
import type * as Numbers from "./scale-bits.ts";

/** `numbers`: scale-bits.ts, which is loaded with other formats. */
export const slabsFormat =
  ({
    putNumbers,
    scaleType,
    scaleTypes,
    wordsOf,
  }: Pick<typeof Numbers, "putNumbers" | "scaleType" | "scaleTypes" | "wordsOf">) =>
  (matrix: QuantizedMatrix): SchemeFormat => {
    const { scheme, rows, cols, parts } = matrix;
    if (scheme.kind !== "slabs") throw new TypeError(scheme.kind);
    const { bits, packer, groups: size } = scheme;
    const rowChunks = cols / 32;
    const rowGroups = cols / size.cols;
    const planes = planeWords(bits, rowChunks);
    const type = scaleType(parts.scales!);
    const numberWords = wordsOf(type, rowGroups);
    const slabs = bits === 3 ? 10 : 8 / bits;
    const signBit = type === scaleTypes.F32 ? 2 ** 31 : 2 ** 15;
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
        const words = new Uint32Array(count * 2 * numberWords);
        const into = { words, scaleWords: 2 * numberWords, first, count };
        putNumbers(matrix, "scales", late.scales!, into);
        const [second, flip] = packer === "hqq" ? (["zeros", 0] as const) : (["minima", signBit] as const);
        putNumbers(matrix, second, late[second]!, { ...into, start: numberWords, flip });
        return words;
      },
    };
  };
