// OpenAI's Responses over chat.completions: text, or JSON by a schema, in one output message. Nothing of a response is kept, so
// none can be gone on from by its id. responses-request.ts reads the request.

import type { ChatCompletions } from "../api/chat-completions.ts";
import type { Usage } from "../api/completion-request.ts";
import type { Fields } from "../api/request-fields.ts";
import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { errorBody } from "./http-error.ts";
import { readResponsesRequest } from "./responses-request.ts";

type Info = Engine["info"];
type Status = "in_progress" | "completed" | "incomplete" | "failed";

export async function createResponse(chat: ChatCompletions, info: Info, body: Fields, signal: AbortSignal) {
  const draft = new ResponseDraft(info, body);
  const { choices, usage } = await chat.create({ ...readResponsesRequest(body), stream: false }, { signal });
  draft.text = choices[0].message.content;
  return draft.whole(choices[0].finish_reason === "length" ? "incomplete" : "completed", usage);
}

/** The events of a streamed response, in the order in which openai's server sends them, each with its number. */
export async function* responseEvents(
  chat: ChatCompletions,
  info: Info,
  body: Fields,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const draft = new ResponseDraft(info, body);
  const include = { stream: true, stream_options: { include_usage: true } } as const;
  const chunks = await chat.create({ ...readResponsesRequest(body), ...include }, { signal });
  let number = 0;
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`;
  const part = { item_id: draft.messageId, output_index: 0, content_index: 0 };
  let usage: Usage | undefined;
  let cut = false;
  yield event("response.created", { response: draft.whole("in_progress") });
  yield event("response.in_progress", { response: draft.whole("in_progress") });
  yield event("response.output_item.added", { output_index: 0, item: draft.message("in_progress", []) });
  yield event("response.content_part.added", { ...part, part: draft.part("") });
  try {
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      cut ||= choice?.finish_reason === "length";
      const delta = choice?.delta.content;
      if (!delta) continue;
      draft.text += delta;
      yield event("response.output_text.delta", { ...part, delta, logprobs: [] });
    }
  } catch (error) {
    if (!(error instanceof PronkError)) throw error;
    const { code, message } = errorBody(error).error;
    yield event("response.failed", { response: { ...draft.whole("failed"), error: { code, message } } });
    return;
  }
  const status = cut ? "incomplete" : "completed";
  yield event("response.output_text.done", { ...part, text: draft.text, logprobs: [] });
  yield event("response.content_part.done", { ...part, part: draft.part() });
  yield event("response.output_item.done", { output_index: 0, item: draft.message(status) });
  yield event(`response.${status}`, { response: draft.whole(status, usage) });
}

/** A response while it grows. */
class ResponseDraft {
  text = "";
  readonly messageId = newId("msg");
  readonly #head;

  constructor(info: Info, body: Fields) {
    const given = (field: string, usual: unknown = null) => body[field] ?? usual;
    this.#head = {
      id: newId("resp"),
      object: "response",
      created_at: Math.floor(Date.now() / 1000),
      model: info.model,
      instructions: given("instructions"),
      max_output_tokens: given("max_output_tokens"),
      metadata: given("metadata", {}),
      parallel_tool_calls: given("parallel_tool_calls", true),
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: given("temperature", info.generation.temperature ?? 1),
      text: given("text", { format: { type: "text" } }),
      tool_choice: given("tool_choice", "auto"),
      tools: given("tools", []),
      top_p: given("top_p", info.generation.topP ?? 1),
      truncation: given("truncation", "disabled"),
    };
  }

  part(text = this.text) {
    return { type: "output_text", text, annotations: [], logprobs: [] };
  }

  message(status: Status, content: object[] = [this.part()]) {
    return { id: this.messageId, type: "message", role: "assistant", status, content };
  }

  whole(status: Status, usage?: Usage) {
    return {
      ...this.#head,
      status,
      error: null as object | null,
      incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
      output: status === "in_progress" ? [] : [this.message(status === "failed" ? "incomplete" : status)],
      usage: usage ? responsesUsage(usage) : null,
    };
  }
}

function responsesUsage({ prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details, extra }: Usage) {
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: prompt_tokens_details.cached_tokens },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
    extra,
  };
}

function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `${prefix}_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
