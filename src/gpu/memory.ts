// The GPU buffers of a model, or of a stage of its load, counted. It owns what it makes: one dispose frees all.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import { bufferRefused, namedShortage } from "./shortage.ts";
import { wordSum } from "./word-sum.ts";

/** Bytes of all live buffers of a device, whoever's. */
const takenOf = new WeakMap<GPUDevice, number>();

/** What a buffer begins with, or holds from a byte on, and its sum (word-sum.ts). */
export interface Written {
  buffer: GPUBuffer;
  offset?: number;
  sizeBytes: number;
  sum: number;
  /** For people; default: the buffer's label. */
  what?: string;
}

export class GpuMemory {
  readonly #gpu: Gpu;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #written = new Map<GPUBuffer, Written>();
  #usedBytes = 0;
  /** For each buffer of what is being made: its refusal, if any. */
  #refusals: Promise<PronkError | undefined>[] | undefined;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Bytes of all live buffers. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** A zeroed storage buffer of at least `sizeBytes`, rounded up to 16. */
  storage(label: string, sizeBytes: number, extraUsage = 0): GPUBuffer {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    return this.#create(label, sizeBytes, STORAGE | COPY_SRC | COPY_DST | extraUsage);
  }

  /** Writes what the buffer begins with from now on: nothing else may write there, not even the GPU. */
  write(buffer: GPUBuffer, words: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | ArrayBuffer): void {
    this.#written.set(buffer, { buffer, sizeBytes: words.byteLength, sum: wordSum(words) });
    this.#gpu.device.queue.writeBuffer(buffer, 0, words);
  }

  /** All that `write` wrote, with the sum that it must have. */
  get written(): Written[] {
    return [...this.#written.values()];
  }

  /** A buffer the host reads: copied into, then mapped. */
  readback(label: string, sizeBytes: number): GPUBuffer {
    return this.#create(label, sizeBytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  /** A small buffer whose contents never change. */
  uniform(label: string, record: ArrayBuffer): GPUBuffer {
    const { UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const buffer = this.#create(label, record.byteLength, UNIFORM | COPY_SRC | COPY_DST);
    this.write(buffer, record);
    return buffer;
  }

  /**
   * Gives the result of `make`, which must be synchronous. Where the GPU refuses a buffer, which it reports late, everything
   * made is freed and the refusal thrown.
   */
  async checked<T>(what: string, make: () => T): Promise<T> {
    const { device } = this.#gpu;
    const before = new Set(this.#buffers);
    const refusals: Promise<PronkError | undefined>[] = (this.#refusals = []);
    // Writes into a refused buffer are invalid, too: that is a consequence, not a fault in itself.
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory"); // of what is not a buffer
    let popped: Promise<GPUError | null>[] = [];
    try {
      const made = make();
      this.#refusals = undefined;
      popped = [device.popErrorScope(), device.popErrorScope()]; // at once: others may push scopes of theirs
      const [[memory, invalid], refused] = await Promise.all([Promise.all(popped), Promise.all(refusals)]);
      const refusal =
        refused.find(Boolean) ?? (memory && bufferRefused({ buffer: what, takenBytes: this.#taken }, memory.message));
      if (refusal) throw refusal;
      if (!invalid) return made;
      throw new PronkError("driver-fault", `The GPU refused ${what}: ${invalid.message}`, { buffer: what });
    } catch (error) {
      this.#refusals = undefined;
      if (popped.length === 0) popped = [device.popErrorScope(), device.popErrorScope()]; // `make` failed by itself
      void Promise.allSettled([...popped, ...refusals]);
      this.#releaseAllBut(before);
      throw namedShortage(error);
    }
  }

  /**
   * For several `checked` one after the other: where one of them fails, everything made since the first is freed. Nobody
   * else may allocate meanwhile.
   */
  async together<T>(make: () => Promise<T>): Promise<T> {
    const before = new Set(this.#buffers);
    try {
      return await make();
    } catch (error) {
      this.#releaseAllBut(before);
      throw error;
    }
  }

  release(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.#written.delete(buffer);
    this.#count(-buffer.size);
    buffer.destroy();
  }

  dispose(): void {
    this.#releaseAllBut(new Set());
  }

  #releaseAllBut(kept: ReadonlySet<GPUBuffer>): void {
    for (const buffer of this.#buffers) if (!kept.has(buffer)) this.release(buffer);
  }

  #create(label: string, sizeBytes: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(sizeBytes / 16) * 16);
    const { device, maxBindingBytes: limit } = this.#gpu;
    if (size > limit) {
      throw new PronkError(
        "out-of-memory",
        `${label} needs ${size} bytes in one GPU buffer; this adapter allows ${limit}. Choose a shorter context or a smaller model.`,
        { buffer: label, neededBytes: size, limitBytes: limit },
      );
    }
    const refused = { buffer: label, neededBytes: size, takenBytes: this.#taken };
    device.pushErrorScope("out-of-memory");
    let buffer: GPUBuffer;
    try {
      buffer = device.createBuffer({ label, size, usage });
    } catch (error) {
      throw error instanceof RangeError ? bufferRefused(refused, error.message) : error;
    } finally {
      this.#watch(device.popErrorScope().then((error) => (error ? bufferRefused(refused, error.message) : undefined)));
    }
    this.#buffers.add(buffer);
    this.#count(size);
    return buffer;
  }

  /** A refusal goes to whoever checks what is being made, otherwise to the whole GPU. */
  #watch(refusal: Promise<PronkError | undefined>): void {
    refusal.catch(() => {}); // a lost device reports itself
    if (this.#refusals) this.#refusals.push(refusal);
    else refusal.then((told) => told && this.#gpu.refused(told)).catch(() => {});
  }

  get #taken(): number {
    return takenOf.get(this.#gpu.device) ?? 0;
  }

  #count(bytes: number): void {
    this.#usedBytes += bytes;
    takenOf.set(this.#gpu.device, this.#taken + bytes);
  }
}
