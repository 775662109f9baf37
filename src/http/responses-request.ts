// A request to Responses as one to chat.completions: items become messages, and each field is carried over, has no bearing on an
// answer from this machine, or is refused by name.

import type { ChatCompletionRequest } from "../api/chat-completions.ts";
import { badField, type Fields } from "../api/request-fields.ts";
import { checkFields, type FieldTable, only } from "../api/known-fields.ts";

const kept: FieldTable["previous_response_id"] = { only: "left out: no response is kept", allowed: () => false };

/** As in OpenAI's reference of November 2026 (openai 7.59), and pronk's own from chat.completions. */
export const responsesFields: FieldTable = {
  model: "ignored",
  adapter: "obeyed",
  input: "obeyed",
  instructions: "obeyed",
  max_output_tokens: "obeyed",
  temperature: "obeyed",
  top_p: "obeyed",
  text: "obeyed",
  stream: "obeyed",
  seed: "obeyed",
  top_k: "obeyed",
  min_p: "obeyed",
  repetition_penalty: "obeyed",
  previous_response_id: kept,
  conversation: kept,
  prompt: { only: "left out: no prompts are kept", allowed: () => false },
  background: only(false),
  tools: "obeyed",
  tool_choice: "obeyed",
  parallel_tool_calls: "obeyed",
  max_tool_calls: "ignored",
  truncation: only("disabled", "auto"), // the oldest messages are left out where they must be, as in chat.completions
  top_logprobs: only(0),
  include: "ignored", // more of what tools found
  stream_options: "ignored",
  reasoning: "ignored",
  metadata: "ignored",
  store: "ignored",
  service_tier: "ignored",
  safety_identifier: "ignored",
  prompt_cache_key: "ignored",
  prompt_cache_retention: "ignored",
  user: "ignored",
};

/** Without `stream`. Throws PronkError bad-request. */
export function readResponsesRequest(body: Fields): ChatCompletionRequest {
  checkFields(body, responsesFields, "responses.create");
  const { instructions, input, text, max_output_tokens: most } = body;
  if (typeof (instructions ?? "") !== "string") throw badField("instructions", "a text", instructions);
  const system = instructions ? [{ role: "system", content: instructions }] : [];
  const same = [
    "adapter",
    "temperature",
    "top_p",
    "seed",
    "top_k",
    "min_p",
    "repetition_penalty",
    "parallel_tool_calls",
  ];
  return {
    ...Object.fromEntries(same.map((field) => [field, body[field]])),
    tools: readTools(body.tools) as ChatCompletionRequest["tools"],
    tool_choice: readToolChoice(body.tool_choice) as ChatCompletionRequest["tool_choice"],
    messages: [...system, ...readInput(input)] as ChatCompletionRequest["messages"],
    max_tokens: most as number | null,
    response_format: readFormat(text),
  };
}

function readInput(input: unknown): object[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input) || input.length === 0) throw badField("input", "a text, or a list of items", input);
  const messages: { role?: unknown; tool_calls?: object[]; reasoning_content?: string }[] = [];
  let thought: string | undefined; // before the assistant's next message
  for (const [at, item] of (input as (Fields | null)[]).entries()) {
    const { type = "message", role, content, call_id: callId, name, arguments: given, output } = item ?? {};
    const text = (value: unknown, field: string) =>
      Array.isArray(value) ? value.map((part, i) => textPart(part, `input[${at}].${field}[${i}]`)) : value;
    const thoughtBefore = () => {
      const told = thought === undefined ? {} : { reasoning_content: thought };
      thought = undefined;
      return told;
    };
    if (type === "message") {
      const told = thoughtBefore();
      messages.push({ role, content: text(content, "content"), ...(role === "assistant" && told) } as object);
    } else if (type === "function_call") {
      // Calls that came together, and the words before them, are one assistant message.
      const call = { id: callId, type: "function", function: { name, arguments: given } };
      const before = messages.at(-1);
      if (before?.role === "assistant") before.tool_calls = [...(before.tool_calls ?? []), call];
      else messages.push({ role: "assistant", tool_calls: [call], ...thoughtBefore() });
    } else if (type === "function_call_output")
      messages.push({ role: "tool", tool_call_id: callId, content: text(output, "output") } as object);
    else if (type === "reasoning") thought = (thought ?? "") + thoughtIn(content, `input[${at}].content`);
    else throw badField(`input[${at}].type`, '"message", "reasoning", "function_call" or "function_call_output"', type);
  }
  return messages;
}

/** A thought's own text; a summary, which another model made, is left out. */
function thoughtIn(content: unknown, place: string): string {
  if (content === undefined || content === null) return "";
  if (!Array.isArray(content)) throw badField(place, "a list of parts", content);
  return content.map((part, i) => textPart(part, `${place}[${i}]`, ["reasoning_text"]).text as string).join("");
}

/** Responses has a function's name and schema beside the type, chat.completions in an object of their own. */
const readTools = (tools: unknown) => (Array.isArray(tools) ? tools.map(nestedFunction) : tools);

function nestedFunction(tool: unknown): object {
  const { type, ...described } = Object(tool) as Fields;
  return { type, function: described };
}

function readToolChoice(choice: unknown): unknown {
  const { type, mode, tools } = Object(choice) as Fields;
  if (type === "function") return nestedFunction(choice);
  return type === "allowed_tools" ? { type, allowed_tools: { mode, tools: readTools(tools) } } : choice;
}

/** What was asked (`input_text`) and what was answered (`output_text`) are both text. */
function textPart(part: unknown, place: string, types: readonly unknown[] = ["input_text", "output_text"]) {
  const { type, text } = (part ?? {}) as Fields;
  if (!types.includes(type))
    throw badField(`${place}.type`, types.map((name) => `"${String(name)}"`).join(" or "), type);
  return { type: "text", text };
}

/** A schema also goes into an object of its own. */
function readFormat(text: unknown): ChatCompletionRequest["response_format"] {
  if (text === undefined || text === null) return null;
  if (typeof text !== "object") throw badField("text", "an object", text);
  const { format } = text as Fields;
  if (format === undefined || format === null) return null;
  if (typeof format !== "object") throw badField("text.format", "an object", format);
  const { type, ...schema } = format as Fields;
  return (
    type === "json_schema" ? { type, json_schema: schema } : { type }
  ) as ChatCompletionRequest["response_format"];
}
