// The largest numbers that a file's header may claim for a model. Far above any published Llama; within these, no single
// matrix row or head outgrows what the loader holds at once, and nothing that counts by them takes long.

export const sizeLimits = {
  dim: 65_536,
  hiddenDim: 1_048_576,
  layers: 1024,
  heads: 1024,
  headDim: 1024,
  vocab: 4_194_304,
  context: 16_777_216,
};
