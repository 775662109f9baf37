// Every GPU buffer of an engine, counted. It owns what it makes: one dispose frees all.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";

export class GpuMemory {
  readonly #gpu: Gpu;
  readonly #buffers = new Set<GPUBuffer>();
  #usedBytes = 0;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Bytes of all live buffers. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** A zeroed storage buffer of at least `sizeBytes`, rounded up to 16. */
  storage(label: string, sizeBytes: number, extraUsage = 0): GPUBuffer {
    return this.#create(label, sizeBytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | extraUsage);
  }

  write(buffer: GPUBuffer, words: Uint32Array<ArrayBuffer> | ArrayBuffer): void {
    this.#gpu.device.queue.writeBuffer(buffer, 0, words);
  }

  /** A buffer the host reads: copied into, then mapped. */
  readback(label: string, sizeBytes: number): GPUBuffer {
    return this.#create(label, sizeBytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  /** A small buffer whose contents never change. */
  uniform(label: string, record: ArrayBuffer): GPUBuffer {
    const buffer = this.#create(label, record.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.write(buffer, record);
    return buffer;
  }

  /**
   * What `make` gives, which must not wait; where the GPU refuses a buffer, which it tells late, all that was made is freed
   * and the refusal thrown.
   */
  async checked<T>(what: string, make: () => T): Promise<T> {
    const { device } = this.#gpu;
    const before = new Set(this.#buffers);
    // What is written into a buffer that was refused is invalid, too: that is a consequence, and no fault of its own.
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    let popped: Promise<GPUError | null>[] = [];
    try {
      const made = make();
      popped = [device.popErrorScope(), device.popErrorScope()]; // at once: others may push scopes of theirs
      const [memory, invalid] = await Promise.all(popped);
      if (!memory && !invalid) return made;
      if (!memory)
        throw new PronkError("driver-fault", `The GPU refused ${what}: ${invalid!.message}`, { buffer: what });
      throw new PronkError(
        "out-of-memory",
        `The GPU has no room for ${what}: ${memory.message}. Choose a smaller model, q4 or a shorter context.`,
        { buffer: what },
      );
    } catch (error) {
      if (popped.length === 0) popped = [device.popErrorScope(), device.popErrorScope()]; // `make` failed by itself
      void Promise.allSettled(popped);
      for (const buffer of this.#buffers) if (!before.has(buffer)) this.release(buffer);
      throw error;
    }
  }

  release(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.#usedBytes -= buffer.size;
    buffer.destroy();
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#usedBytes = 0;
  }

  #create(label: string, sizeBytes: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(sizeBytes / 16) * 16);
    const limit = this.#gpu.maxBindingBytes;
    if (size > limit) {
      throw new PronkError(
        "out-of-memory",
        `${label} needs ${size} bytes in one GPU buffer; this adapter allows ${limit}. Choose a shorter context or a smaller model.`,
        { buffer: label, neededBytes: size, limitBytes: limit },
      );
    }
    const buffer = this.#gpu.device.createBuffer({ label, size, usage });
    this.#buffers.add(buffer);
    this.#usedBytes += size;
    return buffer;
  }
}
