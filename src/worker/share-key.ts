// What two tabs must agree on to use the same engine.

import type { CloneableModel, LoadOptions } from "./protocol.ts";

export function shareKey(model: CloneableModel, options: LoadOptions): string {
  const { quantize, weights, kv, contextLength, adapters, without, store, hubUrl, recover = true } = options;
  return JSON.stringify([model, quantize, weights, kv, contextLength, adapters, without, store, hubUrl, recover]);
}
