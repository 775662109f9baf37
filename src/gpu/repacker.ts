// Runs repack shaders over pieces of stored bytes: one staging buffer, one record of parameters, a submit for each dispatch.
// What the bytes are and where they go is upload.ts's and packed-upload.ts's business. Where nothing else shows whether they
// arrived, the GPU sums what each dispatch finds.

import type { Gpu } from "./device.ts";
import { bindGroups, type KernelUse, type RecordsOf, type ShaderOf } from "./dispatch.ts";
import type { Kernels } from "./kernel.ts";
import type { GpuMemory, Written } from "./memory.ts";
import { packRecord, type RecordFields, type RecordLayout } from "./record.ts";
import { shaderRecords } from "./shader-interfaces.ts";
import { encodeSum, summedEvery, sumPipeline } from "./sum-buffers.ts";
import { sampleSum, wordSum } from "./word-sum.ts";
import { pairsOf, type RowPlace } from "./row-place.ts";
import type { WeightPart } from "./weight.ts";

/** The end of every record: the tensor's place in the weight, and the weight's rows in the part. */
export const placeIn = ({ rowStart, rows }: WeightPart, { base, half }: RowPlace) => ({
  base,
  half,
  part_start: rowStart,
  part_rows: rows,
});

/** Bytes of a piece: big enough to hide a submit, small enough to be one of several copies in flight. Not measured. */
export const pieceBytes = 4 << 20;

// Browsers copy what writeBuffer is given; wait now and then so the copies stay few. Not measured: four
// blocks of a load.
const bytesInFlight = 64 << 20;

/** Words of a row that one invocation of repack_rows or copy_rows copies: 64 bytes. The times of 2026-11-25 were not kept. */
export const rowWordsEach = 16;

type RepackName =
  | "copy_rows"
  | "repack_rows"
  | "repack_blocks"
  | "repack_columns"
  | "repack_grids"
  | "repack_slabs"
  | "repack_streams"
  | "repack_turned";

/** A repack shader with its override constants. */
export type RepackChoice = ShaderOf<RepackName>;

/** Where it writes, its record, and its invocations along x and y. The staged bytes are bound by the repacker. */
export type RepackDispatch = {
  [Name in RepackName]: ShaderOf<Name> & {
    buffers: Omit<KernelUse<Name>["buffers"], "stored" | keyof RecordsOf<Name>>;
    record: RecordsOf<Name>;
    grid: [number, number];
  };
}[RepackName];

const recordBytes = 64; // the largest

const layouts = {
  copy_rows: shaderRecords.CopyPiece,
  repack_rows: shaderRecords.Slice,
  repack_blocks: shaderRecords.BlocksPiece,
  repack_columns: shaderRecords.ColumnsPiece,
  repack_grids: shaderRecords.BlocksPiece,
  repack_slabs: shaderRecords.SlabsPiece,
  repack_streams: shaderRecords.StreamsPiece,
  repack_turned: shaderRecords.TurnedPiece,
};

export class Repacker {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #kernels: Kernels;
  readonly #record: GPUBuffer;
  #staging: GPUBuffer;
  #sinceWait = 0;
  #staged = { sizeBytes: 0, sum: 0 };
  #sums: { buffer: GPUBuffer; expected: number } | undefined; // of all that was found by dispatches

  constructor(gpu: Gpu, memory: GpuMemory, kernels: Kernels) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#staging = memory.storage("upload staging", pieceBytes + 16);
    this.#record = memory.storage("upload record", recordBytes);
  }

  /** From now on all bytes go through the staging buffer and are summed there. */
  sumAll(): void {
    this.#sums = { buffer: this.#memory.storage("the bytes that weights are made of", 4), expected: 0 };
  }

  get sumsAll(): boolean {
    return this.#sums !== undefined;
  }

  /** The sum of what all dispatches have found since `sumAll`, to be checked as if the host had written it. */
  get summed(): Written[] {
    if (!this.#sums) return [];
    const { buffer, expected } = this.#sums;
    return [{ buffer, sizeBytes: 4, sum: wordSum(Uint32Array.of(expected)) }];
  }

  /** Begins to compile what dispatches will need: browsers compile in order, and bytes must not wait for other shaders. */
  prepare(choices: Iterable<RepackChoice>): void {
    for (const choice of choices) this.#pipeline(choice).catch(() => {}); // the dispatch reports it
  }

  #pipeline({ kernel, constants = {} }: RepackChoice): Promise<GPUComputePipeline> {
    return this.#kernels.pipeline({ kernel, constants });
  }

  /** Bytes for the dispatches that follow. They are summed by 16, and writeBuffer wants whole words: a tail is padded. */
  stage(bytes: Uint8Array): void {
    if (bytes.length + 16 > this.#staging.size) {
      this.#memory.release(this.#staging); // WebGPU keeps it until the work submitted so far is done
      this.#staging = this.#memory.storage("upload staging", bytes.length + 16);
    }
    const { queue } = this.#gpu.device;
    const whole = bytes.length & ~15;
    queue.writeBuffer(this.#staging, 0, bytes as Uint8Array<ArrayBuffer>, 0, whole);
    this.#sinceWait += bytes.length;
    if (this.#sums)
      this.#staged = {
        sizeBytes: bytes.length,
        sum: sampleSum(bytes as Uint8Array<ArrayBuffer>, summedEvery(this.#gpu)),
      };
    if (whole === bytes.length) return;
    const tail = new Uint8Array(16);
    tail.set(bytes.subarray(whole));
    queue.writeBuffer(this.#staging, whole, tail);
  }

  /** Bytes that need no repacking, to byte `at` of `buffer`; both multiples of 4. */
  write(buffer: GPUBuffer, at: number, bytes: Uint8Array): void {
    this.#gpu.device.queue.writeBuffer(buffer, at, bytes as Uint8Array<ArrayBuffer>);
    this.#sinceWait += bytes.length;
  }

  async dispatch(dispatch: RepackDispatch): Promise<void> {
    const { kernel, record, grid: [x, y] } = dispatch; // prettier-ignore
    const pipeline = await this.#pipeline(dispatch);
    const { device } = this.#gpu;
    const [[name, fields]] = Object.entries<RecordFields<RecordLayout>>(record);
    const bytes = new Uint8Array(recordBytes);
    bytes.set(new Uint8Array(packRecord<RecordLayout>(layouts[kernel], fields)));
    const summing = this.#sums && (await sumPipeline(this.#gpu, this.#kernels));
    device.queue.writeBuffer(this.#record, 0, bytes);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    if (summing && this.#sums) {
      const { sizeBytes, sum } = this.#staged;
      this.#sums.expected = (this.#sums.expected + sum + wordSum(bytes)) >>> 0;
      encodeSum(this.#gpu, pass, summing, { buffer: this.#staging, sizeBytes }, this.#sums.buffer);
      encodeSum(this.#gpu, pass, summing, { buffer: this.#record, sizeBytes: recordBytes }, this.#sums.buffer);
    }
    pass.setPipeline(pipeline);
    const buffers = { ...dispatch.buffers, stored: this.#staging, [name]: this.#record };
    for (const [index, group] of bindGroups(device, pipeline, { kernel, buffers }).entries())
      pass.setBindGroup(index, group);
    pass.dispatchWorkgroups(Math.ceil(x / 64), y);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Waits for the GPU when much has been sent since the last time. */
  async breathe(): Promise<void> {
    if (this.#sinceWait < bytesInFlight) return;
    this.#sinceWait = 0;
    await this.#gpu.device.queue.onSubmittedWorkDone();
    this.#gpu.check();
  }

  dispose(): void {
    this.#memory.release(this.#staging);
    this.#memory.release(this.#record);
  }
}

/** Whether any of a tensor's rows [firstRow, firstRow + rows) can lie in the part. */
export function mayHold(part: WeightPart, { base, half }: RowPlace, firstRow: number, rows: number): boolean {
  const { period } = pairsOf(half);
  const from = half ? firstRow - (firstRow % period) : firstRow;
  const to = half ? Math.ceil((firstRow + rows) / period) * period : firstRow + rows;
  return base + from < part.rowStart + part.rows && base + to > part.rowStart;
}
