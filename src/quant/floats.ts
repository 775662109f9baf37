// Rows of small floats on the GPU. FP8: a byte of E4M3 times a scale for a matrix, row or block, or (MXFP8) times a power of
// two per 32 columns. FP4: a nibble of E2M1, the even column low, with a byte of scale per 16 columns and one factor for all
// (NVFP4), or a power of two per 32 (MXFP4). Activations stay f32, whatever the checkpoint requests.

import { PronkError } from "../errors.ts";
import type { QuantizedMatrix } from "../format/quantized.ts";
import { halfToFloat } from "./half.ts";
import { floatBits, headOf, planeWords, viewOf, type SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";
import { scaleBits } from "./scale-bits.ts";

/** The values of E2M1's codes. Source: OCP Microscaling Formats 1.0, table 5. */
const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6];

export function floatsFormat(matrix: QuantizedMatrix): SchemeFormat {
  const { scheme, rows, cols, parts } = matrix;
  if (scheme.kind !== "floats") throw new TypeError(scheme.kind);
  const { type, groups: size } = scheme;
  const bits = type.endsWith("8") ? 8 : 4;
  const rowChunks = Math.ceil(cols / 32);
  const codeWords = planeWords(bits, rowChunks).low;
  const groups = Math.ceil(cols / size.cols);
  const shared = {
    rowChunks,
    codeWords,
    repack: {
      shader: "repack_streams",
      bits,
      perWord: 0,
      flip: 0,
      rowBytes: (parts.codes.end - parts.codes.start) / rows,
      rowsPerUnit: 1,
      tiles: 0,
      padCode: 0,
      highStart: 0,
    },
  } as const;
  const byteRows = (scaleWords: number, start: number) => (late: PartBytes, first: number, count: number) => {
    const words = new Uint32Array(count * scaleWords);
    const bytes = new Uint8Array(words.buffer);
    const bitsOf = scaleBits(matrix, "scales", late.scales!);
    const factor = start > 0 ? floatBits(factorOf(matrix, late)) : 0;
    for (let r = 0; r < count; r++) {
      if (start > 0) words[r * scaleWords] = factor;
      for (let g = 0; g < groups; g++) bytes[4 * (r * scaleWords + start) + g] = bitsOf(first + r, g);
    }
    return words;
  };
  if (bits === 4) {
    const start = type === "NVFP4" ? 1 : 0;
    const scaleWords = start + Math.ceil(groups / 4);
    const head = headOf(e2m1.map(floatBits));
    return {
      ...shared,
      decode: "book",
      constants: { scales_kind: start > 0 ? 4 : 5, straddle: start > 0 },
      scaleWords,
      head,
      extra: [cols, codeWords / 4, 0, head.length],
      scaleRows: byteRows(scaleWords, start),
    };
  }
  const exponents = type === "MXFP8";
  const scaleWords = exponents ? Math.ceil(groups / 4) : groups;
  return {
    ...shared,
    decode: "fp8",
    constants: { exponents, group_chunks: groups === 1 ? 2 ** 31 : size.cols / 32 },
    scaleWords,
    head: headOf(),
    extra: [0, codeWords / 4, 0, 0],
    checkCodes: (bytes) => {
      if (hasNan(bytes)) throw notANumber(matrix);
    },
    scaleRows: exponents
      ? byteRows(scaleWords, 0)
      : (late, first, count) => {
          const words = new Uint32Array(count * groups);
          const bitsOf = scaleBits(matrix, "scales", late.scales!);
          const { dtype } = parts.scales!;
          for (let i = 0; i < words.length; i++) {
            const own = bitsOf(first + Math.floor(i / groups), i % groups);
            words[i] = dtype === "F32" ? own : dtype === "BF16" ? own << 16 : floatBits(halfToFloat(own));
          }
          return words;
        },
  };
}

/** The factor of all of a matrix' scales. */
function factorOf(matrix: QuantizedMatrix, { factor, divisor }: PartBytes): number {
  const bytes = factor ?? divisor;
  if (!bytes) return 1;
  const value = viewOf(bytes).getFloat32(0, true);
  if (Number.isFinite(value) && (factor || value !== 0)) return factor ? value : 1 / value;
  const { name, file } = matrix.parts[factor ? "factor" : "divisor"]!;
  throw new PronkError("format", `Tensor "${name}" in "${file}" is ${value}. The file is damaged: fetch it again.`, {
    file,
    field: name,
    expected: "a finite number, not 0",
    found: `${value}`,
  });
}

/** Whether a byte of E4M3 is NaN: all bits set but the sign. Four at a time, since a file has as many bytes as weights. */
function hasNan(bytes: Uint8Array): boolean {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  for (let i = 0; i < words.length; i++) if ((((words[i] & 0x7f7f7f7f) + 0x01010101) & 0x80808080) !== 0) return true;
  return aligned.subarray(4 * words.length).some((byte) => (byte & 0x7f) === 0x7f);
}

function notANumber({ parts }: QuantizedMatrix): PronkError {
  const { name, file, dtype } = parts.codes;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has a weight that is no number. The file is damaged: fetch it again.`,
    { file, field: name, expected: `finite ${dtype}`, found: "NaN" },
  );
}
