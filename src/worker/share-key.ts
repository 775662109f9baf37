// What two tabs must agree on to use the same engine.

import type { CloneableModel, LoadOptions } from "./protocol.ts";

export function shareKey(model: CloneableModel, options: LoadOptions): string {
  const { quantize, kv, contextLength, without, store, hubUrl } = options;
  return JSON.stringify([model, quantize, kv, contextLength, without, store, hubUrl]);
}
