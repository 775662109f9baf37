// Stored rows -> GPU layout. Bytes go through one staging buffer and the repack shader, whole rows at a time; a row that
// is cut between two calls waits here. Every encoding is one or two slices of a stored row (codes, scales). Where a row
// goes in its weight is the target's business: the shader puts each in its place.

import { storedRowBytes, type Encoding } from "../quant/layout.ts";
import type { Gpu } from "./device.ts";
import type { Kernels } from "./kernel.ts";
import type { GpuMemory } from "./memory.ts";
import { rowLayout, type RowPlace, type Weight, type WeightPart } from "./weight.ts";

/** A tensor on its way into a weight. */
export interface UploadTarget {
  weight: Weight;
  place: RowPlace;
  encoding: Encoding;
}

const stagingBytes = 4 << 20; // big enough to hide a submit, small enough to be one of several copies in flight
const bytesInFlight = 64 << 20; // browsers copy what writeBuffer is given; wait now and then so the copies stay few

interface Slice {
  start: number; // byte in the stored row
  bytes: number;
  toRowWords: number;
}

function slicesOf({ encoding, weight: { cols } }: UploadTarget): Slice[] {
  const layout = rowLayout(encoding, cols);
  const rowBytes = storedRowBytes(encoding, cols);
  const codes = { start: 0, bytes: rowBytes, toRowWords: layout.codeBytes / 4 };
  if (!layout.scaleBytes) return [codes];
  const scaleBytes = 2 * layout.rowChunks;
  return [
    { start: scaleBytes, bytes: rowBytes - scaleBytes, toRowWords: layout.codeBytes / 4 },
    { start: 0, bytes: scaleBytes, toRowWords: layout.scaleBytes / 4 },
  ];
}

/** Whether any of the tensor's rows [firstRow, firstRow + rows) can lie in the part. */
function mayHold(part: WeightPart, { place: { base, half } }: UploadTarget, firstRow: number, rows: number): boolean {
  const both = 2 * half;
  const from = half ? firstRow - (firstRow % both) : firstRow;
  const to = half ? Math.ceil((firstRow + rows) / both) * both : firstRow + rows;
  return base + from < part.rowStart + part.rows && base + to > part.rowStart;
}

export class Uploader {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #pipeline: Promise<GPUComputePipeline>;
  readonly #staging: GPUBuffer;
  readonly #slice: GPUBuffer; // the shader's Slice record
  readonly #carries = new Map<UploadTarget, Uint8Array>();
  #sinceWait = 0;

  constructor(gpu: Gpu, memory: GpuMemory, kernels: Kernels) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#pipeline = kernels.pipeline({ kernel: "repack_rows" });
    this.#staging = memory.storage("upload staging", stagingBytes + 16);
    this.#slice = memory.storage("upload slice", 48);
  }

  /** Bytes of the tensor in stored form from `offset` on; calls for one target come in order and without gaps. */
  async write(target: UploadTarget, offset: number, bytes: Uint8Array): Promise<void> {
    const rowBytes = storedRowBytes(target.encoding, target.weight.cols);
    let row = Math.floor(offset / rowBytes);
    let at = 0;
    if (offset === 0) this.#carries.delete(target); // a load that began again
    const carry = this.#carries.get(target);
    if (carry) {
      const need = Math.min(rowBytes - carry.length, bytes.length);
      const joined = new Uint8Array(carry.length + need);
      joined.set(carry);
      joined.set(bytes.subarray(0, need), carry.length);
      at = need;
      if (joined.length < rowBytes) {
        this.#carries.set(target, joined);
        return;
      }
      this.#carries.delete(target);
      await this.#rows(target, row++, joined, rowBytes);
    }
    const whole = Math.floor((bytes.length - at) / rowBytes) * rowBytes;
    const most = Math.max(1, Math.min(Math.floor(stagingBytes / rowBytes), 65535)) * rowBytes;
    for (const end = at + whole; at < end;) {
      const piece = bytes.subarray(at, Math.min(at + most, end));
      await this.#rows(target, row, piece, rowBytes);
      row += piece.length / rowBytes;
      at += piece.length;
    }
    if (at < bytes.length) this.#carries.set(target, bytes.slice(at));
  }

  dispose(): void {
    this.#memory.release(this.#staging);
    this.#memory.release(this.#slice);
  }

  /** `bytes` are whole rows from `firstRow` on; the shader leaves out those that belong to another part. */
  async #rows(target: UploadTarget, firstRow: number, bytes: Uint8Array, rowBytes: number): Promise<void> {
    const rows = bytes.length / rowBytes;
    const { weight, encoding } = target;
    this.#stage(bytes);
    for (const part of weight.parts) {
      if (part.encoding === encoding && mayHold(part, target, firstRow, rows)) {
        await this.#repack(target, part, firstRow, rows, rowBytes);
      }
    }
    this.#sinceWait += bytes.length;
    if (this.#sinceWait >= bytesInFlight) {
      this.#sinceWait = 0;
      await this.#gpu.device.queue.onSubmittedWorkDone();
      this.#gpu.check();
    }
  }

  async #repack(target: UploadTarget, part: WeightPart, firstRow: number, rows: number, rowBytes: number) {
    const { device } = this.#gpu;
    const pipeline = await this.#pipeline;
    const { base, half } = target.place;
    for (const [i, slice] of slicesOf(target).entries()) {
      const from = [rows, firstRow, rowBytes, slice.start, slice.bytes, slice.toRowWords];
      const record = new Uint32Array([...from, base, half, part.rowStart, part.rows]);
      device.queue.writeBuffer(this.#slice, 0, record);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      const buffers = [this.#staging, part.buffers[i], this.#slice];
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(Math.ceil(slice.toRowWords / 64), rows);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }

  /** writeBuffer wants whole words; a tail of one to three bytes is padded. */
  #stage(bytes: Uint8Array): void {
    const { queue } = this.#gpu.device;
    const whole = bytes.length & ~3;
    queue.writeBuffer(this.#staging, 0, bytes as Uint8Array<ArrayBuffer>, 0, whole);
    if (whole === bytes.length) return;
    const tail = new Uint8Array(4);
    tail.set(bytes.subarray(whole));
    queue.writeBuffer(this.#staging, whole, tail);
  }
}
