// bitsandbytes on the GPU. nf4 and fp4: sixteen values of a code book times the largest size in a block of the flat
// matrix; the blocks' sizes stay as the file has them, one level (f32) or two (a byte into a table, times f32, plus an
// offset). int8: a byte times its row's size over 127: LLM.int8's weights, without its rounding of activations.

import { PronkError } from "../errors.ts";
import { JsonFile } from "../format/json-file.ts";
import type { PartRole, QuantizedMatrix } from "../format/quantized.ts";
import { floatBits, planeWords, rounding, type GpuPlan, type PartBytes } from "./gpu-plan.ts";

const bookWords = 16;
const nestedBlock = 256; // blocks that share an outer scale; bitsandbytes has no other number
const blockSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096];

interface State {
  blockSize: number;
  rounding: number;
  offset: number;
}

/** `early`: the bytes of quant_state and of quant_map. */
export function bnb4Plan(matrix: QuantizedMatrix, early: PartBytes): GpuPlan {
  const { scheme, rows: allRows, cols } = matrix;
  if (scheme.kind !== "bnb4") throw new TypeError(scheme.kind);
  const state = readState(matrix, early.state!);
  const book = wordsOf(early.map!);
  const rowChunks = Math.ceil(cols / 32);
  const codeWords = planeWords(4, rowChunks).low;
  const padCode = book.findIndex((word) => (word & 0x7fffffff) === 0);
  if (padCode < 0 && cols % 32 !== 0) throw broken(matrix, "map", "no code for 0", "a code book with 0", "none");
  const blocks = Math.ceil((allRows * cols) / state.blockSize);
  const outer = scheme.nested ? Math.ceil(blocks / nestedBlock) : 0;
  // Book; of nested ones the map, the offset and the outer scales; then the blocks' own.
  const headWords = bookWords + (scheme.nested ? 256 + 1 + outer : 0);
  /** Blocks that rows touch, from one whose byte begins a word. */
  const span = (rowStart: number, rows: number) => {
    const first = Math.floor((rowStart * cols) / state.blockSize / 4) * 4;
    return { first, count: Math.ceil(((rowStart + rows) * cols) / state.blockSize) - first };
  };
  const blockWords = (count: number) => (scheme.nested ? Math.ceil(count / 4) : count);
  return {
    decode: "book",
    constants: {
      scales_kind: scheme.nested ? 1 : 0,
      block: state.blockSize,
      straddle: cols % 32 === 0 ? 0 : 1,
      rounding: state.rounding,
    },
    rowChunks,
    codeWords,
    headWords,
    scaleWords: 0, // blocks run over the flat matrix
    extra: (rowStart) => [cols, codeWords / 4, span(rowStart, 0).first, headWords],
    repack: {
      shader: "repack_blocks",
      kind: 12, // flat nibbles, the even column high
      rowBytes: cols / 2, // of an odd number of columns two rows make a whole number of bytes
      rowsPerUnit: cols % 2 === 0 ? 1 : 2,
      padCode: Math.max(0, padCode),
    },
    totalScaleWords: (rows) => headWords + blockWords(Math.ceil((rows * cols) / state.blockSize)),
    scales(parts, rowStart, rows) {
      const { first, count } = span(rowStart, rows);
      const words = new Uint32Array(headWords + blockWords(count));
      words.set(book);
      const scales = parts.scales!;
      checkLength(matrix, "scales", scales, blocks * (scheme.nested ? 1 : 4));
      if (scheme.nested) {
        checkLength(matrix, "nestedScales", parts.nestedScales!, 4 * outer);
        words.set(wordsOf(parts.nestedMap!), bookWords);
        words[bookWords + 256] = floatBits(state.offset);
        words.set(finite(matrix, "nestedScales", wordsOf(parts.nestedScales!)), bookWords + 257);
        new Uint8Array(words.buffer).set(scales.subarray(first, first + count), 4 * headWords);
      } else {
        words.set(finite(matrix, "scales", wordsOf(scales.subarray(4 * first, 4 * (first + count)))), headWords);
      }
      return words;
    },
  };
}

function readState(matrix: QuantizedMatrix, bytes: Uint8Array): State {
  const slice = matrix.parts.state!;
  const json = JsonFile.parse(slice.name, bytes);
  const blockSize = json.count("blocksize", { max: 2 ** 20 });
  if (!blockSizes.includes(blockSize)) throw json.wrong("blocksize", `one of ${blockSizes.join(", ")}`, blockSize);
  const shape = json.get("shape");
  if (!Array.isArray(shape) || shape.length !== 2 || shape[0] !== matrix.rows || shape[1] !== matrix.cols)
    throw json.wrong("shape", `[${matrix.rows}, ${matrix.cols}]`, shape);
  const dtype = json.text("dtype") ?? "float16";
  const roundings: Record<string, number> = {
    float16: rounding.f16,
    bfloat16: rounding.bf16,
    float32: rounding.none,
  };
  if (roundings[dtype] === undefined) throw json.wrong("dtype", "float16, bfloat16 or float32", dtype);
  const nested = matrix.scheme.kind === "bnb4" && matrix.scheme.nested;
  if (nested && json.count("nested_blocksize", { max: 2 ** 20 }) !== nestedBlock)
    throw json.wrong("nested_blocksize", `${nestedBlock}`, json.get("nested_blocksize"));
  const offset = nested ? json.get("nested_offset") : 0;
  if (typeof offset !== "number" || !Number.isFinite(offset)) throw json.wrong("nested_offset", "a number", offset);
  return { blockSize, rounding: roundings[dtype], offset };
}

/** `early`: weight_format, where there is one: rows in the plain order only. */
export function int8Plan(matrix: QuantizedMatrix, early: PartBytes): GpuPlan {
  const { cols } = matrix;
  const order = early.codeOrder?.[0] ?? 0;
  if (order !== 0)
    throw new PronkError(
      "unsupported",
      `Tensor "${matrix.parts.codes.name}" in "${matrix.parts.codes.file}" is laid out for one kind of GPU (weight_format ${order}); pronk reads weight_format 0. Take a repository saved by a newer bitsandbytes.`,
      { file: matrix.parts.codes.file, field: matrix.parts.codes.name, expected: 0, found: order },
    );
  const rowChunks = Math.ceil(cols / 32);
  return {
    decode: "int8",
    constants: {},
    rowChunks,
    codeWords: 8 * rowChunks,
    headWords: 0,
    scaleWords: 1,
    extra: () => [0, 2 * rowChunks, 0, 0],
    repack: { shader: "repack_blocks", kind: 13, rowBytes: cols, rowsPerUnit: 1, padCode: 0 },
    totalScaleWords: (rows) => rows,
    scales(parts, rowStart, rows) {
      const sizes = finite(matrix, "scales", wordsOf(parts.scales!.subarray(4 * rowStart, 4 * (rowStart + rows))));
      const scales = new Float32Array(sizes.buffer);
      for (let r = 0; r < rows; r++) scales[r] /= 127;
      return sizes;
    },
  };
}

/** A copy, so that the words are aligned. */
const wordsOf = (bytes: Uint8Array) => new Uint32Array(bytes.slice().buffer);

function finite(matrix: QuantizedMatrix, role: PartRole, words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  if (words.some((word) => (word & 0x7f800000) === 0x7f800000))
    throw broken(matrix, role, "a scale that is not finite", "finite scales", "infinity or NaN");
  return words;
}

function checkLength(matrix: QuantizedMatrix, role: PartRole, bytes: Uint8Array, sizeBytes: number): void {
  if (bytes.byteLength !== sizeBytes)
    throw broken(matrix, role, `${bytes.byteLength} bytes`, `${sizeBytes} bytes`, bytes.byteLength);
}

function broken(matrix: QuantizedMatrix, role: PartRole, what: string, expected: string, found: string | number) {
  const { name, file } = matrix.parts[role]!;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has ${what}; expected ${expected}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field: name, expected, found },
  );
}
