// Pieces of a quantized matrix -> its place in a weight: codes through the scheme's repack shader, scales row by row, the
// order of inputs as it is. quant/matrix-stream.ts says what a piece is.

import type { PackedFormat } from "../quant/packed-format.ts";
import type { MatrixPiece } from "../quant/matrix-stream.ts";
import type { GpuMemory } from "./memory.ts";
import { mayHold, placeIn, rowWordsEach, type RepackChoice, type RepackDispatch, type Repacker } from "./repacker.ts";
import type { RowPlace } from "./row-place.ts";
import type { Weight, WeightPart } from "./weight.ts";

/** A quantized matrix on its way into a weight. */
export interface PackedTarget {
  weight: Weight;
  place: RowPlace;
  rows: number;
  cols: number;
  format: PackedFormat;
}

type Codes = Extract<MatrixPiece, { kind: "codes" }>;

/** The repacks that a target's pieces will go through. */
export function packedRepacks({ format }: PackedTarget): RepackChoice[] {
  const { repack, scaleRows } = format;
  const codes =
    repack.shader === "repack_columns" ? repack.runs.map((run) => columnsRepack(repack, run)) : [wholeRepack(repack)];
  return scaleRows ? [...codes, { kernel: "repack_rows" }] : codes;
}

type Repack<Shader extends PackedFormat["repack"]["shader"]> = Extract<PackedFormat["repack"], { shader: Shader }>;
type KindRepack = Extract<PackedFormat["repack"], { kind: number }>;

const blocksRepack = ({ shader, kind }: KindRepack) => ({ kernel: shader, constants: { kind } });

const streamsRepack = ({ shader, bits, perWord, flip, order, tiles }: Repack<"repack_streams">) => ({
  kernel: shader,
  constants: { bits, per_word: perWord, flip, sorted: order !== undefined, tiles },
});

const slabsRepack = ({ shader, bits, fromHigh }: Repack<"repack_slabs">) => ({
  kernel: shader,
  constants: { bits, from_high: fromHigh },
});

const turnedRepack = ({ shader, size, flip }: Repack<"repack_turned">) => ({
  kernel: shader,
  constants: { size, flip },
});

function wholeRepack(repack: KindRepack | Repack<"repack_slabs" | "repack_streams" | "repack_turned">): RepackChoice {
  if (repack.shader === "repack_turned") return turnedRepack(repack);
  if (repack.shader === "repack_slabs") return slabsRepack(repack);
  return repack.shader === "repack_streams" ? streamsRepack(repack) : blocksRepack(repack);
}

const columnsRepack = ({ shader, packing, slots }: Repack<"repack_columns">, { bits }: { bits: number }) => ({
  kernel: shader,
  constants: { bits, packing, scatter: slots !== undefined },
});

export class PackedUploader {
  readonly #memory: GpuMemory;
  readonly #repacker: Repacker;
  readonly #slots = new Map<PackedTarget, GPUBuffer>();

  constructor(memory: GpuMemory, repacker: Repacker) {
    this.#memory = memory;
    this.#repacker = repacker;
  }

  async write(target: PackedTarget, piece: MatrixPiece): Promise<void> {
    if (piece.kind === "codes") await this.#codes(target, piece);
    else if (piece.kind === "scales") await this.#scales(target, piece.first, piece.count, piece.words);
    else if (piece.kind === "head") {
      for (const { scales } of partsOf(target, 0, target.rows)) this.#memory.write(scales!, piece.words);
    } else for (const { order } of partsOf(target, 0, target.rows)) this.#memory.write(order!, piece.order);
    await this.#repacker.breathe();
  }

  /** Frees what only the matrix' codes needed. */
  finish(target: PackedTarget): void {
    const slots = this.#slots.get(target);
    if (slots) this.#memory.release(slots);
    this.#slots.delete(target);
  }

  async #codes(target: PackedTarget, piece: Codes): Promise<void> {
    const { rows: all, format } = target;
    const { shader } = format.repack;
    this.#repacker.stage(piece.bytes);
    const isSpread = ["repack_columns", "repack_slabs", "repack_turned"].includes(shader);
    const [first, rows] = isSpread ? [0, all] : [piece.firstUnit, piece.units];
    for (const part of partsOf(target, first, rows)) {
      if (shader === "repack_columns") await this.#repacker.dispatch(this.#columns(target, part, piece));
      else if (shader === "repack_slabs") await this.#repacker.dispatch(slabs(target, part, piece));
      else if (shader === "repack_turned") await this.#repacker.dispatch(turned(target, part, piece));
      else if (shader === "repack_streams") await this.#repacker.dispatch(this.#streams(target, part, piece));
      else await this.#repacker.dispatch(blocks(target, part, piece));
    }
  }

  #columns(target: PackedTarget, part: WeightPart, { run, units, firstUnit }: Codes): RepackDispatch {
    const { rows, format, place } = target;
    const { repack } = format;
    if (repack.shader !== "repack_columns" || !run) throw new TypeError(repack.shader);
    const { planeStart, highStart } = run;
    return {
      ...columnsRepack(repack, run),
      // The shader binds slots even where it does not read them: any buffer will do there.
      buffers: { repacked: part.codes, slots: this.#slotsOf(target) ?? part.scales! },
      record: {
        piece: {
          units,
          first_unit: firstUnit,
          rows,
          outputs: repack.outputs,
          first_output: repack.firstOutput,
          code_words: format.codeWords,
          plane_start: planeStart,
          high_start: highStart,
          ...placeIn(part, place),
        },
      },
      grid: [rows, units],
    };
  }

  #streams(target: PackedTarget, part: WeightPart, piece: Codes): RepackDispatch {
    const { format, place, cols } = target;
    const { repack } = format;
    if (repack.shader !== "repack_streams") throw new TypeError(repack.shader);
    return {
      ...streamsRepack(repack),
      buffers: { repacked: part.codes, order: this.#slotsOf(target) ?? part.scales! },
      record: {
        piece: {
          rows: piece.units,
          first_row: piece.firstUnit,
          cols,
          row_bytes: repack.rowBytes,
          code_words: format.codeWords,
          high_start: repack.highStart,
          pad_code: repack.padCode,
          ...placeIn(part, place),
        },
      },
      grid: [format.rowChunks, piece.units],
    };
  }

  /** Where each input goes, or where each slot comes from, whichever the repack wants. */
  #slotsOf(target: PackedTarget): GPUBuffer | undefined {
    const { repack } = target.format;
    const slots =
      repack.shader === "repack_columns" ? repack.slots : repack.shader === "repack_streams" ? repack.order : undefined;
    if (!slots) return undefined;
    let buffer = this.#slots.get(target);
    if (!buffer) {
      buffer = this.#memory.storage("upload slots", slots.byteLength);
      this.#memory.write(buffer, slots);
      this.#slots.set(target, buffer);
    }
    return buffer;
  }

  async #scales(target: PackedTarget, first: number, count: number, words: Uint32Array): Promise<void> {
    const { format, place } = target;
    const { scaleWords, head } = format;
    this.#repacker.stage(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    for (const part of partsOf(target, first, count))
      await this.#repacker.dispatch({
        kernel: "repack_rows",
        buffers: { repacked: { buffer: part.scales!, offset: 4 * head.length } },
        record: {
          slice: {
            rows: count,
            first_row: first,
            stored_row_bytes: 4 * scaleWords,
            slice_start: 0,
            slice_bytes: 4 * scaleWords,
            repacked_row_words: scaleWords,
            row_start: 0,
            row_pitch: scaleWords,
            ...placeIn(part, place),
          },
        },
        grid: [Math.ceil(scaleWords / rowWordsEach), count],
      });
  }
}

function blocks({ cols, format, place }: PackedTarget, part: WeightPart, { firstUnit, units }: Codes): RepackDispatch {
  const { repack } = format;
  if (!("kind" in repack)) throw new TypeError(repack.shader);
  const rowBytes = repack.rowsPerUnit === 1 ? repack.rowBytes : 0; // of flat nibbles, which do without
  return {
    ...blocksRepack(repack),
    buffers: { repacked: part.codes, scales: part.scales! },
    record: {
      piece: {
        rows: units,
        first_row: firstUnit,
        cols,
        row_bytes: rowBytes,
        code_words: format.codeWords,
        high_start: repack.highStart,
        scale_words: format.scaleWords,
        scale_start: format.head.length,
        second_start: repack.secondStart,
        pad_code: repack.padCode,
        ...placeIn(part, place),
      },
    },
    grid: [format.rowChunks, units],
  };
}

function slabs({ rows, format, place }: PackedTarget, part: WeightPart, piece: Codes): RepackDispatch {
  const { repack, codeWords, rowChunks } = format;
  if (repack.shader !== "repack_slabs") throw new TypeError(repack.shader);
  const groupChunks = rowChunks / repack.rowGroups;
  return {
    ...slabsRepack(repack),
    buffers: { repacked: part.codes },
    record: {
      piece: {
        units: piece.units,
        first_unit: piece.firstUnit,
        groups: rows * repack.rowGroups,
        row_groups: repack.rowGroups,
        group_chunks: groupChunks,
        step: repack.step,
        slabs: repack.slabs,
        code_words: codeWords,
        high_start: repack.highStart,
        ...placeIn(part, place),
      },
    },
    grid: [groupChunks * repack.slabs, piece.units],
  };
}

function turned({ rows, cols, format, place }: PackedTarget, part: WeightPart, piece: Codes): RepackDispatch {
  const { repack, codeWords, rowChunks } = format;
  if (repack.shader !== "repack_turned") throw new TypeError(repack.shader);
  const { firstUnit } = piece;
  const isLast = firstUnit + piece.units === Math.ceil(cols / 8);
  const units = isLast ? 4 * rowChunks - firstUnit : piece.units;
  return {
    ...turnedRepack(repack),
    buffers: { repacked: part.codes },
    record: {
      piece: {
        units,
        first_unit: firstUnit,
        rows,
        cols,
        code_words: codeWords,
        pad_code: repack.padCode,
        ...placeIn(part, place),
      },
    },
    grid: [rows, units],
  };
}

const partsOf = ({ weight, place }: PackedTarget, first: number, rows: number) =>
  weight.parts.filter((part) => mayHold(part, place, first, rows));
