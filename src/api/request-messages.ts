// The messages of a chat request, as OpenAI's clients send them, become messages that a dialog takes: text parts are
// joined, `developer` is system's other name, null is an answer without text. Whose turn it is, and whether the model
// knows tools, the dialog says.

import type { ChatMessage, ToolCall } from "../text/tokenizer.ts";
import type { CustomTool } from "./function-tools.ts";
import { unknownField } from "./known-fields.ts";
import { badField, type Fields } from "./request-fields.ts";

/** A piece of a message's text. */
export interface TextPart {
  /** The kind of part. */
  type: "text";
  /** Its words. */
  text: string;
}

/** What a provider's assistant said instead of an answer; read as text. */
export interface RefusalPart {
  /** The kind of part. */
  type: "refusal";
  /** Its words. */
  refusal: string;
}

/** What no model here reads; refused (`bad-request`). It is here so that OpenAI's messages can be given. */
export interface ForeignPart {
  /** The kind of part. */
  type: "image_url" | "input_audio" | "file";
}

/**
 * A message of a request. Parts of text are joined by line breaks. All of OpenAI's fit; what a model here cannot read (parts
 * that are not text, calls of custom tools, the role `function`) is refused (`bad-request`) by its place.
 */
export type RequestMessage =
  | {
      /** `developer` counts as `system`. */
      role: "system" | "developer" | "user";
      /** What is said. */
      content: string | readonly (TextPart | ForeignPart)[];
      /** Who speaks, for templates that say it: 1 to 128 letters, digits, or any of _ . : - */
      name?: string;
    }
  | {
      /** Who speaks. */
      role: "assistant";
      /** What was said; null beside calls. */
      content?: string | readonly (TextPart | RefusalPart)[] | null;
      /** Read as its text where it has no other. */
      refusal?: string | null;
      /** As an answer had it; given to templates that take it. */
      reasoning_content?: string | null;
      /** Who speaks, for templates that say it. */
      name?: string;
      /** What was called, beside its text. */
      tool_calls?: readonly (ToolCall | CustomTool)[] | null;
    }
  | {
      /** A tool's result. */
      role: "tool";
      /** What it gave. */
      content: string | readonly TextPart[];
      /** The id of the call that it answers. */
      tool_call_id?: string;
      /** The tool's. */
      name?: string;
    }
  | {
      /** OpenAI's older name of `tool`; refused (`bad-request`). */
      role: "function";
      /** What it gave. */
      content: string | null;
      /** The function's. */
      name: string;
    };

const roles = ["system", "developer", "user", "assistant", "tool"];
const messageFields = ["role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "refusal"];
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
  const {
    role,
    content: told,
    refusal,
    name,
    tool_calls: calls,
    tool_call_id: callId,
    reasoning_content: thought,
  } = fields;
  if (typeof role !== "string" || !roles.includes(role))
    throw badField(`${place}.role`, '"system", "developer", "user", "assistant" or "tool"', role);
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined && value !== null && !messageFields.includes(field) && !ignoredFields.includes(field))
      throw unknownField(`${place}.${field}`, messageFields, "a message", field);
  const content = role === "assistant" ? (told ?? refusal ?? "") : told;
  const message: ChatMessage = {
    role: role === "developer" ? "system" : (role as ChatMessage["role"]),
    content: readContent(content, `${place}.content`, role),
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

function readContent(content: unknown, place: string, role: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content) || content.length === 0)
    throw badField(place, "a string or a list of text parts", content);
  const texts = content.map((part: unknown, at) => {
    const { type, text, refusal } = (part ?? {}) as Fields;
    if (type === "refusal" && role === "assistant" && typeof refusal === "string") return refusal;
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
