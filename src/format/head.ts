// Which matrix makes the logits, and which the rows of ids, where config.json says that they are one (tied). What the files
// hold has the last word, as in transformers 5: fine-tunes and merges leave `tie_word_embeddings: true` beside a head of
// their own. A head that is there is used. Whether it is the embedding again is not asked: that can be seen only by
// reading both whole (a few trained rows among 128,000 escape every sample), and a copy costs memory but changes no answer.

import type { ModelConfig } from "./model-config.ts";
import type { TensorSlice } from "./quantized.ts";

const embedding = "model.embed_tokens.weight";
const head = "lm_head.weight";
/** Codes, where it is quantized. */
const quantizedHeads = ["lm_head.qweight", "lm_head.q_weight"];

/** The configuration and the tensors as the files mean them. `entries`: all tensors of the files. */
export function settleHead<Entry extends TensorSlice>(
  config: ModelConfig,
  entries: readonly Entry[],
): { config: ModelConfig; entries: readonly Entry[] } {
  if (!config.tiedEmbeddings) return { config, entries };
  const has = (...names: string[]) => entries.some(({ name }) => names.includes(name));
  if (has(embedding))
    return { config: has(head, ...quantizedHeads) ? { ...config, tiedEmbeddings: false } : config, entries };
  // The only copy may go under the other name.
  return { config, entries: entries.map((entry) => (entry.name === head ? { ...entry, name: embedding } : entry)) };
}
