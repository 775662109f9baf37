// Timed dispatches added up: one sum for each kernel and what it is used for, with the bytes it must
// read and the arithmetic it does, so that it can be placed under the adapter's roof.

import type { Model } from "../model/model.ts";
import { cacheBuffers, cacheBytesAt, weightBuffers } from "./engine-hooks.ts";
import type { TimedDispatch } from "./kernel-times.ts";

/** What one kernel did for one use, a token or a prompt. */
export interface KernelTotals {
  /** The shader and its decode, `matvec+q4`. */
  kernel: string;
  /** What it computes with: the weights' role, `cache`, or "" for what reads activations only. */
  role: string;
  /** Of workgroups. */
  dispatches: number;
  /** Of GPU time, milliseconds. */
  ms: number;
  /** Bytes of weights, keys and values that it must read; 0 where it reads activations only. */
  bytes: number;
  /** f32 operations on those. */
  flops: number;
}

/** `tokens` a batch, `position` of the last one; everything is divided by `steps`. */
export function kernelTable(
  model: Model,
  dispatches: readonly TimedDispatch[],
  { tokens, position, steps }: { tokens: number; position: number; steps: number },
): KernelTotals[] {
  const weights = new Map(weightBuffers(model).map((weight) => [weight.buffer, weight]));
  const cached = new Set(cacheBuffers(model.cache));
  const { config } = model;
  const cacheBytes = cacheBytesAt(model, position) / config.layers;
  // q . k and p . v: two operations each for every head, dim and position seen by the batch's middle token.
  const attentionFlops = 4 * config.heads * config.headDim * Math.max(1, position + 1 - (tokens - 1) / 2) * tokens;
  const totals = new Map<string, KernelTotals>();
  const counted = new Set<GPUBuffer>(); // a long prompt passes each weight in several batches: its arithmetic counts once
  for (const { label, buffers, ms } of dispatches) {
    const bound = buffers.flatMap((buffer) => weights.get(buffer) ?? []);
    const matrices = bound.filter(({ content }) => content !== "gain");
    const isAttention = matrices.length === 0 && label.startsWith("attention");
    const roles = new Set((matrices.length > 0 ? matrices : bound).map(({ role }) => role));
    const role = [...roles].join(" ") || (buffers.some((buffer) => cached.has(buffer)) ? "cache" : "");
    const key = `${label} ${role}`;
    let total = totals.get(key);
    if (!total) totals.set(key, (total = { kernel: label, role, dispatches: 0, ms: 0, bytes: 0, flops: 0 }));
    total.dispatches += 1 / steps;
    total.ms += ms / steps;
    // A kernel that reads one row for each token is no stream of the matrix.
    const isLookUp = label.startsWith("embed");
    for (const { buffer, elements, isHead } of bound) {
      total.bytes += (buffer.size * (isLookUp ? tokens / config.vocabSize : 1)) / steps;
      if (isLookUp || counted.has(buffer)) continue;
      counted.add(buffer);
      total.flops += 2 * elements * (isHead ? 1 : tokens);
    }
    const keys = buffers.find((buffer) => cached.has(buffer));
    if (!isAttention || !keys || counted.has(keys)) continue;
    counted.add(keys);
    total.bytes += cacheBytes;
    total.flops += attentionFlops;
  }
  return [...totals.values()].sort((a, b) => b.ms - a.ms);
}
