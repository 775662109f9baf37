// The Prompt API's messages as a request has them.

import type { RequestMessage } from "../index.ts";
import { notSupported } from "./faults.ts";
import type { PromptInput, PromptMessage } from "./prompt-types.ts";

/** `goesOn`: the last message is the assistant's, and the answer continues it. */
export interface Said {
  messages: RequestMessage[];
  goesOn: boolean;
}

/** What is said to a session. Throws a TypeError, or DOMException NotSupportedError. */
export function readInput(input: PromptInput): Said {
  if (typeof input === "string") return { messages: [{ role: "user", content: input }], goesOn: false };
  if (!Array.isArray(input) || input.length === 0)
    throw new TypeError("A prompt must be a text or a list of messages. Give at least one.");
  const said = input as readonly PromptMessage[];
  if (said.some(({ role }) => role === "system"))
    throw notSupported("A system prompt stands in initialPrompts. Make another session with it.");
  return readMessages(said);
}

/** What a session begins with. Throws likewise. */
export function readInitial(prompts: readonly PromptMessage[]): RequestMessage[] {
  if (prompts.some(({ role }, at) => role === "system" && at > 0))
    throw new TypeError("A system prompt must be the first of initialPrompts. Move it there.");
  const { messages, goesOn } = readMessages(prompts);
  if (goesOn) throw new TypeError("What begins with a prefix is prompted: leave `prefix` out of initialPrompts.");
  return messages;
}

function readMessages(said: readonly PromptMessage[]): Said {
  const messages = said.map(({ role, content, prefix }, at): RequestMessage => {
    if (role !== "system" && role !== "user" && role !== "assistant")
      throw new TypeError(`The role of a message must be system, user or assistant; found ${String(role)}.`);
    if (prefix && (role !== "assistant" || at < said.length - 1))
      throw new DOMException("Only the last message, and only the assistant's, can be a prefix.", "SyntaxError");
    return { role, content: textOf(content) };
  });
  return { messages, goesOn: said.at(-1)?.prefix === true };
}

function textOf(content: PromptMessage["content"]): string {
  if (typeof content === "string") return content;
  const texts = content.map(({ type, value }) => {
    if (type !== "text") throw notSupported(`This model reads text; found ${type}. Leave it out.`);
    if (typeof value !== "string") throw new TypeError("The value of a text must be a string.");
    return value;
  });
  return texts.join("\n");
}
