// bitsandbytes on the GPU. nf4 and fp4: one of sixteen values of a code book times the largest size in a block of the flat
// matrix; the blocks' sizes stay as the file has them, in one level (f32) or two (a byte into a table, times f32, plus an
// offset). int8: a byte times its row's size over 127: LLM.int8's weights, without its rounding of activations.

import { PronkError } from "../errors.ts";
import { JsonFile } from "../format/json-file.ts";
import type { PartRole, QuantizedMatrix } from "../format/quantized.ts";
import { floatBits, headOf, planeWords, rounding, type SchemeFormat } from "./packed-format.ts";
import type { PartBytes } from "./row-format.ts";

const nestedBlockSize = 256; // blocks that share an outer scale; bitsandbytes has no other number
const blockSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096];

interface State {
  blockSize: number;
  rounding: number;
  offset: number;
}

/** `early`: the bytes of quant_state, quant_map and nested_quant_map. */
export function bnb4Format(matrix: QuantizedMatrix, early: PartBytes): SchemeFormat {
  const { scheme, cols } = matrix;
  if (scheme.kind !== "bnb4") throw new TypeError(scheme.kind);
  const state = readState(matrix, early.state!);
  const blocks = Math.ceil((allRows(matrix) * cols) / state.blockSize);
  checkLength(matrix, "scales", blocks * (scheme.nested ? 1 : 4));
  if (scheme.nested) checkLength(matrix, "nestedScales", 4 * Math.ceil(blocks / nestedBlockSize));
  const book = finite(matrix, "map", wordsOf(early.map!));
  const rowChunks = Math.ceil(cols / 32);
  const codeWords = planeWords(4, rowChunks).low;
  const padCode = book.findIndex((word) => (word & 0x7fffffff) === 0);
  if (padCode < 0 && cols % 32 !== 0) throw broken(matrix, "map", "no code for 0", "a code book with 0", "none");
  const row = scalesOfRow(cols, state.blockSize, scheme.nested);
  const head = headOf(book, scheme.nested ? finite(matrix, "nestedMap", wordsOf(early.nestedMap!)) : []);
  return {
    decode: "book",
    constants: {
      scales_kind: scheme.nested ? 1 : 0,
      block: state.blockSize,
      straddle: cols % 32 !== 0,
      rounding: state.rounding,
    },
    rowChunks,
    codeWords,
    scaleWords: row.words,
    head,
    extra: [cols, codeWords / 4, row.outer, head.length],
    repack: {
      shader: "repack_blocks",
      kind: 12, // flat nibbles, the even column high
      rowBytes: cols / 2, // with an odd number of columns two rows make a whole number of bytes
      rowsPerUnit: cols % 2 === 0 ? 1 : 2,
      padCode: Math.max(0, padCode),
      highStart: 0,
      secondStart: 0,
    },
    scaleRows: (parts, first, count) => placeScales(matrix, parts, { first, count, row, state }),
  };
}

interface RowScales {
  blocks: number; // that a row touches, at most
  outer: number; // groups of 256 blocks that they touch, at most
  words: number;
}

/** Blocks run over the flat matrix, so rows may begin anywhere in one; each row on the GPU has a copy of all it touches. */
function scalesOfRow(cols: number, blockSize: number, nested: boolean): RowScales {
  const blocks = cols % blockSize === 0 ? cols / blockSize : Math.floor((blockSize + cols - 2) / blockSize) + 1;
  const outer = nested ? Math.floor((nestedBlockSize + blocks - 2) / nestedBlockSize) + 1 : 0;
  return { blocks, outer, words: nested ? 2 + outer + Math.ceil(blocks / 4) : 1 + blocks };
}

/** A row: how far into a block and an outer one it begins, then f32 scales, or offset, outer scales and a byte per block. */
function placeScales(
  matrix: QuantizedMatrix,
  parts: PartBytes,
  { first, count, row, state }: { first: number; count: number; row: RowScales; state: State },
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count * row.words);
  const scales = parts.scales!;
  const flat = row.outer ? undefined : finite(matrix, "scales", wordsOf(scales));
  const outer = row.outer ? finite(matrix, "nestedScales", wordsOf(parts.nestedScales!)) : undefined;
  const bytes = new Uint8Array(words.buffer);
  for (let r = 0; r < count; r++) {
    const start = ((matrix.among?.firstRow ?? 0) + first + r) * matrix.cols; // below 2^53
    const block = Math.floor(start / state.blockSize);
    const at = r * row.words;
    words[at] = (start % state.blockSize) | ((block % nestedBlockSize) << 16);
    if (flat) words.set(flat.subarray(block, block + row.blocks), at + 1);
    if (!outer) continue;
    words[at + 1] = floatBits(state.offset);
    const outerAt = Math.floor(block / nestedBlockSize);
    words.set(outer.subarray(outerAt, outerAt + row.outer), at + 2);
    bytes.set(scales.subarray(block, block + row.blocks), 4 * (at + 2 + row.outer));
  }
  return words;
}

/** Of the flat matrix that blocks run over. Its codes are the matrix' own, its scales all. */
const allRows = ({ rows, among }: QuantizedMatrix): number => among?.rows ?? rows;

function readState(matrix: QuantizedMatrix, bytes: Uint8Array): State {
  const slice = matrix.parts.state!;
  const json = JsonFile.parse(`${slice.file}: ${slice.name}`, bytes);
  const blockSize = json.count("blocksize", { max: 2 ** 20 });
  if (!blockSizes.includes(blockSize)) throw json.wrong("blocksize", `one of ${blockSizes.join(", ")}`, blockSize);
  const shape = json.get("shape");
  if (!Array.isArray(shape) || shape.length !== 2 || shape[0] !== allRows(matrix) || shape[1] !== matrix.cols)
    throw json.wrong("shape", `[${allRows(matrix)}, ${matrix.cols}]`, shape);
  const dtype = json.text("dtype") ?? "float16";
  const roundings: Record<string, number> = {
    float16: rounding.f16,
    bfloat16: rounding.bf16,
    float32: rounding.none,
  };
  if (roundings[dtype] === undefined) throw json.wrong("dtype", "float16, bfloat16 or float32", dtype);
  const nested = matrix.scheme.kind === "bnb4" && matrix.scheme.nested;
  if (nested && json.count("nested_blocksize", { max: 2 ** 20 }) !== nestedBlockSize)
    throw json.wrong("nested_blocksize", `${nestedBlockSize}`, json.get("nested_blocksize"));
  const offset = nested ? json.get("nested_offset") : 0;
  if (typeof offset !== "number" || !Number.isFinite(offset)) throw json.wrong("nested_offset", "a number", offset);
  return { blockSize, rounding: roundings[dtype], offset };
}

/** `early`: weight_format, if there is one; only rows in the plain order are read. */
export function int8Format(matrix: QuantizedMatrix, early: PartBytes): SchemeFormat {
  const { cols } = matrix;
  const order = early.codeOrder?.[0] ?? 0;
  if (order !== 0)
    throw new PronkError(
      "model-unsupported",
      `Tensor "${matrix.parts.codes.name}" in "${matrix.parts.codes.file}" is laid out for one kind of GPU (weight_format ${order}); pronk reads weight_format 0. Take a repository saved by a newer bitsandbytes.`,
      { file: matrix.parts.codes.file, field: matrix.parts.codes.name, expected: 0, found: order },
    );
  const rowChunks = Math.ceil(cols / 32);
  return {
    decode: "int8",
    constants: {},
    rowChunks,
    codeWords: 8 * rowChunks,
    scaleWords: 1,
    head: headOf(),
    extra: [0, 2 * rowChunks, 0, 0],
    repack: {
      shader: "repack_blocks",
      kind: 13,
      rowBytes: cols,
      rowsPerUnit: 1,
      padCode: 0,
      highStart: 0,
      secondStart: 0,
    },
    scaleRows(parts, first, count) {
      const sizes = finite(matrix, "scales", wordsOf(parts.scales!.subarray(4 * first, 4 * (first + count))));
      const scales = new Float32Array(sizes.buffer);
      for (let r = 0; r < count; r++) scales[r] /= 127;
      return sizes;
    },
  };
}

/** A copy, because the words must be aligned. */
const wordsOf = (bytes: Uint8Array) => new Uint32Array(bytes.slice().buffer);

function finite(matrix: QuantizedMatrix, role: PartRole, words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  if (words.some((word) => (word & 0x7f800000) === 0x7f800000))
    throw broken(matrix, role, "a number that is not finite", "finite numbers", "infinity or NaN");
  return words;
}

function checkLength(matrix: QuantizedMatrix, role: PartRole, sizeBytes: number): void {
  const { start, end } = matrix.parts[role]!;
  if (end - start !== sizeBytes) throw broken(matrix, role, `${end - start} bytes`, `${sizeBytes} bytes`, end - start);
}

function broken(matrix: QuantizedMatrix, role: PartRole, what: string, expected: string, found: string | number) {
  const { name, file } = matrix.parts[role]!;
  return new PronkError(
    "format",
    `Tensor "${name}" in "${file}" has ${what}; expected ${expected}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field: name, expected, found },
  );
}
