// chat.completions in OpenAI's shapes: types only; the logic is in chat.ts.

import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";
import type { ChatLogprobs } from "./logprobs.ts";
import type { RequestMessage } from "./request-messages.ts";

/**
 * What known-fields.ts lists is obeyed or harmless; null counts as not given. Any other field is refused by name
 * (bad-request), and so is a value that asks for what is not done: tools.
 */
export interface ChatCompletionRequest extends SamplingFields {
  /** Where the last is the assistant's, the answer goes on from its words, and is what comes after them. */
  messages: readonly RequestMessage[];
  /** Harmless here, so that a request made for a server can be given as it is. */
  metadata?: Record<string, string> | null;
  store?: boolean | null;
  service_tier?: string | null;
  safety_identifier?: string | null;
  prompt_cache_key?: string | null;
  parallel_tool_calls?: boolean | null;
  /** Tell of each token how likely it was, and of up to 20 (`top_logprobs`) what else was, before anything shaped it. */
  logprobs?: boolean | null;
  top_logprobs?: number | null;
  // With these values only.
  tools?: readonly [] | null;
  tool_choice?: "none" | "auto" | null;
}

export interface ChatChoice {
  index: number;
  message: { role: "assistant"; content: string };
  finish_reason: FinishReason;
  logprobs: ChatLogprobs | null;
  /** pronk's own: the ids, and whether the context's end finished it. */
  pronk: { ids: number[]; context_full: boolean };
}

export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  created: number; // seconds since epoch
  model: string;
  /** `n` of them, in order. */
  choices: [ChatChoice, ...ChatChoice[]];
  usage: Usage;
  /** pronk's own: how many of the oldest messages were left out to fit the context; the rest is of the first choice. */
  pronk: { dropped_messages: number; context_full: boolean; prompt_ids: number[]; ids: number[] };
}

export interface ChatCompletionChunk {
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  /** One, or on the last chunk with usage none. Of several choices each comes whole before the next. */
  choices:
    | [
        {
          index: number;
          delta: { role?: "assistant"; content?: string };
          finish_reason: FinishReason | null;
          logprobs?: ChatLogprobs | null;
        },
      ]
    | [];
  /** On the last chunk, when stream_options.include_usage is set. */
  usage?: Usage | null;
  /** On the first chunk of a choice (dropped_messages) and on its last (context_full). */
  pronk?: { dropped_messages: number; context_full: boolean };
}

export interface ChatCompletions {
  create(
    request: ChatCompletionRequest & { stream: true },
    options?: RequestOptions,
  ): Promise<AsyncIterable<ChatCompletionChunk>>;
  create(request: ChatCompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<ChatCompletion>;
}
