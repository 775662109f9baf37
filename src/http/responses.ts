// OpenAI's Responses over chat.completions: thoughts, text, JSON by a schema, and function calls. No response is kept, so
// none can be continued by its id. responses-request.ts reads the request, responses-output.ts shapes what comes.

import type { ChatCompletions, FunctionCallDelta } from "../api/chat-completions.ts";
import type { Usage } from "../api/completion-request.ts";
import type { Fields } from "../api/request-fields.ts";
import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { errorBody } from "./http-error.ts";
import {
  type Item,
  newCall,
  newText,
  partOf,
  ResponseDraft,
  shownItem,
  type Status,
  type TextItem,
} from "./responses-output.ts";
import { readResponsesRequest } from "./responses-request.ts";

type Info = Engine["info"];

export async function createResponse(chat: ChatCompletions, info: Info, body: Fields, signal: AbortSignal) {
  const draft = new ResponseDraft(info, body);
  const { choices, usage } = await chat.create({ ...readResponsesRequest(body), stream: false }, { signal });
  const { message, finish_reason: finish } = choices[0];
  const { content, tool_calls: calls = [], reasoning_content: thought } = message;
  if (thought) draft.items.push({ ...newText("reasoning"), text: thought });
  const isThought = finish === "length" && thought !== undefined; // one that was cut
  if (content !== "" || (calls.length === 0 && !isThought)) draft.items.push({ ...newText(), text: content });
  for (const { id, function: called } of calls)
    draft.items.push({ ...newCall(id, called.name), arguments: called.arguments });
  return draft.whole(finish === "length" ? "incomplete" : "completed", usage);
}

/** The events of a streamed response, in the order in which OpenAI's server sends them, each with its number. */
export async function* responseEvents(
  chat: ChatCompletions,
  info: Info,
  body: Fields,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const request = { ...readResponsesRequest(body), stream: true, stream_options: { include_usage: true } } as const;
  const chunks = await chat.create(request, { signal });
  const events = new Events(new ResponseDraft(info, body));
  let usage: Usage | undefined;
  let status: Status = "completed";
  yield* events.whole("response.created", "in_progress");
  yield* events.whole("response.in_progress", "in_progress");
  try {
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      if (choice?.finish_reason === "length") status = "incomplete";
      if (choice?.delta.reasoning_content) yield* events.text("reasoning", choice.delta.reasoning_content);
      if (choice?.delta.content) yield* events.text("message", choice.delta.content);
      for (const call of choice?.delta.tool_calls ?? []) yield* events.call(call);
    }
  } catch (error) {
    if (!(error instanceof PronkError)) throw error;
    // Not response.failed, at which clients stop as if all were well: findings/responses-stream-clients.sh.
    yield events.error(errorBody(error).error);
    return;
  }
  // A thought alone is no answer, unless it was cut.
  if (status === "completed" && events.draft.items.every(({ kind }) => kind === "reasoning"))
    yield* events.open(newText());
  yield* events.close(status);
  yield* events.whole(`response.${status}`, status, usage);
}

class Events {
  readonly draft: ResponseDraft;
  #number = 0;

  constructor(draft: ResponseDraft) {
    this.draft = draft;
  }

  #event(type: string, fields: object): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#number++, ...fields })}\n\n`;
  }

  error({ code, message, param }: Record<string, unknown>): string {
    return this.#event("error", { code, message, param });
  }

  *whole(type: string, status: Status, usage?: Usage): Generator<string> {
    yield this.#event(type, { response: this.draft.whole(status, usage) });
  }

  *text(kind: TextItem["kind"], delta: string): Generator<string> {
    if (this.draft.items.at(-1)?.kind !== kind) yield* this.open(newText(kind));
    const item = this.draft.items.at(-1) as TextItem;
    item.text += delta;
    yield this.#textEvent(kind, "delta", { delta });
  }

  #textEvent(kind: TextItem["kind"], what: "delta" | "done", fields: object): string {
    const place = { ...this.#place(), content_index: 0 };
    if (kind === "reasoning") return this.#event(`response.reasoning_text.${what}`, { ...place, ...fields });
    return this.#event(`response.output_text.${what}`, { ...place, ...fields, logprobs: [] });
  }

  *call({ id, function: { name, arguments: delta } }: FunctionCallDelta): Generator<string> {
    if (id !== undefined) yield* this.open(newCall(id, name!)); // its first piece
    const item = this.draft.items.at(-1);
    if (delta === "" || item?.kind !== "function_call") return;
    item.arguments += delta;
    yield this.#event("response.function_call_arguments.delta", { ...this.#place(), delta });
  }

  /** Closes the previous item first. */
  *open(item: Item): Generator<string> {
    yield* this.close("completed");
    this.draft.items.push(item);
    const place = this.#place();
    yield this.#event("response.output_item.added", { output_index: place.output_index, item: shownItem(item, "in_progress") }); // prettier-ignore
    if (item.kind !== "function_call")
      yield this.#event("response.content_part.added", { ...place, content_index: 0, part: partOf(item.kind, "") });
  }

  *close(status: Status): Generator<string> {
    const item = this.draft.items.at(-1);
    if (!item) return;
    const place = this.#place();
    if (item.kind !== "function_call") {
      yield this.#textEvent(item.kind, "done", { text: item.text });
      const part = partOf(item.kind, item.text);
      yield this.#event("response.content_part.done", { ...place, content_index: 0, part });
    } else {
      const { name, arguments: whole } = item;
      yield this.#event("response.function_call_arguments.done", { ...place, name, arguments: whole });
    }
    yield this.#event("response.output_item.done", { output_index: place.output_index, item: shownItem(item, status) });
  }

  #place() {
    const { items } = this.draft;
    return { item_id: items.at(-1)!.id, output_index: items.length - 1 };
  }
}
