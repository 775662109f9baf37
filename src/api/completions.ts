// completions (continue the text) in OpenAI's shapes: types only; the logic is in text-completion.ts.

import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";
import type { CompletionLogprobs } from "./logprobs.ts";

/** Other fields are refused by name, as in chat.completions: see known-fields.ts. */
export interface CompletionRequest extends SamplingFields {
  /**
   * Text, or ids fed exactly as given. "" means the beginning-of-sequence id alone. A list of texts, or of lists of ids,
   * is answered one after the other, a choice for each, or `n`; their indexes are those of the list, `n` by `n`.
   */
  prompt: string | readonly number[] | readonly string[] | readonly (readonly number[])[];
  echo?: boolean | null;
  /**
   * Tell of each token how likely it was, and of so many, up to 20, what else was; with `echo` of the prompt's tokens, too, the
   * first of which has null. All of the prompt is computed for that, and a row of the vocabulary read back for each token.
   */
  logprobs?: number | null;
  // With these values only.
  best_of?: 1 | null;
  suffix?: "" | null;
}

export interface CompletionChoice {
  /** With `n`: its place among the answers to its prompt, and `n` for each prompt before. */
  index: number;
  text: string;
  finish_reason: FinishReason | null;
  /** In a chunk, of its own tokens. */
  logprobs: CompletionLogprobs | null;
  /** pronk's own: ids of the prompt and of this chunk's text; whether the context's end finished it. */
  pronk: { prompt_ids?: number[]; ids: number[]; context_full: boolean };
}

export interface Completion {
  id: string;
  object: "text_completion";
  created: number;
  model: string;
  /** One for each prompt, or `n`, in order; in a chunk always one. */
  choices: [CompletionChoice, ...CompletionChoice[]];
  /** Of all choices: on a whole answer, and on the last chunk when asked for. */
  usage?: Usage | null;
  /** That of the first choice. */
  pronk: CompletionChoice["pronk"];
}

export interface Completions {
  create(request: CompletionRequest & { stream: true }, options?: RequestOptions): Promise<AsyncIterable<Completion>>;
  create(request: CompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<Completion>;
}
