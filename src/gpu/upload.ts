// Stored rows -> GPU layout. Bytes go through one staging buffer and the repack shader, whole rows at a time; a row that
// is cut between two calls waits here. Every encoding is one or two slices of a stored row (codes, scales).

import { storedRowBytes } from "../quant/layout.ts";
import type { Gpu } from "./device.ts";
import type { Kernels } from "./kernel.ts";
import type { GpuMemory } from "./memory.ts";
import type { Weight, WeightPart } from "./weight.ts";

const stagingBytes = 4 << 20; // big enough to hide a submit, small enough to be one of several copies in flight
const bytesInFlight = 64 << 20; // browsers copy what writeBuffer is given; wait now and then so the copies stay few

interface Slice {
  start: number; // byte in the stored row
  bytes: number;
  toRowWords: number;
}

function slicesOf(weight: Weight): Slice[] {
  const { layout, encoding, cols } = weight;
  const rowBytes = storedRowBytes(encoding, cols);
  const codes = { start: 0, bytes: rowBytes, toRowWords: layout.codeBytes / 4 };
  if (!layout.scaleBytes) return [codes];
  const scaleBytes = 2 * (layout.rowBlocks / 4); // a scale serves four blocks
  return [
    { start: scaleBytes, bytes: rowBytes - scaleBytes, toRowWords: layout.codeBytes / 4 },
    { start: 0, bytes: scaleBytes, toRowWords: layout.scaleBytes / 4 },
  ];
}

export class Uploader {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #pipeline: Promise<GPUComputePipeline>;
  readonly #staging: GPUBuffer;
  readonly #slice: GPUBuffer; // the shader's Slice record
  readonly #carries = new Map<Weight, Uint8Array>();
  #sinceWait = 0;

  constructor(gpu: Gpu, memory: GpuMemory, kernels: Kernels) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#pipeline = kernels.pipeline({ kernel: "repack_rows" });
    this.#staging = memory.storage("upload staging", stagingBytes + 16);
    this.#slice = memory.storage("upload slice", 32);
  }

  /** Bytes of the weight in stored form from `offset` on; calls for one weight come in order and without gaps. */
  async write(weight: Weight, offset: number, bytes: Uint8Array): Promise<void> {
    const rowBytes = storedRowBytes(weight.encoding, weight.cols);
    let row = Math.floor(offset / rowBytes);
    let at = 0;
    if (offset === 0) this.#carries.delete(weight); // a load that began again
    const carry = this.#carries.get(weight);
    if (carry) {
      const need = Math.min(rowBytes - carry.length, bytes.length);
      const joined = new Uint8Array(carry.length + need);
      joined.set(carry);
      joined.set(bytes.subarray(0, need), carry.length);
      at = need;
      if (joined.length < rowBytes) {
        this.#carries.set(weight, joined);
        return;
      }
      this.#carries.delete(weight);
      await this.#rows(weight, row++, joined, rowBytes);
    }
    const whole = Math.floor((bytes.length - at) / rowBytes) * rowBytes;
    const most = Math.max(1, Math.min(Math.floor(stagingBytes / rowBytes), 65535)) * rowBytes;
    for (const end = at + whole; at < end;) {
      const piece = bytes.subarray(at, Math.min(at + most, end));
      await this.#rows(weight, row, piece, rowBytes);
      row += piece.length / rowBytes;
      at += piece.length;
    }
    if (at < bytes.length) this.#carries.set(weight, bytes.slice(at));
  }

  dispose(): void {
    this.#memory.release(this.#staging);
    this.#memory.release(this.#slice);
  }

  /** `bytes` are whole rows from `firstRow` on; they may cross parts. */
  async #rows(weight: Weight, firstRow: number, bytes: Uint8Array, rowBytes: number): Promise<void> {
    const lastRow = firstRow + bytes.length / rowBytes;
    for (const part of weight.parts) {
      const from = Math.max(firstRow, part.rowStart);
      const to = Math.min(lastRow, part.rowStart + part.rows);
      if (from >= to) continue;
      const piece = bytes.subarray((from - firstRow) * rowBytes, (to - firstRow) * rowBytes);
      await this.#repack(weight, part, from - part.rowStart, to - from, piece, rowBytes);
    }
  }

  async #repack(weight: Weight, part: WeightPart, firstRow: number, rows: number, bytes: Uint8Array, rowBytes: number) {
    const { device } = this.#gpu;
    const pipeline = await this.#pipeline;
    this.#stage(bytes);
    for (const [i, slice] of slicesOf(weight).entries()) {
      const record = new Uint32Array([rows, firstRow, rowBytes, slice.start, slice.bytes, slice.toRowWords]);
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
    this.#sinceWait += bytes.length;
    if (this.#sinceWait >= bytesInFlight) {
      this.#sinceWait = 0;
      await device.queue.onSubmittedWorkDone();
      this.#gpu.check();
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
