// Whether a model has room on this machine's adapter. WebGPU gives no memory size, so room is an estimate from the largest
// buffer allowed: advice for a page, never a refusal.

import type { AdapterCheck } from "../gpu/adapter-check.ts";

// Phones that allow 256 MiB a buffer spare about 2 GB for a tab's GPU work; desktops that allow 2 to 4 GiB have 8 to 24
// and more. One factor between them is as good as this gets.
const roomPerBuffer = 8;

/** What `countMemory` says of a model, as far as room is concerned. */
export interface MemoryNeed {
  totalBytes: number;
  largestBindingBytes: number;
}

/** Whether a model has room on the adapter, as far as can be told; `reason` when not. */
export function roomFor(need: MemoryNeed, check: AdapterCheck): { fits: boolean; reason?: string } {
  if (!check.supported) return { fits: false, reason: check.reason };
  const limitBytes = Math.min(check.maxBindingBytes, check.maxBufferBytes);
  if (need.largestBindingBytes > limitBytes)
    return {
      fits: false,
      reason: `One buffer needs ${inUnits(need.largestBindingBytes)}; this adapter allows ${inUnits(limitBytes)}. A shorter context needs less.`,
    };
  const roomBytes = roomPerBuffer * check.maxBufferBytes;
  if (need.totalBytes > roomBytes)
    return {
      fits: false,
      reason: `It needs ${inUnits(need.totalBytes)} of GPU memory; this adapter seems to have about ${inUnits(roomBytes)}.`,
    };
  return { fits: true };
}

export function inUnits(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
