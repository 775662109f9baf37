// A quantized matrix through its repack and its decode on the GPU, and every weight back as f32. The buffers and
// dispatches are the tests' own, as few and plain as can be; the format, the shaders and the scales are the engine's.

import type { QuantizedMatrix } from "../../src/format/quantized.ts";
import { codeOf, joinedLines } from "../../src/gpu/shader-source.ts";
import { decodes, shaderFiles, withShared, type ShaderFile } from "../../src/gpu/shader-table.ts";
import { shaderTexts } from "../../src/gpu/shader-text.ts";
import type { PackedFormat } from "../../src/quant/packed-format.ts";
import type { PartBytes } from "../../src/quant/row-format.ts";
import { earlyParts, packedFormats } from "../../src/quant/schemes.ts";
import type { CheckContext } from "../harness/check.ts";
import dequantize from "../kernels/dequantize.wgsl?raw";

const packedFormat = await packedFormats();
const joined = async (files: readonly ShaderFile[]) => codeOf(joinedLines(files, await shaderTexts(files)));
const repackBlocks = await joined(shaderFiles({ kernel: "repack_blocks" }));
const repackGrids = await joined(shaderFiles({ kernel: "repack_grids" }));
const repackSlabs = await joined(shaderFiles({ kernel: "repack_slabs" }));
const repackStreams = await joined(shaderFiles({ kernel: "repack_streams" }));
const repackTurned = await joined(shaderFiles({ kernel: "repack_turned" }));
const repackColumns = await joined(shaderFiles({ kernel: "repack_columns" }));
const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ } = globalThis.GPUBufferUsage ?? {};

let opened: Promise<GPUDevice> | undefined;
const pipelines = new Map<string, Promise<GPUComputePipeline>>();

function pipeline(device: GPUDevice, code: string, constants: Record<string, number>): Promise<GPUComputePipeline> {
  const key = JSON.stringify([code, constants]);
  let made = pipelines.get(key);
  if (!made) {
    const module = device.createShaderModule({ code });
    made = device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main", constants } });
    pipelines.set(key, made);
  }
  return made;
}

export interface PackedOptions {
  /** Rows of the weight in its first part; the weight is split there. */
  split?: number;
  /** Place of the tensor's row 0 in the weight. */
  base?: number;
  /** Rows r and r + half of every 2 half become neighbours; 0: in order. */
  half?: number;
  /** Units in a piece. */
  unitsPerPiece?: number;
  /** Overrides of the decode's constants. */
  constants?: Record<string, number>;
}

export interface Dequantized {
  /** Slot -> input, where inputs are not in order. */
  order: Uint32Array | undefined;
  /** [rows, cols], columns in the layout's order. */
  weights: Float32Array;
  /** Columns after the last, which must all be 0: the largest of them. */
  padding: number;
}

export async function dequantizeOnGpu(
  context: CheckContext,
  matrix: QuantizedMatrix,
  parts: PartBytes,
  { split = 0, base = 0, half = 0, unitsPerPiece = 3, constants = {} }: PackedOptions = {},
): Promise<Dequantized> {
  opened ??= context.requestAdapter().then((adapter) => adapter.requestDevice());
  const device = await opened;
  const buffers: GPUBuffer[] = [];
  const make = (data: Uint32Array<ArrayBuffer>, usage = STORAGE | COPY_SRC | COPY_DST) => {
    const made = device.createBuffer({ size: Math.max(16, Math.ceil(data.byteLength / 16) * 16), usage });
    device.queue.writeBuffer(made, 0, data);
    buffers.push(made);
    return made;
  };
  const early = Object.fromEntries(earlyParts(matrix).map(([role]) => [role, parts[role]]));
  const format = packedFormat(matrix, early);
  const { rows, cols } = matrix;
  const weights = new Float32Array(rows * cols);
  const scaleRows = format.scaleRows?.(parts, 0, rows);
  const placeOf = (row: number) =>
    base + (half === 0 ? row : row - (row % (2 * half)) + (row % half) * 2 + Math.floor((row % (2 * half)) / half));
  const order = format.order ?? format.lateOrder?.(parts);
  let padding = 0;

  const run = async (
    code: string,
    overrides: Record<string, number>,
    groups: (GPUBuffer | undefined)[][],
    x: number,
    y: number,
  ) => {
    const made = await pipeline(device, code, overrides);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(made);
    groups.forEach((group, index) =>
      pass.setBindGroup(
        index,
        device.createBindGroup({
          layout: made.getBindGroupLayout(index),
          entries: group.flatMap((buffer, binding) => (buffer ? [{ binding, resource: { buffer } }] : [])),
        }),
      ),
    );
    pass.dispatchWorkgroups(Math.ceil(x / 64), y);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };

  const total = base + rows;
  for (const [partStart, partRows] of [
    [0, split || total],
    [split || total, split ? total - split : 0],
  ].filter(([, n]) => n > 0)) {
    const codes = make(new Uint32Array(partRows * format.codeWords));
    const scaleWords = new Uint32Array(format.head.length + partRows * format.scaleWords);
    scaleWords.set(format.lateHead?.(parts) ?? format.head);
    for (let row = 0; row < rows; row++) {
      const place = placeOf(row) - partStart;
      if (!scaleRows || place < 0 || place >= partRows) continue;
      const from = scaleRows.subarray(row * format.scaleWords, (row + 1) * format.scaleWords);
      scaleWords.set(from, format.head.length + place * format.scaleWords);
    }
    const scales = make(scaleWords);
    const place = [base, half, partStart, partRows];
    await repack(format, matrix, parts.codes!, { codes, scales, place, unitsPerPiece, make, run });
    const record = [format.rowChunks, format.scaleWords, partStart, partRows, ...format.extra];
    const shape = make(new Uint32Array(record), UNIFORM | COPY_DST);
    const out = make(new Uint32Array(partRows * format.rowChunks * 32));
    const code = `${await joined(withShared(decodes[format.decode]))}\n${dequantize}`;
    const overrides = { ...format.constants, ...constants } as Record<string, number>; // WebGPU takes booleans, too
    await run(
      code,
      overrides,
      [[out], [shape, codes, ...(format.scaleWords > 0 ? [scales] : [])]],
      format.rowChunks,
      partRows,
    );
    const values = new Float32Array(await read(device, out));
    for (let row = 0; row < rows; row++) {
      const at = placeOf(row) - partStart;
      if (at < 0 || at >= partRows) continue;
      const found = values.subarray(at * format.rowChunks * 32, (at + 1) * format.rowChunks * 32);
      weights.set(found.subarray(0, cols), row * cols);
      for (const value of found.subarray(cols)) padding = Math.max(padding, Math.abs(value));
    }
  }
  for (const buffer of buffers) buffer.destroy();
  return { order, weights, padding };
}

interface Target {
  codes: GPUBuffer;
  scales: GPUBuffer;
  place: number[];
  unitsPerPiece: number;
  make(data: Uint32Array<ArrayBuffer>): GPUBuffer;
  run(
    code: string,
    constants: Record<string, number>,
    groups: (GPUBuffer | undefined)[][],
    x: number,
    y: number,
  ): Promise<void>;
}

async function repack(format: PackedFormat, matrix: QuantizedMatrix, bytes: Uint8Array, target: Target): Promise<void> {
  const { codes, scales, place, unitsPerPiece, make, run } = target;
  const { rows, cols } = matrix;
  const stage = (piece: Uint8Array) => {
    const padded = new Uint8Array(Math.ceil(piece.length / 4) * 4 + 8);
    padded.set(piece);
    return make(new Uint32Array(padded.buffer));
  };
  const { repack: how, codeWords } = format;
  if (how.shader === "repack_columns") {
    const slots = make(how.slots ?? new Uint32Array(4));
    let at = 0;
    for (const { bits, chunks, planeStart, highStart } of how.runs) {
      const unitBytes = bits * how.outputs * 4;
      for (let unit = 0; unit < chunks; unit += unitsPerPiece) {
        const units = Math.min(unitsPerPiece, chunks - unit);
        const piece = stage(bytes.subarray(at, (at += units * unitBytes)));
        const record = [units, unit, rows, how.outputs, how.firstOutput, codeWords, planeStart, highStart, ...place];
        const constants = { bits, packing: how.packing, scatter: how.slots ? 1 : 0 };
        await run(repackColumns, constants, [[piece, codes, slots, make(new Uint32Array(record))]], rows, units);
      }
    }
    if (at !== bytes.length) throw new Error("the runs do not cover the codes");
    return;
  }
  if (how.shader === "repack_slabs") {
    const chunks = format.rowChunks / how.rowGroups;
    for (let unit = 0; unit < how.step; unit += unitsPerPiece) {
      const units = Math.min(unitsPerPiece, how.step - unit);
      const piece = stage(bytes.subarray(unit * how.rowBytes, (unit + units) * how.rowBytes));
      const record = [
        units, unit, rows * how.rowGroups, how.rowGroups, chunks, how.step, how.slabs, codeWords, how.highStart, ...place,
      ]; // prettier-ignore
      const constants = { bits: how.bits, from_high: how.fromHigh ? 1 : 0 };
      await run(repackSlabs, constants, [[piece, codes, make(new Uint32Array(record))]], chunks * how.slabs, units);
    }
    return;
  }
  if (how.shader === "repack_turned") {
    const all = Math.ceil(cols / 8);
    for (let unit = 0; unit < all; unit += unitsPerPiece) {
      const units = unit + unitsPerPiece >= all ? 4 * format.rowChunks - unit : unitsPerPiece;
      const unitBytes = 8 * how.size * how.outputs;
      const piece = stage(bytes.subarray(unit * unitBytes, (unit + unitsPerPiece) * unitBytes));
      const record = [units, unit, rows, cols, codeWords, how.padCode, ...place];
      const constants = { size: how.size, flip: how.flip };
      await run(repackTurned, constants, [[piece, codes, make(new Uint32Array(record))]], rows, units);
    }
    return;
  }
  for (let row = 0; row < rows; row += how.rowsPerUnit * unitsPerPiece) {
    const count = Math.min(how.rowsPerUnit * unitsPerPiece, rows - row);
    const start = row * how.rowBytes;
    const piece = stage(bytes.subarray(start, Math.ceil(start + count * how.rowBytes)));
    if (how.shader === "repack_streams") {
      const order = make(how.order ?? new Uint32Array(4));
      const record = [count, row, cols, how.rowBytes, codeWords, how.highStart, how.padCode, ...place];
      const constants = {
        bits: how.bits,
        per_word: how.perWord,
        flip: how.flip,
        sorted: how.order ? 1 : 0,
        tiles: how.tiles,
      };
      await run(
        repackStreams,
        constants,
        [[piece, codes, order, make(new Uint32Array(record))]],
        format.rowChunks,
        count,
      );
      continue;
    }
    const record = [
      count, row, cols, how.shader === "repack_grids" || how.kind !== 12 ? how.rowBytes : 0, codeWords, how.highStart, format.scaleWords, format.head.length,
      how.secondStart, how.padCode, ...place,
    ]; // prettier-ignore
    const bound = [piece, codes, scales, make(new Uint32Array(record))];
    await run(
      how.shader === "repack_grids" ? repackGrids : repackBlocks,
      { kind: how.kind },
      [bound],
      format.rowChunks,
      count,
    );
  }
}

async function read(device: GPUDevice, source: GPUBuffer): Promise<ArrayBuffer> {
  const copy = device.createBuffer({ size: source.size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, copy, 0, source.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(MAP_READ);
  const bytes = copy.getMappedRange().slice(0);
  copy.destroy();
  return bytes;
}
