// What a benchmark of a shape will take on the GPU, before anything is allocated.

import type { ModelConfig } from "../format/model-config.ts";
import { countMemory } from "../model/plan-memory.ts";
import type { QuantizeChoice } from "../quant/layout.ts";

const largest = 2 ** 32; // a binding that splits nothing: splitting hardly changes the sum

/** Bytes of weights, an f16 cache and scratch. */
export function neededBytes(config: ModelConfig, quantize: QuantizeChoice, contextLength: number): number {
  const request = { quantize, dtype: "f16", kv: "f16", contextLength, maxBindingBytes: largest } as const;
  return countMemory(config, request).totalBytes;
}
