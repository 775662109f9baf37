// Tools for models whose template has no place for them, or that have none: a form of our own, in words of the
// conversation. Tools are described in the system message, calls stand in tags, results come as the user's. README.md has
// it in full. How a template's own form is found: call-form.ts.

import type { CallForm, ChatMessage, Tool } from "./tokenizer.ts";

export const builtInForm: CallForm = {
  begin: "",
  open: '<tool_call>\n{"name": "',
  middle: '", "arguments": ',
  close: "}\n</tool_call>",
  between: "\n",
  end: "",
};

/** What the model is told. */
function introduction(tools: readonly Tool[]): string {
  return [
    "You can call functions. Here they are, one a line, with their parameters as JSON Schema:",
    "<tools>",
    ...tools.map(({ function: described }) => JSON.stringify(described)),
    "</tools>",
    "To call one, answer with its name and arguments as JSON between two tags, and several one after the other:",
    "<tool_call>",
    '{"name": "its name", "arguments": {"a parameter": "a value"}}',
    "</tool_call>",
    "You are then told what it gave, between <tool_response> and </tool_response>. Call none where you can answer without.",
  ].join("\n");
}

/**
 * The same conversation for a dialog without tools. `place`: tools are described in a system message, or, for dialogs that
 * take none, before the first question.
 */
export function withBuiltInTools(
  messages: readonly ChatMessage[],
  tools: readonly Tool[] | undefined,
  place: "system" | "user" = "system",
): ChatMessage[] {
  const plain: ChatMessage[] = [];
  let behindResult = false; // the next question joins it, for dialogs whose roles take turns
  for (const { tool_calls: calls, tool_call_id: _, ...message } of messages) {
    if (message.role === "tool" || (message.role === "user" && behindResult)) {
      const isResult = message.role === "tool";
      const content = isResult ? `<tool_response>\n${message.content}\n</tool_response>` : message.content;
      if (behindResult) plain.push({ role: "user", content: `${plain.pop()!.content}\n${content}` });
      else plain.push({ role: "user", content });
      behindResult = isResult;
      continue;
    }
    behindResult = false;
    const { open, middle, close } = builtInForm;
    const written = (calls ?? []).map(
      ({ function: { name, arguments: given } }) => `${open}${name}${middle}${String(given)}${close}`,
    );
    plain.push({ ...message, content: [message.content, ...written].filter((text) => text !== "").join("\n") });
  }
  return tools ? introduced(plain, introduction(tools), place) : plain;
}

function introduced(messages: ChatMessage[], text: string, place: "system" | "user"): ChatMessage[] {
  const [first, ...others] = messages;
  if (first.role === "system") return [{ ...first, content: `${first.content}\n\n${text}` }, ...others];
  if (place === "system" || first.role !== "user") return [{ role: "system", content: text }, ...messages];
  return [{ ...first, content: `${text}\n\n${first.content}` }, ...others];
}
