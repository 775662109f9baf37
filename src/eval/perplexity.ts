// The perplexity of a text: how surprised a model is by each token after those before it, by one of two tools' rules.

import { PronkError } from "../errors.ts";
import { type EvalEngine, eachRow, textIds } from "./engine-hooks.ts";
import {
  addToken,
  calibrationError,
  newTextTally,
  perplexityOf,
  type ReliabilityBin,
  type TextTally,
} from "./tally.ts";
import { harnessWindows, llamaCppWindows, type ScoredWindow, type WindowRule } from "./windows.ts";

/** A text and the rule that it is scored by. */
export interface TextRequest {
  /** What is scored. */
  text: string;
  /** Default `harness`. */
  rule?: WindowRule;
  /** Tokens fed at once. Default: by the harness's rule, all that the engine holds; by llama.cpp's, 512 at most. */
  window?: number;
  /** Only this many windows, the first. Default: all. */
  limit?: number;
}

/** How far a run has come, and how it may be stopped and resumed. */
export interface RunOptions<State> {
  /** Called after each window or item, with what a later run of the same request resumes from. */
  onProgress?: (state: State, done: number, of: number) => void | Promise<void>;
  /** What such a run reported. It must be of the same request and the same model. */
  from?: State;
  /** Ends the run; it rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** After some windows. */
export interface TextState {
  /** Windows that are counted. */
  done: number;
  /** Of them. */
  tally: TextTally;
}

/** Of a text. */
export interface PerplexityResult {
  /** exp of the mean of -ln(probability) over the scored tokens. */
  perplexity: number;
  /** One standard error of it, as llama.cpp gives it. */
  standardError: number;
  /** Scored: by the harness's rule, all of the text and its beginning-of-sequence id. */
  tokens: number;
  /** By which rule. */
  rule: WindowRule;
  /** Tokens that were fed at once, at most. */
  window: number;
  /** How many windows. */
  windows: number;
  /** By the harness's rule, for a whole text: per word, as white space separates them. */
  wordPerplexity?: number;
  /** Likewise per byte of UTF-8. */
  bytePerplexity?: number;
  /** Its binary logarithm; comparable between tokenizers. */
  bitsPerByte?: number;
  /** By tenths of probability: how sure the model was, and how often it was right. */
  reliability: ReliabilityBin[];
  /** The mean distance between the two. */
  calibrationError: number;
}

/** The windows of a text for this model. Errors: `bad-request`. */
export async function windowsOf(
  engine: EvalEngine,
  { text, rule = "harness", window, limit = Infinity }: TextRequest,
): Promise<{ windows: ScoredWindow[]; length: number; isWhole: boolean }> {
  const { contextLength } = engine.info;
  const length = window ?? (rule === "harness" ? contextLength : Math.min(512, contextLength));
  if (!Number.isInteger(length) || length < 2 || length > contextLength)
    throw badRequest("window", `2 to ${contextLength} tokens, which the engine's context holds`, String(window));
  const { encode, begin, prefix } = await textIds(engine);
  const ids = await encode(text);
  if (text === "") throw badRequest("text", "a text of at least one character", '""');
  const all = rule === "harness" ? harnessWindows(ids, prefix, length) : llamaCppWindows(ids, begin, length);
  const windows = all.slice(0, limit);
  return { windows, length, isWhole: windows.length === all.length };
}

/** Rejects with PronkError, or with the signal's reason. */
export async function perplexity(
  engine: EvalEngine,
  request: TextRequest,
  { onProgress, from, signal }: RunOptions<TextState> = {},
): Promise<PerplexityResult> {
  const { text, rule = "harness" } = request;
  const { windows, length, isWhole } = await windowsOf(engine, request);
  const state = from ?? { done: 0, tally: newTextTally() };
  for (const { ids, targets } of windows.slice(state.done)) {
    const first = ids.length - targets.length;
    const tally = structuredClone(state.tally);
    await eachRow(engine, { ids, from: first }, (at, row) => addToken(tally, row, targets[at - first]), signal);
    Object.assign(state, { done: state.done + 1, tally });
    await onProgress?.(state, state.done, windows.length);
  }
  const { tally } = state;
  const perWhole = rule === "harness" && isWhole ? perUnit(text, tally.nll) : {};
  const { tokens, reliability } = tally;
  return {
    ...perplexityOf(tally),
    tokens,
    rule,
    window: length,
    windows: windows.length,
    ...perWhole,
    reliability,
    calibrationError: calibrationError(reliability),
  };
}

/** As lm_eval's wikitext has them: words are what white space separates. */
function perUnit(text: string, nll: number) {
  const words = text.split(/\s+/).length;
  const bytes = new TextEncoder().encode(text).length;
  return {
    wordPerplexity: Math.exp(nll / words),
    bytePerplexity: Math.exp(nll / bytes),
    bitsPerByte: nll / bytes / Math.LN2,
  };
}

export function badRequest(field: string, expected: string, found: string): PronkError {
  return new PronkError("bad-request", `"${field}": expected ${expected}; found ${found}.`, { field, expected, found });
}
