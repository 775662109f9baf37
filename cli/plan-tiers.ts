// What adapters allow, in steps seen in the field, and whether a plan stays within them. WebGPU doesn't tell how much
// memory a GPU has: "fits" means that every binding and buffer is allowed, not that there is room.

import { defaultLimits } from "../src/gpu/adapter.ts";
import type { MemoryCount } from "../src/model/plan-memory.ts";

export interface AdapterTier {
  name: string;
  maxBindingBytes: number;
}

const GiB = 2 ** 30;

export const adapterTiers: AdapterTier[] = [
  { name: "default limits, every adapter", maxBindingBytes: defaultLimits.maxBindingBytes }, // maxBufferSize is then 256 MiB
  { name: "1 GiB bindings, many phones and software", maxBindingBytes: GiB },
  { name: "2 GiB - 4 bindings, most desktops", maxBindingBytes: 2 * GiB - 4 },
  { name: "4 GiB - 4 bindings, Apple and recent drivers", maxBindingBytes: 4 * GiB - 4 },
];

/** A buffer is bound whole, so the one number decides; no adapter allows less for a buffer than for a binding. */
export function fits(plan: MemoryCount, maxBindingBytes: number): boolean {
  return plan.largestBindingBytes <= maxBindingBytes;
}
