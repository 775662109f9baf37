// Small results on their way back to the host: a ring of mapped buffers, so several steps can be in flight while the
// oldest is read. Firefox maps only on a 100 ms poll (bugzilla 1870699): in flight is what hides it.

import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";

export interface Ring {
  readonly slots: number;
  /** Encodes a copy of `sizeBytes` from `source` into the next free slot; returns a function to call after submit. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, sizeBytes: number): () => Promise<ArrayBuffer>;
}

export function createRing(gpu: Gpu, memory: GpuMemory, label: string, slots: number, slotBytes: number): Ring {
  const free = Array.from({ length: slots }, (_, i) => memory.readback(`${label} ${i}`, slotBytes));
  return {
    slots,
    copy(encoder, source, sizeBytes) {
      const slot = free.shift();
      if (!slot) throw new RangeError(`${label}: more than ${slots} copies in flight`);
      encoder.copyBufferToBuffer(source, 0, slot, 0, sizeBytes);
      return async () => {
        try {
          await gpu.untilLost(slot.mapAsync(GPUMapMode.READ, 0, sizeBytes));
          const bytes = slot.getMappedRange(0, sizeBytes).slice(0);
          slot.unmap();
          return bytes;
        } finally {
          free.push(slot);
        }
      };
    },
  };
}
