// Quantizes matrix rows on the GPU while a model is loaded, and brings the bytes back, because they are what the store
// keeps. Several batches are in flight at a time: Firefox maps only on a 100 ms poll (bugzilla 1870699). The shader leaves
// codes and scales apart; they are joined as they are copied out of the mapped buffer. What the shader was given is summed
// beside it: wrong bytes would be kept for good.

import { groupSize, storedRowBytes } from "../quant/layout.ts";
import { dequantizeRows, quantizeRows, refuseRow, type FileRows, type RowQuantizer } from "../quant/rows.ts";
import { isSwiftShader } from "./adapter.ts";
import type { Gpu } from "./device.ts";
import { bindGroups, type KernelUse, type ShaderOf } from "./dispatch.ts";
import { Kernels } from "./kernel.ts";
import { GpuMemory } from "./memory.ts";
import { readMapped } from "./readback.ts";
import { packRecord } from "./record.ts";
import { shaderRecords } from "./shader-interfaces.ts";
import { encodeSum, notArrived, summedEvery, sumPipeline } from "./sum-buffers.ts";
import { sampleSum, wordSum } from "./word-sum.ts";

// Not measured; chosen because six results of 4 MiB are 250 MB a second where a browser maps every 100 ms.
const batchBytes = 4 << 20; // of the source
const batchesInFlight = 6;
const batchGroups = batchBytes / 2 / groupSize; // as many as f16 rows hold that have no short group
const mostResultBytes = batchGroups * (groupSize + 4); // q8: codes and a word of scale
const notFinite = 0xffffffff;
const dtypes = { f32: 0, f16: 1, bf16: 2 };

/**
 * Whether the GPU is faster. SwiftShader is not: 15 to 28 million weights a second on both cores of a machine where
 * JavaScript makes 26 to 33 on one (2026-11-25). lavapipe is, by eight times.
 */
export function quantizesFaster({ adapter }: Pick<Gpu, "adapter">): boolean {
  return !isSwiftShader(adapter);
}

type Buffers = { [Name in keyof KernelUse<"quantize_groups">["buffers"]]: GPUBuffer };

export class GpuRowQuantizer implements RowQuantizer, Disposable {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #kernels: Kernels;
  #buffers: (Buffers & { sum: GPUBuffer }) | undefined;
  #allocated: Promise<void> | undefined;
  #summing: GPUComputePipeline | undefined;
  readonly #free: GPUBuffer[] = []; // to be mapped
  readonly #waiting: ((buffer: GPUBuffer) => void)[] = [];

  /** Allocates nothing before the first row. */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#memory = new GpuMemory(gpu);
    this.#kernels = new Kernels(gpu);
  }

  async quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { name, dtype, encoding, cols, bytes } = rows;
    const shader: ShaderOf<"quantize_groups"> = {
      kernel: "quantize_groups",
      constants: { bits: encoding === "q8" ? 8 : 4, dtype: dtypes[dtype] },
    };
    const pipeline = await this.#kernels.pipeline(shader);
    this.#summing ??= await sumPipeline(this.#gpu, this.#kernels);
    const rowBytes = storedRowBytes(dtype, cols);
    const storedBytes = storedRowBytes(encoding, cols);
    const most = Math.min(Math.floor(batchBytes / rowBytes), Math.floor(batchGroups / Math.ceil(cols / groupSize)));
    const count = bytes.length / rowBytes;
    // No model has rows that are longer than a batch.
    if (most === 0) return stored.set(quantizeRows(encoding, dequantizeRows(dtype, bytes, count, cols), cols, name));
    const batches: Promise<void>[] = [];
    try {
      for (let row = 0; row < count; row += most) {
        const end = Math.min(row + most, count);
        const result = await this.#freeBuffer();
        if (signal?.aborted) this.#giveBack(result); // others wait for it, and would for ever
        signal?.throwIfAborted();
        const piece = { ...rows, bytes: bytes.subarray(row * rowBytes, end * rowBytes) };
        const batch = this.#batch(pipeline, piece, stored.subarray(row * storedBytes, end * storedBytes), result);
        batch.catch(() => {}); // reported below
        batches.push(batch);
      }
      await Promise.all(batches);
    } finally {
      await Promise.allSettled(batches); // they write into what the caller may use again
    }
  }

  [Symbol.dispose](): void {
    this.#memory.dispose();
  }

  async #batch(pipeline: GPUComputePipeline, rows: FileRows, stored: Uint8Array, result: GPUBuffer): Promise<void> {
    try {
      const { device } = this.#gpu;
      const { dtype, encoding, cols, bytes } = rows;
      const rowGroups = Math.ceil(cols / groupSize);
      const count = bytes.length / storedRowBytes(dtype, cols);
      const groups = count * rowGroups;
      const codeBytes = (encoding === "q8" ? groupSize : groupSize / 2) * groups;
      const buffers = this.#buffers!;
      const { source, quantized, batch, sum } = buffers;
      writeBytes(device.queue, source, bytes);
      const record = packRecord(shaderRecords.Batch, { groups, row_groups: rowGroups, cols });
      device.queue.writeBuffer(batch, 0, record);
      const sent = sampleSum(bytes as Uint8Array<ArrayBuffer>, summedEvery(this.#gpu));
      const expected = (sent + wordSum(record)) >>> 0;
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(sum);
      const pass = encoder.beginComputePass();
      encodeSum(this.#gpu, pass, this.#summing!, { buffer: source, sizeBytes: bytes.length }, sum);
      encodeSum(this.#gpu, pass, this.#summing!, { buffer: batch, sizeBytes: record.byteLength }, sum);
      pass.setPipeline(pipeline);
      const [group] = bindGroups(device, pipeline, { kernel: "quantize_groups", buffers });
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(groups / 64));
      pass.end();
      const sizeBytes = codeBytes + 4 * groups;
      encoder.copyBufferToBuffer(quantized, 0, result, 0, sizeBytes);
      encoder.copyBufferToBuffer(sum, 0, result, sizeBytes, 4);
      device.queue.submit([encoder.finish()]);
      await readMapped(this.#gpu, result, sizeBytes + 4, (mapped) => {
        const [found] = new Uint32Array(mapped, sizeBytes);
        if (found !== expected) throw notArrived("rows to be quantized", { expected, found });
        join(rows, new Uint8Array(mapped, 0, codeBytes), new Uint32Array(mapped, codeBytes, groups), stored);
      });
      checkRow(rows, stored, count >> 1);
    } finally {
      this.#giveBack(result);
    }
  }

  #giveBack(result: GPUBuffer): void {
    const next = this.#waiting.shift();
    if (next) next(result);
    else this.#free.push(result);
  }

  /** All of it or nothing: whoever waits for a buffer must not wait for ever. */
  #allocate(): Promise<void> {
    const memory = this.#memory;
    return memory.checked("the quantizer", () => {
      const free = Array.from({ length: batchesInFlight }, (_, i) =>
        memory.readback(`quantizer readback ${i}`, mostResultBytes + 4),
      );
      this.#buffers = {
        source: memory.storage("quantizer source", batchBytes + 16),
        quantized: memory.storage("quantizer result", mostResultBytes),
        batch: memory.storage("quantizer batch", 16),
        sum: memory.storage("quantizer sum", 4),
      };
      this.#free.push(...free);
    });
  }

  async #freeBuffer(): Promise<GPUBuffer> {
    await (this.#allocated ??= this.#allocate());
    return this.#free.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** One row of each batch is quantized here, too. */
function checkRow({ name, dtype, encoding, cols, bytes }: FileRows, stored: Uint8Array, row: number): void {
  const [rowBytes, storedBytes] = [storedRowBytes(dtype, cols), storedRowBytes(encoding, cols)];
  const weights = dequantizeRows(dtype, bytes.subarray(row * rowBytes, (row + 1) * rowBytes), 1, cols);
  const expected = wordSum(quantizeRows(encoding, weights, cols, name));
  const found = wordSum(stored.slice(row * storedBytes, (row + 1) * storedBytes));
  if (found !== expected) throw notArrived(`quantized rows of ${name}`, { expected, found });
}

/** Stored rows are scales, then codes. */
function join(rows: FileRows, codes: Uint8Array, scales: Uint32Array, stored: Uint8Array): void {
  const rowGroups = Math.ceil(rows.cols / groupSize);
  const rowCodes = (codes.length / scales.length) * rowGroups;
  const halves = new Uint16Array(rowGroups);
  const scaleBytes = new Uint8Array(halves.buffer);
  let at = 0;
  for (let group = 0; group < scales.length; group += rowGroups) {
    for (let i = 0; i < rowGroups; i++) {
      if (scales[group + i] === notFinite) refuseRow(rows, group / rowGroups);
      halves[i] = scales[group + i];
    }
    stored.set(scaleBytes, at);
    at += scaleBytes.length;
    const codesAt = (group / rowGroups) * rowCodes;
    stored.set(codes.subarray(codesAt, codesAt + rowCodes), at);
    at += rowCodes;
  }
}

/** They are summed by 16, and writeBuffer wants whole words: a tail is padded. */
function writeBytes(queue: GPUQueue, buffer: GPUBuffer, bytes: Uint8Array): void {
  const whole = bytes.length & ~15;
  queue.writeBuffer(buffer, 0, bytes as Uint8Array<ArrayBuffer>, 0, whole);
  if (whole === bytes.length) return;
  const tail = new Uint8Array(16);
  tail.set(bytes.subarray(whole));
  queue.writeBuffer(buffer, whole, tail);
}
