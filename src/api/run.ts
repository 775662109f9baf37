// One answer, from prompt ids to pieces of text: the generator's ids go through the stream decoder and the stop strings.
// Shared by chat.completions and completions, which only dress the pieces; knows nothing of messages or chunks.

import type { Generation } from "../generate/request.ts";
import type { Likelihood } from "../generate/likelihood.ts";
import { onDemand } from "../on-demand.ts";
import type { StreamDecoder } from "../text/tokenizer.ts";
import type { Kept } from "./answer-form.ts";
import type { FinishReason, Usage } from "./completion-request.ts";
import type { ContinuableOptions } from "./continuation.ts";
import type { EngineCore } from "./engine-core.ts";
import type { RunSettings } from "./sampling.ts";
import { StopStrings } from "./stop-strings.ts";

/** Some text and the ids it came from; ids of text that is still held back come with a later piece. */
export interface Piece {
  text: string;
  ids: number[];
  /** For each id, if they were asked for; else empty. */
  likelihoods: Likelihood[];
  /** On the last piece, and only there. */
  outcome?: Outcome;
}

export interface Outcome {
  finishReason: FinishReason;
  /** The context's end finished the answer. */
  contextFull: boolean;
  usage: Usage;
}

/** What an answer continues, and how it ends. */
export interface Beginning {
  promptIds: readonly number[];
  decoder: StreamDecoder;
  /** Ids that end it, unless the request ignores them. */
  endIds: readonly number[];
  /** Which of the call's answers it is: prompt by prompt, choice by choice. */
  answer: number;
  /** What keeps it to the form that the request asks for. */
  kept?: Kept;
  /** Asked after each piece: true if no more is wanted. */
  isOver?: () => boolean;
}

/**
 * Runs when iterated; ending the loop early cancels the generation. Rejects with the signal's reason when aborted, and
 * with the engine's own when it was unloaded or its device lost.
 */
export async function* runText(
  core: EngineCore,
  { promptIds, decoder, endIds, answer, kept, isOver }: Beginning,
  settings: RunSettings,
  options: ContinuableOptions,
): AsyncGenerator<Piece, void> {
  // A signal of this call's own in any case: listeners on `core.ended` itself would pile up over the engine's life.
  const signal = AbortSignal.any(options.signal ? [core.ended, options.signal] : [core.ended]);
  signal.throwIfAborted();
  const stops = new StopStrings(settings.stopStrings);
  let pending: number[] = []; // ids whose text has not been delivered
  const told: Likelihood[] = []; // of these ids and later ones
  const take = () => told.splice(0, pending.length);
  let tokens = 0;
  const startedMs = performance.now();
  let firstTokenMs: number | undefined; // since then
  try {
    const generation = core.generator.generate({
      promptIds,
      // More than can fit, so that it is always the context's end and not this bound that finishes the answer.
      maxTokens: settings.maxTokens ?? core.generator.contextLength + 1,
      sampling: settings.sampling,
      adapter: settings.adapter,
      stopIds: settings.ignoreEos ? [] : endIds,
      signal,
      ...kept,
      onLogits: options.onLogits,
      logitsFrom: options.logitsFrom,
      onLikelihood: settings.topLogprobs === undefined ? undefined : (likelihood) => void told.push(likelihood),
      known: options.known?.[answer],
      onTrace: (event) => options.onTrace?.(answer, event),
    });
    let last = "";
    let isDone = false;
    for await (const id of generation) {
      signal.throwIfAborted();
      firstTokenMs ??= performance.now() - startedMs;
      tokens++;
      pending.push(id);
      const text = stops.push(decoder.push(id));
      if (stops.found) {
        last = text;
        break; // cancels the generation
      }
      if (text === "") continue;
      yield { text, ids: pending, likelihoods: take() };
      pending = [];
      isDone = isOver?.() === true;
      if (isDone) break;
    }
    signal.throwIfAborted();
    if (!stops.found && !isDone) last = stops.push(decoder.flush()) + stops.flush();
    isDone ||= stops.found;
    const contextFull = !isDone && generation.stopReason === "context-full";
    const finishReason = isDone || generation.stopReason === "stop" ? "stop" : "length";
    const usage = usageOf(promptIds.length, tokens, generation, firstTokenMs);
    yield { text: last, ids: pending, likelihoods: take(), outcome: { finishReason, contextFull, usage } };
  } catch (error) {
    // An abort, or the end of the engine, surfaces as whatever broke first; callers are told the cause.
    if (signal.aborted) throw signal.reason;
    throw error;
  }
}

const perSecond = (tokens: number, ms: number) => (ms > 0 ? (1000 * tokens) / ms : 0);

/** Of several answers, one after the other; a prompt that they share counts once. */
export function addUsage(before: Usage | null | undefined, next: Usage, { samePrompt = false } = {}): Usage {
  if (!before) return next;
  const prompt = samePrompt ? [before] : [before, next];
  const ofPrompt = (of: (usage: Usage) => number) => prompt.reduce((total, usage) => total + of(usage), 0);
  const promptTokens = ofPrompt((usage) => usage.prompt_tokens);
  const sum = (of: (usage: Usage) => number) => of(before) + of(next);
  const prefillMs = sum(({ extra }) => extra.prefill_ms);
  const decodeMs = sum(({ extra }) => extra.decode_ms);
  // Tokens from the rates: a usage does not say how many were computed and decoded.
  const prefilled = sum(({ extra }) => extra.prefill_tokens_per_s * extra.prefill_ms) / 1000;
  const decoded = sum(({ extra }) => extra.decode_tokens_per_s * extra.decode_ms) / 1000;
  const { time_to_first_token_ms: firstTokenMs } = before.extra;
  const recoveries = sum(({ extra }) => extra.recoveries ?? 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: sum((usage) => usage.completion_tokens),
    total_tokens: promptTokens + sum((usage) => usage.completion_tokens),
    prompt_tokens_details: { cached_tokens: ofPrompt((usage) => usage.prompt_tokens_details.cached_tokens) },
    completion_tokens_details: { reasoning_tokens: sum((usage) => usage.completion_tokens_details.reasoning_tokens) },
    extra: {
      ...(firstTokenMs !== undefined && { time_to_first_token_ms: firstTokenMs }),
      prefill_ms: prefillMs,
      decode_ms: decodeMs,
      prefill_tokens_per_s: perSecond(prefilled, prefillMs),
      decode_tokens_per_s: perSecond(decoded, decodeMs),
      ...(recoveries > 0 && { recoveries, recovery_ms: sum(({ extra }) => extra.recovery_ms ?? 0) }),
    },
  };
}

function usageOf(
  promptTokens: number,
  completionTokens: number,
  { stats, stopReason }: Generation,
  firstTokenMs: number | undefined,
): Usage {
  // The first token is the prefill's; one that ended the answer was decoded and not delivered.
  const decoded = Math.max(0, stats.generatedTokens - (stopReason === "stop" ? 0 : 1));
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: stats.cachedTokens },
    completion_tokens_details: { reasoning_tokens: 0 },
    extra: {
      ...(firstTokenMs !== undefined && { time_to_first_token_ms: firstTokenMs }),
      prefill_ms: stats.prefillMs,
      decode_ms: stats.decodeMs,
      prefill_tokens_per_s: perSecond(stats.promptTokens - stats.cachedTokens, stats.prefillMs),
      decode_tokens_per_s: perSecond(decoded, stats.decodeMs),
      ...(stats.recoveries > 0 && { recoveries: stats.recoveries, recovery_ms: stats.recoveryMs }),
    },
  };
}

export const likelihoodPart = onDemand("tells how likely tokens are", () => import("./likelihood-part.ts"));

/** The head that every answer, and every chunk of one answer, has in common. */
export function newAnswer(core: EngineCore, prefix: string): { id: string; created: number; model: string } {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const id = `${prefix}-${Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return { id, created: Math.floor(Date.now() / 1000), model: core.label };
}
