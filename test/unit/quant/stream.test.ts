// The parts of quantized matrices as a network would bring them: in any order, cut anywhere. What comes out is the same,
// in whole units, and little is held meanwhile.

import { describe, expect, test } from "vitest";
import type { PartRole, QuantizedMatrix } from "../../../src/format/quantized.ts";
import type { PartBytes } from "../../../src/quant/row-format.ts";
import { readEarlyParts } from "../../../src/quant/early-parts.ts";
import { type MatrixPiece, MatrixStream } from "../../../src/quant/matrix-stream.ts";
import { earlyParts, lateParts, packedFormats } from "../../../src/quant/schemes.ts";
import { randomNumbers } from "../../reference/random-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { madeLayers } from "../../support/random-packed.ts";

const packedFormat = await packedFormats();

const layers = Object.entries(madeLayers.all);

/** Whose `equals` takes no time where tables have half a million words. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) => Buffer.from(buffer, byteOffset, byteLength);

/** Feeds every part, the parts in the given order, in pieces of up to `most` bytes. */
function feed(matrix: QuantizedMatrix, parts: PartBytes, order: PartRole[], most: number) {
  const random = randomNumbers(most);
  const format = packedFormat(matrix, parts);
  const stream = new MatrixStream(matrix, format, { pieceBytes: 700 });
  const pieces: MatrixPiece[] = [];
  let held = 0;
  for (const role of order) {
    const bytes = parts[role]!;
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + Math.floor(Math.abs(random()) * most));
      for (const piece of stream.write(role, at, bytes.slice(at, end)))
        pieces.push("bytes" in piece ? { ...piece, bytes: piece.bytes.slice() } : piece);
      held = Math.max(held, stream.heldBytes);
      at = end;
    }
  }
  expect(stream.done).toBe(true);
  return { format, pieces, held };
}

describe.each(layers)("%s", (_, make) => {
  const { matrix, parts } = make();
  const roles = Object.keys(matrix.parts) as PartRole[];

  test.each([
    ["codes first", roles.toSorted((a, b) => Number(b === "codes") - Number(a === "codes")), 5],
    ["codes last", roles.toSorted((a, b) => Number(a === "codes") - Number(b === "codes")), 400],
    ["large pieces", roles, 1 << 20],
  ])("%s", (_, order, most) => {
    const { format, pieces, held } = feed(matrix, parts, order, most);
    const codes = pieces.filter((piece) => piece.kind === "codes");
    const together = new Uint8Array(parts.codes!.length);
    let at = 0;
    for (const { bytes } of codes) {
      together.set(bytes, at);
      at += bytes.length;
    }
    expect(at).toBe(parts.codes!.length);
    expect(together).toEqual(parts.codes);

    const scales = pieces.filter((piece) => piece.kind === "scales");
    expect(scales.flatMap(({ words }) => [...words])).toEqual([...(format.scaleRows?.(parts, 0, matrix.rows) ?? [])]);
    let row = 0;
    for (const { first, count } of scales) {
      expect(first).toBe(row);
      row += count;
    }
    expect(row).toBe(format.scaleRows ? matrix.rows : 0);
    const heads = pieces.filter((piece) => piece.kind === "head");
    const table = format.lateHead?.(parts);
    expect(heads.map(({ words }) => bytesOf(words).equals(bytesOf(table!)))).toEqual(table ? [true] : []);
    const gathers = pieces.filter((piece) => piece.kind === "order");
    expect(gathers.map(({ order: found }) => [...found])).toEqual(
      format.lateOrder ? [[...format.lateOrder(parts)!]] : [],
    );

    const lateBytes = lateParts(matrix).reduce((sum, [, { start, end }]) => sum + end - start, 0);
    const { repack } = format;
    const unitBytes =
      repack.shader === "repack_turned"
        ? 8 * repack.size * repack.outputs
        : repack.shader !== "repack_columns"
          ? repack.rowBytes * repack.rowsPerUnit
          : Math.max(...repack.runs.map(({ bits }) => bits * 4 * repack.outputs));
    expect(held).toBeLessThan(lateBytes + unitBytes);
  });

  test("units follow each other, and none is cut", () => {
    const { format, pieces } = feed(matrix, parts, roles, 333);
    const { repack } = format;
    let next = 0;
    let run: unknown;
    for (const piece of pieces) {
      if (piece.kind !== "codes") continue;
      if (piece.run !== run) next = 0;
      run = piece.run;
      expect(piece.firstUnit).toBe(next);
      next += piece.units;
      if (repack.shader === "repack_columns") {
        expect(piece.bytes.length).toBe(piece.units * 4 * piece.run!.bits * repack.outputs);
      } else if (repack.shader === "repack_turned") {
        const inputs = Math.min(8 * (piece.firstUnit + piece.units), matrix.cols) - 8 * piece.firstUnit;
        expect(piece.bytes.length).toBe(inputs * repack.size * repack.outputs);
      } else {
        const strip = repack.shader === "repack_streams" ? repack.rowsPerUnit : 1; // whole in the file, where rows are not
        expect(piece.bytes.length).toBe(Math.ceil(Math.ceil(piece.units / strip) * strip * repack.rowBytes));
        expect(piece.firstUnit % repack.rowsPerUnit).toBe(0);
      }
    }
    expect(next).toBe(
      repack.shader === "repack_slabs"
        ? repack.step
        : repack.shader === "repack_columns"
          ? repack.runs.at(-1)!.chunks
          : repack.shader === "repack_turned"
            ? Math.ceil(matrix.cols / 8)
            : matrix.rows,
    );
  });
});

test("GGUF's rows need nothing else", () => {
  const bytes = madeLayers.ggml("Q4_K", 12);
  const codes = { name: "t", dtype: "Q4_K", shape: [6, 512], file: "m.gguf", start: 0, end: bytes.length };
  const matrix: QuantizedMatrix = {
    name: "w", rows: 6, cols: 512, scheme: { kind: "ggml", type: "Q4_K" }, parts: { codes },
  }; // prettier-ignore
  const { pieces } = feed(matrix, { codes: bytes }, ["codes"], 100);
  expect(pieces.every(({ kind }) => kind === "codes")).toBe(true);
  expect(pieces.reduce((sum, piece) => sum + (piece.kind === "codes" ? piece.units : 0), 0)).toBe(6);
});

test("early parts are read with few requests", async () => {
  const file = new Uint8Array(3_000_000).map((_, i) => i * 31);
  const matrices = Array.from({ length: 20 }, (_, i): QuantizedMatrix => {
    const slice = (name: string, start: number, length: number) => ({
      name, dtype: "I16", shape: [length / 2], file: "f", start, end: start + length,
    }); // prettier-ignore
    const parts = {
      codes: slice("codes", i * 100_000, 90_000),
      groups: slice("groups", 2_900_000 + i * 40, 40),
      scaleLimits: slice("limits", 2_500_000 + i * 1000, 20),
    };
    return { name: `m${i}`, rows: 32, cols: 64, scheme: { kind: "exl2" }, parts };
  });
  const source = memorySource(new Map([["f", file]]));
  const reads: number[] = [];
  const watched = {
    ...source,
    read(path: string, start: number, end: number) {
      reads.push(end - start);
      return source.read(path, start, end);
    },
  };
  const parts = await readEarlyParts(watched, matrices);
  expect(reads).toHaveLength(2);
  for (const matrix of matrices)
    for (const [role, { start, end }] of earlyParts(matrix))
      expect(parts.get(matrix.name)![role]).toEqual(file.slice(start, end));
});
