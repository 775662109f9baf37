// Checks what callers hand in as a conversation before any dialog sees it: a list, known roles, text for content.
// Whose turn it is differs by dialog and is checked there.

import { PronkError } from "../errors.ts";
import type { ChatMessage } from "./tokenizer.ts";

const roles = ["system", "user", "assistant"];
const toolless = "this model's chat format has no place for tools";

/** Throws PronkError bad-request naming the field, e.g. `messages[2].role`. `tools`: whether the dialog knows them. */
export function checkMessages(messages: unknown, { tools = false } = {}): asserts messages is readonly ChatMessage[] {
  if (!Array.isArray(messages)) throw badMessage("messages", "a list of messages", kindOf(messages));
  if (messages.length === 0) throw badMessage("messages", "at least one message", "an empty list");
  messages.forEach((message: unknown, index) => {
    if (typeof message !== "object" || message === null)
      throw badMessage(`messages[${index}]`, "an object with role and content", kindOf(message));
    const { role, content, tool_calls: calls } = message as Record<string, unknown>;
    if (typeof role !== "string" || !(roles.includes(role) || (role === "tool" && tools)))
      throw badMessage(
        `messages[${index}].role`,
        role === "tool" ? `system, user or assistant (${toolless})` : "system, user or assistant",
        typeof role === "string" ? JSON.stringify(role.slice(0, 80)) : kindOf(role),
      );
    if (calls !== undefined && !tools)
      throw badMessage(`messages[${index}].tool_calls`, `none (${toolless})`, kindOf(calls));
    if (typeof content !== "string") throw badMessage(`messages[${index}].content`, "a string", kindOf(content));
  });
}

export function badMessage(field: string, expected: string, found: string): PronkError {
  return new PronkError("bad-request", `${field}: expected ${expected}, found ${found}.`, { field, expected, found });
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
}
