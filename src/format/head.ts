// Which matrix makes the logits, and which holds the rows of ids, where config.json says that they are one (tied). What the
// files hold has the last word, as in transformers 5: fine-tunes and merges leave `tie_word_embeddings: true` beside a head
// of their own, and that head is used. As often the head is the embedding once more, and would only take memory: reading a
// few ranges of both shows a head of its own. It can only suggest a copy; the load proves it (load/head-copy.ts).

import type { ModelConfig } from "./model-config.ts";
import { isQuantized, type ModelTensor, type TensorSlice } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";

export const embeddingName = "model.embed_tokens.weight";
export const headName = "lm_head.weight";
/** The head's codes, where it is quantized. */
const quantizedHeads = ["lm_head.qweight", "lm_head.q_weight", "lm_head.weight_packed"];

/** The configuration and the tensors as the files mean them. `entries`: all tensors of the files. */
export function settleHead<Entry extends TensorSlice>(
  config: ModelConfig,
  entries: readonly Entry[],
): { config: ModelConfig; entries: readonly Entry[] } {
  const [head, embedding] = [headName, embeddingName].map((name) => entries.find((entry) => entry.name === name));
  // Two names for one place: torch writes tied weights so.
  if (head && embedding && head.file === embedding.file && head.start === embedding.start && head.end === embedding.end)
    return { config: { ...config, tiedEmbeddings: true }, entries: entries.filter((entry) => entry !== head) };
  if (!config.tiedEmbeddings) return { config, entries };
  const has = (...names: string[]) => entries.some(({ name }) => names.includes(name));
  if (has(embeddingName))
    return { config: has(headName, ...quantizedHeads) ? { ...config, tiedEmbeddings: false } : config, entries };
  // The only copy may be under the other name.
  return {
    config,
    entries: entries.map((entry) => (entry.name === headName ? { ...entry, name: embeddingName } : entry)),
  };
}

const sampleBytes = 4096; // training leaves no such stretch of a head unchanged: every step moves every row
const samples = 4;

/** Whether the head may be a copy of the embedding. Reads at most 32 KiB. */
export async function looksCopied(
  source: TensorFiles,
  tensors: readonly ModelTensor[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<boolean> {
  const [head, embedding] = [headName, embeddingName].map((name) => tensors.find((tensor) => tensor.name === name));
  if (!head || !embedding || isQuantized(head) || isQuantized(embedding) || head.dtype !== embedding.dtype)
    return false;
  const last = Math.max(0, head.end - head.start - sampleBytes);
  const read = ({ file, start, end }: typeof head, at: number) =>
    source.read(file, start + at, Math.min(start + at + sampleBytes, end), { signal });
  const same = async (at: number) => {
    const [a, b] = await Promise.all([read(head, at), read(embedding, at)]);
    return a.every((byte, i) => byte === b[i]);
  };
  const places = Array.from({ length: samples }, (_, i) => Math.floor((i * last) / (samples - 1)));
  return (await Promise.all(places.map(same))).every(Boolean);
}
