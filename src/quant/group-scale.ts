// The scale of a group of 32 weights: an f16 whose reach covers the group's largest weight. Rounding it to f16 comes
// before the codes are computed, so codes and scale fit each other.

import { floatToHalf, halfToFloat } from "./half.ts";

/**
 * Bits of the f16 nearest to largest / reach; one step larger where the nearest is so small (a few units of 2^-24)
 * that the largest weight would lie more than half a code beyond the last one. `largest` may be negative.
 */
export function groupScale(largest: number, reach: number): number {
  if (largest === 0) return 0;
  const bits = floatToHalf(largest / reach);
  return Math.abs(largest) > (Math.abs(reach) + 0.5) * Math.abs(halfToFloat(bits)) ? bits + 1 : bits;
}
