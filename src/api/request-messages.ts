// The messages of a chat request, as OpenAI's clients send them, become messages that a dialog takes: text parts are
// joined, `developer` is system's other name, null is an answer without text. Whose turn it is, and whether the model
// knows tools, the dialog says.

import type { ChatMessage, ToolCall } from "../text/tokenizer.ts";
import { unknownField } from "./known-fields.ts";
import { badField, type Fields } from "./request-fields.ts";

export interface TextPart {
  type: "text";
  text: string;
}

/** A message of a request. `developer` counts as `system`; text parts are joined by line breaks. */
export type RequestMessage =
  | { role: "system" | "developer" | "user"; content: string | readonly TextPart[]; name?: string }
  | {
      role: "assistant";
      content?: string | readonly TextPart[] | null;
      /** As an answer had it; given to templates that take it. */
      reasoning_content?: string | null;
      name?: string;
      tool_calls?: readonly ToolCall[] | null;
    }
  /** Where the model's template writes them. */
  | { role: "tool"; content: string | readonly TextPart[]; tool_call_id?: string; name?: string };

const roles = ["system", "developer", "user", "assistant", "tool"];
const messageFields = ["role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content"];
// On every answer that a client sends back; annotations say where on the web it was found.
const ignoredFields = ["annotations"];
// Templates write names and ids as they are: in these there is no room for a control token.
const plainName = /^[\p{L}\p{N}_.:-]{1,128}$/u;

export function readMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0)
    throw badField("messages", "a list of at least one message", value ?? undefined);
  return value.map((message: unknown, at) => {
    if (typeof message !== "object" || message === null || Array.isArray(message))
      throw badField(`messages[${at}]`, "an object with role and content", message);
    return readMessage(message as Fields, `messages[${at}]`);
  });
}

function readMessage(fields: Fields, place: string): ChatMessage {
  const { role, content, name, tool_calls: calls, tool_call_id: callId, reasoning_content: thought } = fields;
  if (typeof role !== "string" || !roles.includes(role))
    throw badField(`${place}.role`, '"system", "developer", "user", "assistant" or "tool"', role);
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined && value !== null && !messageFields.includes(field) && !ignoredFields.includes(field))
      throw unknownField(`${place}.${field}`, messageFields, "a message", field);
  const message: ChatMessage = {
    role: role === "developer" ? "system" : (role as ChatMessage["role"]),
    content: role === "assistant" && (content ?? null) === null ? "" : readContent(content, `${place}.content`),
  };
  if ((thought ?? undefined) !== undefined) {
    if (typeof thought !== "string" || role !== "assistant")
      throw badField(`${place}.reasoning_content`, "a text, on an assistant's message only", thought);
    message.reasoning_content = thought;
  }
  const spoken = readName(name, `${place}.name`);
  if (spoken !== undefined) message.name = spoken;
  const hasCalls = (calls ?? null) !== null && !(Array.isArray(calls) && calls.length === 0);
  if (hasCalls && role !== "assistant") throw badField(`${place}.tool_calls`, "on an assistant's message only", calls);
  if (hasCalls) message.tool_calls = readToolCalls(calls, `${place}.tool_calls`);
  const answered = readName(callId, `${place}.tool_call_id`);
  if (answered !== undefined && role !== "tool")
    throw badField(`${place}.tool_call_id`, "on a tool's message only", callId);
  if (answered !== undefined) message.tool_call_id = answered;
  return message;
}

function readContent(content: unknown, place: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content) || content.length === 0)
    throw badField(place, "a string or a list of text parts", content);
  const texts = content.map((part: unknown, at) => {
    const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown };
    if (type !== "text") throw badField(`${place}[${at}].type`, '"text": this model reads nothing else', type);
    if (typeof text !== "string") throw badField(`${place}[${at}].text`, "a string", text);
    return text;
  });
  return texts.join("\n");
}

function readToolCalls(value: unknown, place: string): ToolCall[] {
  if (!Array.isArray(value)) throw badField(place, "a list of tool calls", value);
  return value.map((call: unknown, at) => {
    const { id, type = "function", function: called } = (call ?? {}) as Fields;
    if (type !== "function") throw badField(`${place}[${at}].type`, '"function"', type);
    const { name, arguments: given } = (called ?? {}) as Fields;
    if (typeof given !== "string") throw badField(`${place}[${at}].function.arguments`, "a string of JSON", given);
    const known = readName(name, `${place}[${at}].function.name`);
    if (known === undefined) throw badField(`${place}[${at}].function.name`, "the name of a function", name);
    const callId = readName(id, `${place}[${at}].id`);
    return {
      ...(callId !== undefined && { id: callId }),
      type: "function" as const,
      function: { name: known, arguments: given },
    };
  });
}

function readName(value: unknown, place: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || !plainName.test(value))
    throw badField(place, "1 to 128 letters, digits, or any of _ . : -", value);
  return value;
}
