// chat.completions in OpenAI's shapes: types only; the logic is in chat.ts.

import type { AnswerStream } from "./answer-stream.ts";
import type { CustomTool, FunctionTool, ToolChoice } from "./function-tools.ts";
import type { FinishReason, RequestOptions, SamplingFields, Usage } from "./completion-request.ts";
import type { ChatLogprobs } from "./logprobs.ts";
import type { RequestMessage } from "./request-messages.ts";

/**
 * What known-fields.ts lists is obeyed or harmless; null counts as not given. Any other field is refused by name
 * (bad-request), and so is a value that asks for something unsupported.
 */
export interface ChatCompletionRequest extends SamplingFields {
  /** If the last is the assistant's, the answer continues its words, and is what comes after them. */
  messages: readonly RequestMessage[];
  /** Ignored, like the next ones: a request made for a server can be given as it is. */
  metadata?: Record<string, string> | null;
  /** Ignored: nothing is kept at a provider. */
  store?: boolean | null;
  /** Ignored: a provider's prices. */
  service_tier?: string | null;
  /** Ignored: a provider's records. */
  safety_identifier?: string | null;
  /** Ignored: the cache is this engine's, and finds by itself what it holds. */
  prompt_cache_key?: string | null;
  /** Ignored, as `prompt_cache_key`. */
  prompt_cache_options?: object | null;
  /** Ignored, as `prompt_cache_key`. */
  prompt_cache_retention?: string | null;
  /** Ignored: at a provider it makes an answer faster, not different. */
  prediction?: object | null;
  /**
   * Functions that the model may call: an answer then has `tool_calls` and ends with `finish_reason: "tool_calls"`. They are
   * described and called in the form of the model's own template, else in a built-in one: docs/tools.md. With `strict` the
   * arguments are kept to `parameters`, which is a JSON Schema.
   */
  tools?: readonly (FunctionTool | CustomTool)[] | null;
  /** Default `auto`. `required`, a function, or allowed ones with `mode: "required"` keep the answer to calls. */
  tool_choice?: ToolChoice | null;
  /** Default true: an answer may have several calls, where the model's form has room for them. */
  parallel_tool_calls?: boolean | null;
  /** Values for the model's template, by the names that it knows, such as `enable_thinking`. Others do nothing. */
  chat_template_kwargs?: Record<string, unknown> | null;
  /** Default false. True: tell how likely each token was, before temperature, penalties or a form shaped it. */
  logprobs?: boolean | null;
  /** With `logprobs`: how many of the most likely tokens to tell beside each, 0 (the default) to 20. */
  top_logprobs?: number | null;
  /** `["text"]`, which is the default; anything else is refused (`bad-request`). */
  modalities?: readonly ("text" | "audio")[] | null;
  /** `"none"`; anything else is refused. For a template that supports it: `chat_template_kwargs`. */
  reasoning_effort?: string | null;
  /** `"medium"`, which is the default; anything else is refused. */
  verbosity?: string | null;
  /** OpenAI's older name of `tool_choice`: `"none"` or `"auto"`, which ask for nothing; anything else is refused. */
  function_call?: "none" | "auto" | object | null;
  /** OpenAI's older name of `tools`: an empty list; anything else is refused. */
  functions?: readonly object[] | null;
}

/** A call that the model makes. */
export interface FunctionCall {
  /** The `tool_call_id` for the message with its result. */
  id: string;
  /** The kind of tool. */
  type: "function";
  /** What is called. */
  function: {
    /** As in the request's `tools`. */
    name: string;
    /** The model's own text: JSON that fits the function's schema if it was kept to it. */
    arguments: string;
  };
}

/** `tool_calls`: it has calls, and ended as `stop` does. */
export type ChatFinishReason = FinishReason | "tool_calls";

/** What is added to an answer: words, or one call's beginning, with id and name, or more of its arguments. */
export interface AnswerDelta {
  /** On a choice's first chunk only. */
  role?: "assistant";
  /** More words; "" on a choice's first chunk. */
  content?: string;
  /** What it thinks before it speaks, where the model's template marks that. */
  reasoning_content?: string;
  /** One call's. */
  tool_calls?: [FunctionCallDelta];
}

/** A call's beginning, or more of its arguments. */
export interface FunctionCallDelta {
  /** The call's place among the answer's, from 0. */
  index: number;
  /** On its first piece only. */
  id?: string;
  /** On its first piece only. */
  type?: "function";
  /** What is called. */
  function: {
    /** On its first piece only. */
    name?: string;
    /** What is added to them. */
    arguments: string;
  };
}

/** What the assistant said. It can be given back in `messages` as it is. */
export interface ChatAnswer {
  /** Who speaks. */
  role: "assistant";
  /** "" where it says nothing but calls. */
  content: string;
  /** What a provider's model said instead of an answer, over an endpoint; always null for a model on this machine. */
  refusal: string | null;
  /** What it thought first, where the model's template marks that (`<think>`). */
  reasoning_content?: string;
  /** What it calls; absent where it calls nothing. */
  tool_calls?: FunctionCall[];
}

/** One of the answers to a conversation. */
export interface ChatChoice {
  /** Its place among the answers, from 0. */
  index: number;
  /** What was said. */
  message: ChatAnswer;
  /** What ended it. */
  finish_reason: ChatFinishReason;
  /** How likely each of its tokens was; null without `logprobs: true`. */
  logprobs: ChatLogprobs | null;
  /** pronk's own. */
  pronk: {
    /** The answer's token ids. */
    ids: number[];
    /** Whether the context's end finished it. */
    context_full: boolean;
  };
}

/** A whole answer of a chat. */
export interface ChatCompletion {
  /** `chatcmpl-` and 24 hexadecimal digits, drawn for each. */
  id: string;
  /** What this is. */
  object: "chat.completion";
  /** Seconds since 1970. */
  created: number;
  /** The engine's, as in `info.model`. */
  model: string;
  /** `n` of them, in order. */
  choices: [ChatChoice, ...ChatChoice[]];
  /** Tokens and times of all choices. */
  usage: Usage;
  /** pronk's own; with several choices, the first one's. */
  pronk: {
    /** How many of the oldest messages were left out to fit the context. */
    dropped_messages: number;
    /** Whether the context's end finished the answer. */
    context_full: boolean;
    /** The conversation as ids. */
    prompt_ids: number[];
    /** The answer's token ids. */
    ids: number[];
  };
}

/** One choice's part in a chunk. */
export interface ChatChoiceDelta {
  /** Its place among the answers, from 0. */
  index: number;
  /** What is added to the answer; `{}` on its last chunk. */
  delta: AnswerDelta;
  /** What ended it, on its last chunk; else null. */
  finish_reason: ChatFinishReason | null;
  /** For the tokens of this chunk; null without `logprobs: true`, and on a choice's first and last chunk. */
  logprobs: ChatLogprobs | null;
}

/** A part of an answer, as it comes. */
export interface ChatCompletionChunk {
  /** One for all chunks of an answer. */
  id: string;
  /** What this is. */
  object: "chat.completion.chunk";
  /** Seconds since 1970, one for all chunks of an answer. */
  created: number;
  /** The engine's, as in `info.model`. */
  model: string;
  /** One; none on the last chunk with usage. Each of several choices comes whole before the next. */
  choices: [ChatChoiceDelta] | [];
  /** With `stream_options.include_usage`: null, and on the last chunk, which has no choices, that of the whole answer. */
  usage?: Usage | null;
  /** pronk's own, on the first chunk of a choice and on its last. */
  pronk?: {
    /** How many of the oldest messages were left out to fit the context. */
    dropped_messages: number;
    /** Whether the context's end finished the answer; told on the last. */
    context_full: boolean;
  };
}

/** Answers conversations. */
export interface ChatCompletions {
  /**
   * With `stream: true` resolves to the answer's chunks when it begins; else to the whole answer. Rejects with PronkError:
   * `bad-request` for a field that is wrong or for a model without a dialog, `context-full` where the last message alone does not
   * fit, or whatever befell the engine; or with the signal's reason.
   */
  create(
    request: ChatCompletionRequest & { stream: true },
    options?: RequestOptions,
  ): Promise<AnswerStream<ChatCompletionChunk>>;
  create(request: ChatCompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<ChatCompletion>;
  create(
    request: ChatCompletionRequest,
    options?: RequestOptions,
  ): Promise<ChatCompletion | AnswerStream<ChatCompletionChunk>>;
}
