// Tool calls and their results in a conversation: whether a model's template writes them at all, found by rendering some,
// and how it wants a call's arguments, which clients send as JSON text and most templates take as its values. How the model
// itself writes calls: call-form.ts.

import { parseJson } from "./jinja/parse-json.ts";
import { Dict, type Value } from "./jinja/values.ts";
import type { RenderChat } from "./tokenizer.ts";
import type { ChatMessage } from "./tokenizer.ts";

/** `values`: arguments as parsed JSON; `text`: as they came; undefined: the template knows no tools. */
export type ToolArguments = "values" | "text" | undefined;

/** How a template takes them. */
export interface ToolTurns {
  arguments: ToolArguments;
  /** Ids must have nine letters or digits. */
  nineLetters: boolean;
  /** A result must name its function. */
  named: boolean;
}

const probe = (id: string, named: boolean): ChatMessage[] => [
  { role: "user", content: "question" },
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id, type: "function", function: { name: "probename", arguments: '{"probekey": "probevalue"}' } }],
  },
  { role: "tool", content: "proberesult", tool_call_id: id, ...(named && { name: "probename" }) },
];

export function findToolTurns(render: RenderChat): ToolTurns {
  for (const nineLetters of [false, true])
    // as Mistral's want them
    for (const named of [false, true]) {
      // as Hermes' do
      const taken = findArguments(render, probe(nineLetters ? "probe0001" : "call_probe", named));
      if (taken !== undefined) return { arguments: taken, nineLetters, named };
    }
  return { arguments: undefined, nineLetters: false, named: false };
}

function findArguments(render: RenderChat, messages: readonly ChatMessage[]): ToolArguments {
  const written = (form: "values" | "text") => {
    try {
      const text = render(messages.map((message) => withArguments(message, form)));
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

/** The messages as the template takes them. */
export function withToolTurns(messages: readonly ChatMessage[], turns: ToolTurns): ChatMessage[] {
  const shortened = new Map<string, string>();
  const idOf = (id: string): string => {
    if (!turns.nineLetters || /^[a-zA-Z0-9]{9}$/.test(id)) return id;
    let short = shortened.get(id);
    if (!short) shortened.set(id, (short = String(shortened.size).padStart(9, "0")));
    return short;
  };
  const called = new Map<string | undefined, string>();
  return messages.map((given) => {
    const message = withArguments(given, turns.arguments);
    if (message.role === "tool") {
      const { tool_call_id: id, name = turns.named ? called.get(id) : undefined } = message;
      return {
        ...message,
        ...(id !== undefined && { tool_call_id: idOf(id) }),
        ...(name !== undefined && { name }),
      };
    }
    for (const { id, function: one } of message.tool_calls ?? []) called.set(id, one.name);
    if (!message.tool_calls) return message;
    const tool_calls = message.tool_calls.map((call) =>
      call.id === undefined ? call : { ...call, id: idOf(call.id) },
    );
    return { ...message, tool_calls };
  });
}

/** The message with its arguments in the form that the template wants. What is not a JSON object stays text. */
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

/** Every text of a message that may hold anything: content, thought, what arguments say. Names and ids are plain. */
export function messageTexts(message: ChatMessage): string[] {
  const texts: string[] = [];
  changeTexts(message, (text) => (texts.push(text), text));
  return texts;
}

export function changeTexts(message: ChatMessage, change: (text: string) => string): ChatMessage {
  const changed = { ...message, content: change(message.content) };
  if (message.reasoning_content !== undefined) changed.reasoning_content = change(message.reasoning_content);
  if (!message.tool_calls) return changed;
  return changeArguments(changed, (given) => changeDeep(given, change) as string | object);
}

/** Texts and keys in a value, however deep. */
export function changeDeep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((inner) => changeDeep(inner, change));
  if (value instanceof Dict)
    return new Dict(
      Array.from(value.entries(), ([key, inner]) => [change(key as string), changeDeep(inner, change) as Value]),
    );
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), changeDeep(inner, change)]));
}

function changeArguments(message: ChatMessage, change: (given: string | object) => string | object): ChatMessage {
  const tool_calls = message.tool_calls?.map((call) => ({
    ...call,
    function: { ...call.function, arguments: change(call.function.arguments) },
  }));
  return { ...message, tool_calls };
}
