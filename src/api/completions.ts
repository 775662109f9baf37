// completions (continue the text) in OpenAI's shapes: types only; the logic is in text-completion.ts.

import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";

export interface CompletionRequest extends SamplingFields {
  /** Text, or ids fed exactly as given. "" means the beginning-of-sequence id alone. */
  prompt: string | readonly number[];
  model?: string;
  echo?: boolean | null;
}

export interface Completion {
  id: string;
  object: "text_completion";
  created: number;
  model: string;
  choices: [{ index: 0; text: string; finish_reason: FinishReason | null; logprobs: null }];
  /** On a whole answer, and on the last chunk when asked for. */
  usage?: Usage | null;
  /** pronk's own: ids of the prompt and of this chunk's text; whether the context's end finished it. */
  pronk: { prompt_ids?: number[]; ids: number[]; context_full: boolean };
}

export interface Completions {
  create(request: CompletionRequest & { stream: true }, options?: RequestOptions): Promise<AsyncIterable<Completion>>;
  create(request: CompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<Completion>;
}
