// What a LoRA does to a weight's products, on the GPU: A of all the matrices that it changes as one weight (one dispatch
// makes all of A x), and for each row what is done with that. Loaded when an engine has adapters.

import { plainFormat } from "../quant/row-format.ts";
import type { Gpu } from "./device.ts";
import { bindGroups } from "./dispatch.ts";
import type { Kernels } from "./kernel.ts";
import type { GpuMemory } from "./memory.ts";
import { strideOf } from "./operations.ts";
import { placedRow, type RowPlace } from "./row-place.ts";
import { allocateWeight, weightUse, type LowRank, type Weight } from "./weight.ts";

/** The change of one of a weight's matrices: scale B A. */
export interface LowRankMatrix {
  /** Its rows in the weight. */
  place: RowPlace;
  rows: number;
  rank: number;
  a: Float32Array; // [rank, cols]
  b: Float32Array; // [rows, rank]
  scale: number;
  /** DoRA's. [rows] */
  magnitude?: Float32Array;
}

/** Replaces a matrix's own bias, or adds to it. */
export interface ChangedBias {
  place: RowPlace;
  values: Float32Array; // [rows]
  /** Whether it is added to the weight's own. */
  added?: boolean;
}

export interface LowRankRequest {
  gpu: Gpu;
  memory: GpuMemory;
  /** As the model has it; its rows are there already where a matrix has magnitudes. */
  weight: Weight;
  matrices: readonly LowRankMatrix[];
  biases?: readonly ChangedBias[];
  /** Where A x goes: at least as wide as `rankOf(matrices)`. */
  reduced: GPUBuffer; // [T, rank]
}

const whole = (rank: number) => Math.ceil(rank / 4) * 4; // the GPU takes fours

/** Columns of A x: ranks are rounded up to fours. */
export const rankOf = (matrices: readonly Pick<LowRankMatrix, "rank">[]): number =>
  Math.max(
    4,
    matrices.reduce((sum, { rank }) => sum + whole(rank), 0),
  );

/** The weight with its change. A matrix with magnitudes is right after `scaleRows`. */
export function allocateLowRank({ gpu, memory, weight, matrices, biases = [], reduced }: LowRankRequest): LowRank {
  const { name, rows, cols } = weight;
  const rank = rankOf(matrices);
  const down = floatWeight(gpu, memory, `${name} A`, rank, cols, (write) => {
    let row = 0;
    for (const { a, rank: own } of matrices) {
      for (let i = 0; i < own; i++) write(row + i, a.subarray(i * cols, (i + 1) * cols));
      row += whole(own);
    }
  });
  const fours = Math.max(0, ...matrices.map((matrix) => whole(matrix.rank) / 4));
  const stride = 4 * (1 + fours);
  const numbers = new Float32Array((rows + 1) * stride);
  for (let row = 0; row < rows; row++) {
    numbers[row * stride] = 1;
    numbers[row * stride + 1] = weight.biasValues?.[row] ?? 0;
  }
  for (const { place, values, added } of biases)
    for (const [row, value] of values.entries()) {
      const at = placedRow(place, row) * stride + 1;
      numbers[at] = added ? numbers[at] + value : value;
    }
  let start = 0;
  for (const { place, rows: own, rank: ownRank, b, scale } of matrices) {
    for (let row = 0; row < own; row++) {
      const at = placedRow(place, row) * stride;
      numbers[at + 2] = start / 4;
      numbers[at + 3] = whole(ownRank) / 4;
      for (let i = 0; i < ownRank; i++) numbers[at + 4 + i] = scale * b[row * ownRank + i];
    }
    start += whole(ownRank);
  }
  const buffer = memory.storage(`${name} B`, numbers.byteLength);
  memory.write(buffer, numbers);
  return { down, rows: buffer, stride: stride / 4, reduced: { buffer: reduced, cols: rank, stride: strideOf(rank) } };
}

/** Bytes that the changes of one weight take once more where they stand side by side (model/mixed-weights.ts). */
export function sideBySideBytes({ rows, cols }: Weight, changes: readonly (LowRank | undefined)[]): number {
  if (changes.every((one) => !one)) return 0;
  const bytesOf = ({ stride, reduced }: LowRank) => 16 * (rows + 1) * stride + 4 * reduced.cols * strideOf(cols);
  return changes.reduce((sum, one) => sum + (one ? bytesOf(one) : 0), 16 * (changes.length + rows + 2));
}

/** A matrix in f32. `fill` writes its rows; those that it leaves out are zero. */
export function floatWeight(
  { maxBindingBytes }: Pick<Gpu, "maxBindingBytes">,
  memory: GpuMemory,
  name: string,
  rows: number,
  cols: number,
  fill: (write: (row: number, values: Float32Array) => void) => void,
): Weight {
  const format = plainFormat("f32", cols);
  const weight = allocateWeight(memory, { name, cols, segments: [{ format, rows }] }, maxBindingBytes);
  const stride = strideOf(cols);
  const numbers = new Float32Array(rows * stride);
  fill((row, values) => numbers.set(values, row * stride));
  for (const { codes, rowStart, rows: own } of weight.parts)
    memory.write(codes, numbers.slice(rowStart * stride, (rowStart + own) * stride));
  return weight;
}

/** Gives the rows of matrices with magnitudes their scales; the weight and the change must be there. */
export async function scaleRows(
  { gpu, memory, weight, matrices }: LowRankRequest,
  { down, rows, stride }: LowRank,
  kernels: Kernels,
): Promise<void> {
  const magnitudes = new Float32Array(2 * weight.rows);
  for (const { place, magnitude } of matrices)
    magnitude?.forEach((value, row) => magnitudes.set([1, value], 2 * placedRow(place, row)));
  if (magnitudes.every((value) => value === 0)) return;
  const [buffer, none] = await memory.checked("magnitudes", () => [
    memory.storage("magnitudes", magnitudes.byteLength),
    memory.storage("no order", 16),
  ]);
  const { device } = gpu;
  device.queue.writeBuffer(buffer, 0, magnitudes);
  const encoder = device.createCommandEncoder();
  for (const part of weight.parts) {
    const use = {
      kernel: "low_rank_scales" as const,
      constants: {
        cols: weight.cols,
        down_stride: strideOf(weight.cols),
        low_rank_stride: stride,
        gathered: part.order !== undefined,
      },
      buffers: { down: down.parts[0].codes, low_rank: rows, magnitudes: buffer, order: part.order ?? none },
      weight: weightUse(part, gpu.features),
    };
    const { decode } = use.weight;
    const constants = { ...use.weight.constants, ...use.constants };
    const pipeline = await kernels.pipeline({ kernel: use.kernel, decode, constants });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    for (const [index, group] of bindGroups(device, pipeline, use).entries()) pass.setBindGroup(index, group);
    pass.dispatchWorkgroups(Math.ceil(part.rows / 64));
    pass.end();
  }
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  for (const made of [buffer, none]) memory.release(made);
}
