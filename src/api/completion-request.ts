// Fields that chat.completions and completions share, in OpenAI's names, with pronk's few additions at the end.

import type { ResponseFormat } from "./answer-form.ts";

export interface SamplingFields {
  /** Ignored: an engine holds one model. */
  model?: string | null;
  /**
   * Of the answer, at least 1; of a completion 0, which with `echo` and `logprobs` scores the prompt. Without it, as far as the
   * context goes.
   */
  max_tokens?: number | null;
  /** The newer name of `max_tokens`; one of them, or both alike. */
  max_completion_tokens?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  stop?: string | readonly string[] | null;
  seed?: number | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  logit_bias?: Record<string, number> | null;
  /**
   * An engine answers one call at a time, in order. A stream is computed as it is read; while another call waits it is
   * computed to its end without its reader, who finds the rest when it reads on. Leave its loop, or abort it, to end it.
   */
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean | null } | null;
  /**
   * Answers to the same prompt, 1 (the default) to 128, one after the other. The first is the one that `n: 1` gives; the
   * others are drawn with seeds that come from `seed` and their index. `usage` counts the prompt once.
   */
  n?: number | null;
  /** Ignored. */
  user?: string | null;
  // Beyond OpenAI's: the usual local-model settings.
  top_k?: number | null;
  min_p?: number | null;
  repetition_penalty?: number | null;
  /** Go on past end-of-sequence ids. */
  ignore_eos?: boolean | null;
  /** Text, any JSON object, or JSON that is valid by a schema: src/constrain/README.md says what of schemas is read. */
  response_format?: ResponseFormat | null;
  /** A grammar in GBNF, llama.cpp's notation, that the answer is kept to: src/constrain/README.md. */
  grammar?: string | null;
}

/** `stop`: the model or a stop string ended it; `length`: max_tokens or the context's end (then `context_full` is true). */
export type FinishReason = "stop" | "length";

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  /** Tokens of thoughts that a chat's answer tells apart; they are among `completion_tokens`. */
  completion_tokens_details: { reasoning_tokens: number };
  extra: {
    /** From when the answer was begun to read, waiting for others' included, to its first token; absent where none came. */
    time_to_first_token_ms?: number;
    prefill_ms: number;
    decode_ms: number;
    prefill_tokens_per_s: number;
    decode_tokens_per_s: number;
    /** How often what it ran on was lost and the answer went on, and how long that took; absent where it never was. */
    recoveries?: number;
    recovery_ms?: number;
  };
}

export interface RequestOptions {
  /** Ends the answer within a step; the iteration rejects with the signal's reason. */
  signal?: AbortSignal | null;
  /**
   * For fault finding: receives the logits after every position, prompt included, as rows of [vocabSize]. Each step's row
   * is read back, and positions already in the KV cache are computed again.
   */
  onLogits?: OnLogits;
}

/** `row` is [vocabSize], the logits after `position`; it is the receiver's to keep. */
export type OnLogits = (position: number, row: Float32Array) => void;
