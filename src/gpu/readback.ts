// Small results on their way back to the host: a ring of mapped buffers, so several steps can be in flight while the oldest
// is read. Firefox maps only on a 100 ms poll (bugzilla 1870699); steps in flight hide it.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import { mappingRefused } from "./shortage.ts";

export interface Ring {
  readonly slots: number;
  /** Whether a slot is free. */
  readonly hasRoom: boolean;
  /** Encodes a copy of `sizeBytes` from `source` into the next free slot; returns a function to call after submit. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, sizeBytes: number, offset?: number): () => Promise<ArrayBuffer>;
}

export function createRing(gpu: Gpu, memory: GpuMemory, label: string, slots: number, slotBytes: number): Ring {
  const free = Array.from({ length: slots }, (_, i) => memory.readback(`${label} ${i}`, slotBytes));
  return {
    slots,
    get hasRoom() {
      return free.length > 0;
    },
    copy(encoder, source, sizeBytes, offset = 0) {
      const slot = free.shift();
      if (!slot) throw new RangeError(`${label}: more than ${slots} copies in flight`);
      encoder.copyBufferToBuffer(source, offset, slot, 0, sizeBytes);
      return async () => {
        try {
          return await readMapped(gpu, slot, sizeBytes, (bytes) => bytes.slice(0));
        } finally {
          free.push(slot);
        }
      };
    },
  };
}

/** Maps a readback buffer and gives what `read` makes of its bytes, which are gone afterwards. */
export async function readMapped<T>(
  gpu: Pick<Gpu, "untilLost">,
  buffer: GPUBuffer,
  sizeBytes: number,
  read: (bytes: ArrayBuffer) => T,
): Promise<T> {
  try {
    const bytes = await gpu
      .untilLost(buffer.mapAsync(GPUMapMode.READ, 0, sizeBytes))
      .then(() => buffer.getMappedRange(0, sizeBytes))
      .catch((error: unknown) => {
        // Only a lack of memory, or the loss of the device, keeps one of the device's own buffers from being mapped.
        throw error instanceof PronkError ? error : mappingRefused(buffer.label, sizeBytes, error);
      });
    return read(bytes);
  } finally {
    buffer.unmap();
  }
}

/** Small copies, made in passing and read at once. */
export interface Gathering {
  /** Where they go, for whoever releases it. */
  readonly buffer: GPUBuffer;
  /** Forgets what was copied. */
  begin(): void;
  /** Encodes a copy of `sizeBytes` of `source` from `offset` (default 0) on, behind the previous copy. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, sizeBytes: number, offset?: number): void;
  /** What was copied since `begin`; all of it is submitted. */
  read(): Promise<Uint32Array<ArrayBuffer>>;
}

export function createGathering(gpu: Gpu, memory: GpuMemory, label: string, sizeBytes: number): Gathering {
  const buffer = memory.readback(label, sizeBytes);
  let at = 0;
  return {
    buffer,
    begin() {
      at = 0;
    },
    copy(encoder, source, copiedBytes, offset = 0) {
      encoder.copyBufferToBuffer(source, offset, buffer, at, copiedBytes);
      at += copiedBytes;
    },
    async read() {
      if (at === 0) return new Uint32Array();
      return readMapped(gpu, buffer, at, (bytes) => new Uint32Array(bytes.slice(0)));
    },
  };
}
