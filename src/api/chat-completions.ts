// chat.completions in OpenAI's shapes: types only; the logic is in chat.ts.

import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";
import type { ChatLogprobs } from "./logprobs.ts";
import type { RequestMessage } from "./request-messages.ts";

/**
 * What known-fields.ts lists is obeyed or harmless; null counts as not given. Any other field is refused by name
 * (bad-request), and so is a value that asks for what is not done.
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
  /**
   * Functions that the model may call: an answer then has `tool_calls` and ends with `finish_reason: "tool_calls"`. They are told
   * and called in the form of the model's own template, else in a built-in one: docs/tools.md. With `strict` the arguments
   * are kept to `parameters`, which are a JSON Schema.
   */
  tools?: readonly FunctionTool[] | null;
  /** Default `auto`. With `required`, a function or allowed ones with `mode: "required"` the answer is kept to calls. */
  tool_choice?: ToolChoice | null;
  /** Default true: an answer may have several calls, where the model's form has room for them. */
  parallel_tool_calls?: boolean | null;
  /** Values for the model's template, by the names that it knows them by, as `enable_thinking`. Others do nothing. */
  chat_template_kwargs?: Record<string, unknown> | null;
  /** Tell of each token how likely it was, and of up to 20 (`top_logprobs`) what else was, before anything shaped it. */
  logprobs?: boolean | null;
  top_logprobs?: number | null;
}

export interface FunctionTool {
  type: "function";
  function: {
    /** 1 to 64 letters, digits, _ or -. */
    name: string;
    description?: string;
    /** A JSON Schema; without one it takes no arguments. src/constrain/README.md says what of schemas is read. */
    parameters?: Record<string, unknown>;
    strict?: boolean | null;
  };
}

interface NamedFunction {
  type: "function";
  function: { name: string };
}

export type ToolChoice =
  | "none"
  | "auto"
  | "required"
  | NamedFunction
  | { type: "allowed_tools"; allowed_tools: { mode: "auto" | "required"; tools: readonly NamedFunction[] } };

/** A call that the model makes. */
export interface FunctionCall {
  id: string;
  type: "function";
  /** The model's own text: JSON by the function's schema where it was kept to it. */
  function: { name: string; arguments: string };
}

/** `tool_calls`: it has calls, and ended as `stop` does. */
export type ChatFinishReason = FinishReason | "tool_calls";

/** What comes to an answer: words, or of one call its beginning, with id and name, or more of its arguments. */
export interface AnswerDelta {
  role?: "assistant";
  content?: string;
  /** What it thinks before it speaks, where the model's template marks that. */
  reasoning_content?: string;
  tool_calls?: [FunctionCallDelta];
}

export interface FunctionCallDelta {
  /** Of the call among the answer's, from 0 on. */
  index: number;
  /** These three on its first piece only. */
  id?: string;
  type?: "function";
  function: { name?: string; arguments: string };
}

export interface ChatChoice {
  index: number;
  /**
   * `content` is "" where it says nothing but calls; `tool_calls` is there where it calls, `reasoning_content` where it thought
   * first and its template marks that (`<think>`).
   */
  message: { role: "assistant"; content: string; reasoning_content?: string; tool_calls?: FunctionCall[] };
  finish_reason: ChatFinishReason;
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
          delta: AnswerDelta;
          finish_reason: ChatFinishReason | null;
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
