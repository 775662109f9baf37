// completions (continue the text) in OpenAI's shapes: types only; the logic is in text-completion.ts.

import type { AnswerStream } from "./answer-stream.ts";
import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";
import type { CompletionLogprobs } from "./logprobs.ts";

/** Other fields are refused by name, as in chat.completions: see known-fields.ts. */
export interface CompletionRequest extends SamplingFields {
  /**
   * Text, or ids fed exactly as given. "" and null mean the beginning-of-sequence id alone. A list of texts, or of lists of
   * ids, is answered one by one, with a choice for each, or `n`; choices are numbered in the list's order, `n` by `n`.
   */
  prompt: string | readonly number[] | readonly string[] | readonly (readonly number[])[] | null;
  /** Default false. True: the answer's text begins with the prompt's. */
  echo?: boolean | null;
  /**
   * Tell how likely each token was, and this many of the likeliest, up to 20; with `echo` for the prompt's tokens, too, the
   * first of which has null. All of the prompt is computed for that, and a row of the vocabulary read back for each token.
   */
  logprobs?: number | null;
  /** 1, which is the default; anything else is refused (`bad-request`). */
  best_of?: number | null;
  /** "", which is the default; anything else is refused (`bad-request`). */
  suffix?: string | null;
}

/** One of the texts that continue a prompt. */
export interface CompletionChoice {
  /** With `n`: its place among the answers to its prompt, plus `n` for each prompt before. */
  index: number;
  /** What follows the prompt; with `echo`, after the prompt's own text. In a chunk, what is added. */
  text: string;
  /** What ended it. In a chunk that is not its last it is null, as in OpenAI's streams, whose types have no null either. */
  finish_reason: FinishReason;
  /** How likely each token was, in a chunk of its own tokens; null where `logprobs` is not set. */
  logprobs: CompletionLogprobs | null;
  /** pronk's own. */
  pronk: {
    /** The prompt's; in a stream, on a choice's first chunk only. */
    prompt_ids?: number[];
    /** Of this text's tokens, without an echoed prompt's. */
    ids: number[];
    /** Whether the context's end finished it. */
    context_full: boolean;
  };
}

/** A whole answer, or a chunk of one: OpenAI's completions have one shape for both. */
export interface Completion {
  /** `cmpl-` and 24 hexadecimal digits, drawn for each answer. */
  id: string;
  /** What this is. */
  object: "text_completion";
  /** Seconds since 1970. */
  created: number;
  /** The engine's, as in `info.model`. */
  model: string;
  /** One for each prompt, or `n`, in order; in a chunk always one. */
  choices: [CompletionChoice, ...CompletionChoice[]];
  /**
   * Tokens and times of all choices, on a whole answer. In a stream with `stream_options.include_usage`, on the last chunk, and
   * null before.
   */
  usage?: Usage;
  /** That of the first choice. */
  pronk: CompletionChoice["pronk"];
}

/** Continues texts. */
export interface Completions {
  /**
   * With `stream: true` resolves to the answer's chunks when it begins; else to the whole answer. Rejects with PronkError:
   * `bad-request` for a field that is wrong, `context-full` for a prompt that does not fit, or whatever befell the engine; or
   * with the signal's reason.
   */
  create(request: CompletionRequest & { stream: true }, options?: RequestOptions): Promise<AnswerStream<Completion>>;
  create(request: CompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<Completion>;
  create(request: CompletionRequest, options?: RequestOptions): Promise<Completion | AnswerStream<Completion>>;
}
