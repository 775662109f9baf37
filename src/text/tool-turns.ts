// Tool calls and their results in a conversation: whether a model's template writes them at all, found by rendering some,
// and how it wants a call's arguments, which clients send as JSON text and most templates take as what it says.

import { parseJson } from "./jinja/parse-json.ts";
import { Dict, type Value } from "./jinja/values.ts";
import type { RenderChat } from "./tokenizer.ts";
import type { ChatMessage } from "./tokenizer.ts";

/** `values`: arguments as what their JSON says; `text`: as they came; undefined: the template does not know tools. */
export type ToolArguments = "values" | "text" | undefined;

export const hasToolTurn = (message: ChatMessage): boolean =>
  message.role === "tool" || message.tool_calls !== undefined;

/** Mistral's templates want ids of nine letters. */
const probe: readonly ChatMessage[] = [
  { role: "user", content: "question" },
  {
    role: "assistant",
    content: "",
    tool_calls: [
      { id: "probe0001", type: "function", function: { name: "probename", arguments: '{"probekey": "probevalue"}' } },
    ],
  },
  { role: "tool", content: "proberesult", tool_call_id: "probe0001" },
];

export function findToolArguments(render: RenderChat): ToolArguments {
  const written = (form: "values" | "text") => {
    try {
      const text = render(probe.map((message) => withArguments(message, form)));
      return /probename/.test(text) && /proberesult/.test(text) ? text : undefined;
    } catch {
      return undefined; // its author's words, or arguments in a form that it cannot take
    }
  };
  const values = written("values");
  const asJson = /[^\\]"probekey":\s*"probevalue"/;
  if (values !== undefined && asJson.test(values)) return "values";
  const text = written("text");
  if (text !== undefined && (asJson.test(text) || values === undefined)) return "text";
  return values === undefined ? undefined : "values";
}

/** The message with its arguments in the form that the template wants. What is no JSON object stays text. */
export function withArguments(message: ChatMessage, form: ToolArguments): ChatMessage {
  if (form !== "values" || !message.tool_calls) return message;
  return changeArguments(message, (given) => {
    if (typeof given !== "string") return given;
    try {
      const value = parseJson(given);
      return value instanceof Dict ? value : given;
    } catch {
      return given;
    }
  });
}

/** Every text of a message that may hold anything: its content and what its arguments say. Names and ids are plain. */
export function messageTexts(message: ChatMessage): string[] {
  const texts: string[] = [];
  changeTexts(message, (text) => (texts.push(text), text));
  return texts;
}

export function changeTexts(message: ChatMessage, change: (text: string) => string): ChatMessage {
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map(deep);
    if (value instanceof Dict)
      return new Dict(Array.from(value.entries(), ([key, inner]) => [change(key as string), deep(inner) as Value]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), deep(inner)]));
  };
  const changed = { ...message, content: change(message.content) };
  return message.tool_calls ? changeArguments(changed, (given) => deep(given) as string | object) : changed;
}

function changeArguments(message: ChatMessage, change: (given: string | object) => string | object): ChatMessage {
  const tool_calls = message.tool_calls?.map((call) => ({
    ...call,
    function: { ...call.function, arguments: change(call.function.arguments) },
  }));
  return { ...message, tool_calls };
}
