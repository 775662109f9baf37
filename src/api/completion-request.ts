// Fields that chat.completions and completions share, in OpenAI's names, with pronk's few additions at the end.

import type { ResponseFormat } from "./answer-form.ts";

/** What chat.completions and completions share. null counts as not given; a value out of range is refused (`bad-request`). */
export interface SamplingFields {
  /** Ignored: an engine holds one model. */
  model?: string | null;
  /** pronk's own: the name of one of the `adapters` that createEngine was given. Default: the model as it is. */
  adapter?: string | null;
  /**
   * Most tokens of the answer, at least 1; a completion may ask for 0, which with `echo` and `logprobs` scores the prompt.
   * Default: as many as the context holds.
   */
  max_tokens?: number | null;
  /** The newer name of `max_tokens`; give one of them, or both alike. */
  max_completion_tokens?: number | null;
  /**
   * 0 or more; 0 takes the likeliest token. Default: from the model's generation_config.json; if that says nothing about
   * sampling, 0.7.
   */
  temperature?: number | null;
  /**
   * Above 0, up to 1: only the likeliest tokens that together have this probability. Default: the model's own; if it says
   * nothing about sampling, 0.95.
   */
  top_p?: number | null;
  /** Texts that end the answer and are no part of it: at most 16, of 1 to 1,000 characters. Default: none. */
  stop?: string | readonly string[] | null;
  /** A whole number; the same gives the same answer on the same GPU. Default: drawn anew for each call. */
  seed?: number | null;
  /** -2 to 2, subtracted from a token's logit each time that the answer has it. Default 0. */
  frequency_penalty?: number | null;
  /** -2 to 2, subtracted from the logits of tokens that the answer has. Default 0. */
  presence_penalty?: number | null;
  /** -100 to 100 by token id, added to its logit. Default: none. */
  logit_bias?: Record<string, number> | null;
  /**
   * An engine answers one call at a time, in order. A stream is computed as it is read; while another call waits, it is
   * computed to its end without its reader, who finds the rest on reading on. Leave its loop, or abort it, to end it.
   */
  stream?: boolean | null;
  /** Only with `stream: true`. */
  stream_options?: {
    /** Default false. True: the last chunk tells the usage. */
    include_usage?: boolean | null;
  } | null;
  /**
   * Answers to the same prompt, 1 (the default) to 128, one after the other. The first is the one that `n: 1` gives; the
   * others are drawn with seeds derived from `seed` and their index. `usage` counts the prompt once.
   */
  n?: number | null;
  /** Ignored. */
  user?: string | null;
  /** 0 or more: only this many of the likeliest tokens; 0 is off. Default: the model's own, else off. */
  top_k?: number | null;
  /** 0 to 1: only tokens with this share of the likeliest one's probability; 0 is off. Default: the model's own, else off. */
  min_p?: number | null;
  /**
   * Above 0: divides positive logits, and multiplies negative ones, of tokens in prompt and answer; 1 is off. Default: the
   * model's own, else off.
   */
  repetition_penalty?: number | null;
  /** Go on past end-of-sequence ids. */
  ignore_eos?: boolean | null;
  /** Text, any JSON object, or JSON that is valid under a schema: src/constrain/README.md says how much of schemas is read. */
  response_format?: ResponseFormat | null;
  /** A grammar in GBNF, llama.cpp's notation, that the answer is kept to: src/constrain/README.md. */
  grammar?: string | null;
}

/** `stop`: the model or a stop string ended it; `length`: max_tokens or the context's end (then `context_full` is true). */
export type FinishReason = "stop" | "length";

/** Tokens as OpenAI counts them, and what it took. A prompt that several choices share counts once. */
export interface Usage {
  /** Of the conversation or text, with what its template writes around it. */
  prompt_tokens: number;
  /** Of the answer, thoughts and calls included; the token that ended it is not counted. */
  completion_tokens: number;
  /** Both together. */
  total_tokens: number;
  /** Of `prompt_tokens`. */
  prompt_tokens_details: {
    /** How many were in the KV cache already, and were not computed. */
    cached_tokens: number;
  };
  /** Of `completion_tokens`, those of thoughts that a chat's answer keeps apart. */
  completion_tokens_details: {
    /** How many. */
    reasoning_tokens: number;
  };
  /** pronk's own: times and speeds. */
  extra: {
    /** From when reading began, waiting for other answers included, to the first token; absent if none came. */
    time_to_first_token_ms?: number;
    /** Computing the prompt, milliseconds. */
    prefill_ms: number;
    /** Computing the answer after its first token, milliseconds. */
    decode_ms: number;
    /** Tokens of the prompt computed per second; 0 where none were. */
    prefill_tokens_per_s: number;
    /** Tokens of the answer after its first, per second; 0 where none were. */
    decode_tokens_per_s: number;
    /** How often what it ran on was lost and the answer resumed; absent if never. */
    recoveries?: number;
    /** How long that took, milliseconds. */
    recovery_ms?: number;
  };
}

/** What goes with a request. */
export interface RequestOptions {
  /** Ends the answer within a step; the iteration rejects with the signal's reason. */
  signal?: AbortSignal | null;
  /**
   * For fault finding: receives the logits after every position, prompt included, as rows of [vocabSize]. Each step's row
   * is read back, and positions already in the KV cache are computed again, except those before `logitsFrom`.
   */
  onLogits?: OnLogits;
  /**
   * With `onLogits`: the first position whose row is wanted, default 0. Those before it are not read back, and are not computed
   * where the KV cache holds them.
   */
  logitsFrom?: number;
}

/** `row` is [vocabSize], the logits after `position`; it is the receiver's to keep. */
export type OnLogits = (position: number, row: Float32Array) => void;
