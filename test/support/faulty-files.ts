// A small sharded checkpoint to fetch from a failing hub: 30 MB in f32 over three shards, the first of two blocks, and a
// tokenizer large enough to have a hash. Its weights mean nothing.

import { madeCheckpoint, madeConfig } from "./made-checkpoint.ts";

const shape = { hidden_size: 256, intermediate_size: 704, vocab_size: 18_000, num_hidden_layers: 3 };

export const faultyFiles = madeCheckpoint({ config: madeConfig({ ...shape, tie_word_embeddings: true }), shards: 3 });
faultyFiles.set("tokenizer.json", new TextEncoder().encode(JSON.stringify(["x".repeat(6000)])));

/** The files that the loopback hub serves from its storage, publishing their SHA-256. */
export const hashedPaths = [...faultyFiles].filter(([, bytes]) => bytes.length >= 4096).map(([path]) => path);
