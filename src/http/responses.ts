// OpenAI's Responses over chat.completions: text, JSON by a schema, and calls of functions. Nothing of a response is kept, so
// none can be gone on from by its id. responses-request.ts reads the request, responses-output.ts shapes what comes.

import type { ChatCompletions, FunctionCallDelta } from "../api/chat-completions.ts";
import type { Usage } from "../api/completion-request.ts";
import type { Fields } from "../api/request-fields.ts";
import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { errorBody } from "./http-error.ts";
import { type Item, newCall, newText, ResponseDraft, shownItem, type Status, textPart } from "./responses-output.ts";
import { readResponsesRequest } from "./responses-request.ts";

type Info = Engine["info"];

export async function createResponse(chat: ChatCompletions, info: Info, body: Fields, signal: AbortSignal) {
  const draft = new ResponseDraft(info, body);
  const { choices, usage } = await chat.create({ ...readResponsesRequest(body), stream: false }, { signal });
  const { message, finish_reason: finish } = choices[0];
  const { content, tool_calls: calls = [] } = message;
  if (content !== "" || calls.length === 0) draft.items.push({ ...newText(), text: content });
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
      if (choice?.delta.content) yield* events.text(choice.delta.content);
      for (const call of choice?.delta.tool_calls ?? []) yield* events.call(call);
    }
  } catch (error) {
    if (!(error instanceof PronkError)) throw error;
    // Not response.failed, at which clients stop as if all were well: findings/responses-stream-clients.sh.
    yield events.error(errorBody(error).error);
    return;
  }
  if (events.draft.items.length === 0) yield* events.open(newText());
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

  *text(delta: string): Generator<string> {
    if (this.draft.items.at(-1)?.kind !== "message") yield* this.open(newText());
    const item = this.draft.items.at(-1)!;
    if (item.kind === "message") item.text += delta;
    yield this.#event("response.output_text.delta", { ...this.#place(), content_index: 0, delta, logprobs: [] });
  }

  *call({ id, function: { name, arguments: delta } }: FunctionCallDelta): Generator<string> {
    if (id !== undefined) yield* this.open(newCall(id, name!)); // its first piece
    const item = this.draft.items.at(-1);
    if (delta === "" || item?.kind !== "function_call") return;
    item.arguments += delta;
    yield this.#event("response.function_call_arguments.delta", { ...this.#place(), delta });
  }

  /** Closes the item before. */
  *open(item: Item): Generator<string> {
    yield* this.close("completed");
    this.draft.items.push(item);
    const place = this.#place();
    yield this.#event("response.output_item.added", { output_index: place.output_index, item: shownItem(item, "in_progress") }); // prettier-ignore
    if (item.kind === "message")
      yield this.#event("response.content_part.added", { ...place, content_index: 0, part: textPart("") });
  }

  *close(status: Status): Generator<string> {
    const item = this.draft.items.at(-1);
    if (!item) return;
    const place = this.#place();
    if (item.kind === "message") {
      const part = { ...place, content_index: 0 };
      yield this.#event("response.output_text.done", { ...part, text: item.text, logprobs: [] });
      yield this.#event("response.content_part.done", { ...part, part: textPart(item.text) });
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
