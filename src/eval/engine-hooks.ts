// What evaluation needs of an engine: ids for texts, and rows of logits. Rows are asked for in stretches, each after what the KV
// cache holds of the one before, so no more than `bytesAtOnce` of them are in flight, however long the text.

import type { Engine } from "../index.ts";

/** An engine on this device; one over an endpoint gives no logits. */
export type EvalEngine = Pick<Engine, "completions" | "tokenizer" | "info">;

/** `row` is [vocabSize], the logits after `position`. */
export type OnRow = (position: number, row: Float32Array) => void;

const bytesAtOnce = 32 * 2 ** 20;

/** The stretches whose rows are asked for at once. */
export function stretches(vocabSize: number, from: number, end: number): { from: number; end: number }[] {
  const most = Math.max(8, Math.floor(bytesAtOnce / (4 * vocabSize)));
  const found = [];
  for (let at = from; at < end; at += most) found.push({ from: at, end: Math.min(end, at + most) });
  return found;
}

/** Calls `onRow` for each position of `ids` from `from` on, in order. Rejects as `completions.create` does. */
export async function eachRow(
  engine: EvalEngine,
  { ids, from }: { ids: readonly number[]; from: number },
  onRow: OnRow,
  signal?: AbortSignal,
): Promise<void> {
  for (const stretch of stretches(engine.info.config.vocabSize, from, ids.length))
    await rowsOf(engine, ids, stretch, onRow, signal);
}

/** One stretch. */
export async function rowsOf(
  { completions }: EvalEngine,
  ids: readonly number[],
  { from, end }: { from: number; end: number },
  onRow: OnRow,
  signal?: AbortSignal,
): Promise<void> {
  // Nothing is chosen, so no setting matters; a model's own penalty would only cost an upload.
  const settings = { max_tokens: 0, temperature: 0, repetition_penalty: 1 };
  await completions.create({ ...settings, prompt: ids.slice(0, end) }, { onLogits: onRow, logitsFrom: from, signal });
}

/** How a model's texts are tokenized and begun. */
export interface TextIds {
  /** As transformers encode it by default: with the beginning-of-sequence id where the model was trained so. */
  encode(text: string): Promise<number[]>;
  /** Without it. */
  encodeBare(text: string): Promise<number[]>;
  /** The beginning-of-sequence id where texts begin with it. */
  begin: number | undefined;
  /** What stands before a text that has nothing before it: that id, else the end-of-sequence id. */
  prefix: number;
}

export async function textIds({ completions, tokenizer, info }: EvalEngine): Promise<TextIds> {
  const { bosId, eosIds } = info.config;
  const [bare, asked] = await Promise.all([tokenizer.encode("a"), completions.create({ prompt: "a", max_tokens: 0 })]);
  const whole = asked.pronk.prompt_ids ?? [];
  const begin = whole.length > bare.length ? whole[0] : undefined;
  return {
    encode: (text) => tokenizer.encode(text, { addBos: begin !== undefined }),
    encodeBare: (text) => tokenizer.encode(text),
    begin,
    prefix: begin ?? bosId ?? eosIds[0],
  };
}
