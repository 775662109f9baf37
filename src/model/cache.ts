// The KV cache: per layer, keys and values of every position so far. Positions are overwritten, never shifted.

import { PronkError } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import { cacheRow } from "../gpu/cache-layout.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import type { LayerCache } from "../gpu/operations.ts";
import type { KvFormat } from "../quant/layout.ts";

export interface KvCache {
  context: number; // positions allocated
  kv: KvFormat;
  layers: LayerCache[];
}

/** Bytes of keys (or values) of one layer. */
export function layerCacheBytes(config: ModelConfig, context: number, kv: KvFormat): number {
  return config.kvHeads * context * cacheRow(config.headDim, kv).sizeBytes;
}

export function allocateCache(
  memory: GpuMemory,
  config: ModelConfig,
  context: number,
  kv: KvFormat,
  maxBindingBytes: number,
): KvCache {
  const sizeBytes = layerCacheBytes(config, context, kv);
  if (sizeBytes > maxBindingBytes) {
    const fits = Math.floor(maxBindingBytes / (sizeBytes / context));
    throw new PronkError(
      "out-of-memory",
      `A context of ${context} positions needs ${sizeBytes} bytes per layer and side; this adapter binds ${maxBindingBytes}. ` +
        `Choose contextLength ${fits} or less, or a q8 KV cache.`,
      { field: "contextLength", neededBytes: sizeBytes, limitBytes: maxBindingBytes },
    );
  }
  const layers = Array.from({ length: config.layers }, (_, i) => ({
    k: memory.storage(`layer ${i} keys`, sizeBytes),
    v: memory.storage(`layer ${i} values`, sizeBytes),
  }));
  return { context, kv, layers };
}
