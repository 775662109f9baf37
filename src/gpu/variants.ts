// Which of several equal kernels runs on this adapter. The defaults are safe anywhere; tuning may replace them with what
// measures faster. All give the same numbers but for the order of sums, except the two that round, `bytes` and `int8`; the
// kernel tests hold each to its own bound.

import type { KvFormat } from "../quant/layout.ts";
import { isSwiftShader, type DeviceFacts } from "./adapter.ts";

/**
 * What a dispatch of a prompt may take: longer ones make a page stutter, and end in a lost device on some drivers. Not
 * measured; chosen because it is three frames, and far below the seconds after which drivers give up.
 */
export const mostDispatchMs = 50;

/** Below this many multiplications no adapter seen so far takes longer (SwiftShader on two cores: 1e9 a second, 2026-11-24). */
export const harmlessMacs = mostDispatchMs * 1e6;

/**
 * Largest error allowed, in units of the numbers' own size (root mean square). Sums in another order give about 1e-6; keys
 * and values rounded to f16 (11 bits) about 3e-4 of one, to q8 (a group's 127 steps) about 1e-2, and so do activations in
 * bytes; the largest of half a million logits lies five times as far out (0.05 for a 7B's two layers, 2026-11-25).
 */
export const allowedError: Record<KvFormat, number> = { f32: 1e-4, f16: 5e-3, q8: 1e-1 };

export interface Variants {
  /** Norm, rope, cache write and SwiGLU inside the matrix products of a single token; false: each a dispatch of its own. */
  fused: boolean;
  /** `tile`: the vector goes through shared memory; `bytes`: in 16 bits, where the weight has bytes or nibbles. */
  matvec: "plain" | "subgroup" | "tile" | "bytes";
  /** Plain: invocations that share four rows (1 has no barrier). */
  lanes: 1 | 4 | 16 | 64;
  /** Subgroup: subgroups that share four rows. */
  splits: 1 | 2 | 4;
  /** `rows` has no barriers. */
  matmul: "tile" | "rows";
  /** `rows` has no barriers. */
  attention: "tile" | "rows";
  /** Positions that one workgroup of decoding attention takes where there are more. */
  attentionSplit: number;
  /** Invocations that make one number of a whole row, as the sampler does. */
  reducers: 64 | 256;
  /** Products of many tokens in bytes where the weight is kept in bytes or nibbles: `x` is rounded to 8 bits by 32 columns. */
  int8: boolean;
  /** Several steps of decoding in flight; false: each waits for the id before it. */
  runAhead: boolean;
  /** Multiplications that a single dispatch of a prompt may hold, to keep it short on slow adapters. */
  macsPerDispatch: number;
}

/** Short ones give a GPU enough to do at once; each costs a software adapter barriers. Chosen 2026-11-27; no times were kept. */
export const attentionSplit = { hardware: 64, software: 256 };

/**
 * What to use where nothing was measured. Barriers cost a software adapter most, and occupancy costs it nothing. For the
 * hardware numbers no times were kept; where the adapter has a clock, tuning finds what suits it.
 */
export function defaultVariants(
  gpu: Pick<DeviceFacts, "software" | "features" | "adapter">,
  without: readonly string[] = [],
): Variants {
  const { software } = gpu;
  // lavapipe takes seconds to compile it and minds barriers less; SwiftShader is ten times as fast with it (2026-11-25).
  const attention = isSwiftShader(gpu.adapter) ? "rows" : "tile";
  return {
    fused: !without.includes("fusion"),
    matvec: software ? "plain" : "tile",
    lanes: software ? 1 : 16,
    splits: 1,
    matmul: software ? "rows" : "tile",
    attention,
    attentionSplit: software ? attentionSplit.software : attentionSplit.hardware,
    reducers: software ? 64 : 256,
    int8: false, // only where tuning finds it faster and near enough
    runAhead: !without.includes("run-ahead"),
    macsPerDispatch: Infinity,
  };
}
