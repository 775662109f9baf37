// What a dialog says about messages that it cannot take. That they are messages at all, api/request-messages.ts has checked;
// whose turn it is differs by dialog and is checked there.

import { PronkError } from "../errors.ts";
import type { ChatMessage } from "./tokenizer.ts";

/** Whether a call of a tool, or its result, is in the message. */
export const hasToolTurn = ({ role, tool_calls: calls }: ChatMessage): boolean =>
  role === "tool" || calls !== undefined;

const toolless = "this model's chat format has no place for tools";

/** For a dialog without tools. Throws PronkError bad-request naming the field, e.g. `messages[2].role`. */
export function refuseToolTurns(messages: readonly ChatMessage[]): void {
  for (const [index, { role, tool_calls: calls }] of messages.entries()) {
    if (role === "tool")
      throw badMessage(`messages[${index}].role`, `system, user or assistant (${toolless})`, '"tool"');
    if (calls) throw badMessage(`messages[${index}].tool_calls`, `none (${toolless})`, "calls");
  }
}

export function badMessage(field: string, expected: string, found: string): PronkError {
  return new PronkError("bad-request", `${field}: expected ${expected}, found ${found}.`, { field, expected, found });
}
