// The KV cache: per layer, keys and values of positions, in pools of pages that grow as more are wanted. Positions are
// overwritten, never shifted. cache-pages.ts says who has which pages.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import { cacheRow, mostPages as tablePages, pagePositions } from "../gpu/cache-layout.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { mostStepTokens, type LayerCache } from "../gpu/operations.ts";
import type { KvFormat } from "../quant/layout.ts";
import { batchTokens } from "./activations.ts";

export interface KvCache {
  context: number; // positions that a sequence may have
  kv: KvFormat;
  /** Positions that a query sees. */
  window: number;
  /** In each pool. */
  pages: number;
  /** That a pool may grow to for one sequence. */
  mostPages: number;
  /** That it may grow to where several run. */
  sharedPages: number;
  /** Of a page in a pool. */
  pageBytes: number;
  layers: LayerCache[];
  table: GPUBuffer; // cache_pages.wgsl's
  spare: GPUBuffer; // room for a page: nothing is copied within one buffer
}

/** Positions that a pool has room for at the start, and at the least: a short context also has sequences to keep. */
const firstPositions = 512;

/** What all pools may take together where several sequences run, unless one alone takes more. Not measured. */
const sharedBytes = 512 * 2 ** 20;

/** Pages needed for this many positions. */
export const pagesFor = (positions: number): number => Math.ceil(positions / pagePositions);

/** Pages of a pool at the start. */
export const firstPages = pagesFor(firstPositions);

/** How far behind the newest position some may be computed again: two batches. Behind a window these are held, too. */
export const mostRepeated = 2 * batchTokens.hardware;

/** Pages that a pool may grow to: behind a window, those for what it holds and for what is computed meanwhile. */
export const poolPages = ({ window = Infinity }: ModelConfig, context: number): number =>
  Math.max(firstPages, pagesFor(Math.min(context, window + 2 * mostRepeated)));

/** Bytes of keys (or values) of one layer. */
export const poolBytes = (config: ModelConfig, pages: number, kv: KvFormat): number => pages * pageBytesOf(config, kv);

const pageBytesOf = ({ kvHeads, headDim }: ModelConfig, kv: KvFormat) =>
  kvHeads * pagePositions * cacheRow(headDim, kv).sizeBytes;

export function allocateCache(
  memory: GpuMemory,
  config: ModelConfig,
  context: number,
  kv: KvFormat,
  maxBindingBytes: number,
): KvCache {
  const pageBytes = pageBytesOf(config, kv);
  const most = Math.min(tablePages, Math.floor(maxBindingBytes / pageBytes));
  const { window = Infinity } = config;
  const mostPages = poolPages(config, context);
  if (mostPages > most || pagesFor(context) > tablePages) {
    const sizeBytes = mostPages * pageBytes;
    throw new PronkError(
      "out-of-memory",
      `A context of ${context} positions needs ${sizeBytes} bytes per layer and side; this adapter binds ${maxBindingBytes}. ` +
        `Choose contextLength ${most * pagePositions} or less, or a q8 KV cache.`,
      { field: "contextLength", neededBytes: sizeBytes, limitBytes: maxBindingBytes },
    );
  }
  const affordable = Math.floor(sharedBytes / (2 * config.layers * pageBytes));
  const sharedPages = Math.min(most, Math.max(mostPages, Math.min(affordable, mostStepTokens * mostPages)));
  const table = memory.storage("page table", 4 * tablePages, GPUBufferUsage.UNIFORM);
  const pages = firstPages;
  const layers = Array.from({ length: config.layers }, (_, i) => ({
    ...allocatePools(memory, i, pages * pageBytes),
    pages: table,
  }));
  const spare = memory.storage("spare page", pageBytes);
  return { context, kv, window, pages, mostPages, sharedPages, pageBytes, layers, table, spare };
}

const allocatePools = (memory: GpuMemory, layer: number, sizeBytes: number) => ({
  k: { buffer: memory.storage(`layer ${layer} keys`, sizeBytes) },
  v: { buffer: memory.storage(`layer ${layer} values`, sizeBytes) },
});

/**
 * Grows the pools to this many pages, copying what they hold on the GPU, one layer after the other. What is bound to them
 * must be bound anew, even on failure. Errors: `out-of-memory`, with as many pages as before.
 */
export async function growCache({ device, untilLost }: Gpu, memory: GpuMemory, cache: KvCache, pages: number) {
  const sizeBytes = pages * cache.pageBytes;
  for (const [i, layer] of cache.layers.entries()) {
    if (layer.k.buffer.size >= sizeBytes) continue; // grown before an earlier failure
    const larger = await memory.checked(`layer ${i}'s keys and values`, () => allocatePools(memory, i, sizeBytes));
    const encoder = device.createCommandEncoder();
    const former = [layer.k.buffer, layer.v.buffer];
    for (const [j, { buffer }] of [larger.k, larger.v].entries())
      encoder.copyBufferToBuffer(former[j], 0, buffer, 0, former[j].size);
    device.queue.submit([encoder.finish()]);
    layer.k.buffer = larger.k.buffer;
    layer.v.buffer = larger.v.buffer;
    for (const buffer of former) memory.release(buffer);
    await untilLost(device.queue.onSubmittedWorkDone()); // the next layer's may take their room
  }
  cache.pages = pages;
}

/** Copies what a page holds to another, in all layers. */
export function copyPage({ device }: Gpu, { layers, pageBytes, spare }: KvCache, from: number, to: number): void {
  const encoder = device.createCommandEncoder();
  for (const { k, v } of layers)
    for (const { buffer } of [k, v]) {
      encoder.copyBufferToBuffer(buffer, from * pageBytes, spare, 0, pageBytes);
      encoder.copyBufferToBuffer(spare, 0, buffer, to * pageBytes, pageBytes);
    }
  device.queue.submit([encoder.finish()]);
}
