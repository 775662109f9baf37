// A response so far: a thought, a text message and function calls, one item after the other, in OpenAI's shapes.

import type { Usage } from "../api/completion-request.ts";
import type { Fields } from "../api/request-fields.ts";
import type { Engine } from "../api/surface.ts";
import { randomId } from "../random-id.ts";

export type Status = "in_progress" | "completed" | "incomplete";

/** A thought has the shape that open models' have: its own text, and no summary. */
export interface TextItem {
  kind: "message" | "reasoning";
  id: string;
  text: string;
}

export interface CallItem {
  kind: "function_call";
  id: string;
  callId: string;
  name: string;
  arguments: string;
}

export type Item = TextItem | CallItem;

export const newText = (kind: TextItem["kind"] = "message"): TextItem => ({ kind, id: newId(kind === "message" ? "msg" : "rs"), text: "" }); // prettier-ignore
export const newCall = (callId: string, name: string): CallItem => ({ kind: "function_call", id: newId("fc"), callId, name, arguments: "" }); // prettier-ignore

export const partOf = (kind: TextItem["kind"], text: string) =>
  kind === "reasoning"
    ? { type: "reasoning_text", text }
    : { type: "output_text", text, annotations: [], logprobs: [] };

export function shownItem(item: Item, status: Status) {
  if (item.kind === "function_call")
    return { id: item.id, type: item.kind, status, call_id: item.callId, name: item.name, arguments: item.arguments };
  const content = status === "in_progress" ? [] : [partOf(item.kind, item.text)];
  if (item.kind === "reasoning") return { id: item.id, type: item.kind, status, summary: [], content };
  return { id: item.id, type: item.kind, role: "assistant", status, content };
}

export class ResponseDraft {
  readonly items: Item[] = [];
  readonly #head;

  constructor({ model, generation }: Engine["info"], body: Fields) {
    const given = (field: string, usual: unknown = null) => body[field] ?? usual;
    this.#head = {
      id: newId("resp"),
      object: "response",
      created_at: Math.floor(Date.now() / 1000),
      model,
      instructions: given("instructions"),
      max_output_tokens: given("max_output_tokens"),
      metadata: given("metadata", {}),
      parallel_tool_calls: given("parallel_tool_calls", true),
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: given("temperature", generation.temperature ?? 1),
      text: given("text", { format: { type: "text" } }),
      tool_choice: given("tool_choice", "auto"),
      tools: given("tools", []),
      top_p: given("top_p", generation.topP ?? 1),
      truncation: given("truncation", "disabled"),
    };
  }

  whole(status: Status, usage?: Usage) {
    return {
      ...this.#head,
      status,
      error: null,
      incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
      output: this.items.map((item, i) => shownItem(item, i < this.items.length - 1 ? "completed" : status)),
      usage: usage ? responsesUsage(usage) : null,
    };
  }
}

function responsesUsage(usage: Usage) {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details.cached_tokens },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details.reasoning_tokens },
    total_tokens: usage.total_tokens,
    extra: usage.extra,
  };
}

const newId = (prefix: string): string => `${prefix}_${randomId()}`;
