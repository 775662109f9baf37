// What two tabs must agree on to use the same engine.

import { checksum64 } from "../source/checksum.ts";
import type { CloneableModel, LoadOptions } from "./protocol.ts";

export function shareKey(model: CloneableModel, options: LoadOptions): string {
  const { quantize, weights, kv, contextLength, adapters, without, store, hubUrl, recover = true } = options;
  const { hashes, tokenizer: given } = options;
  const tokenizer = typeof given === "object" ? [given.name, checksum64(given.bytes)] : given;
  const files = [model, quantize, weights, adapters, hubUrl, hashes, tokenizer];
  return JSON.stringify([...files, kv, contextLength, without, store, recover]);
}
