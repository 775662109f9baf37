// Whether an answer has what was asked for. Servers silently leave out what they do not know (transformers' knows neither n
// nor logprobs nor response_format, llama.cpp's no echo), and an answer without it does not answer the request.

import type { Fields } from "../api/request-fields.ts";
import { booleanField } from "../api/request-fields.ts";
import { cannot } from "./endpoint-errors.ts";
import type { Asked, Server } from "./server.ts";

/** What has arrived of one choice. */
export interface Found {
  text: string;
  calls: number;
  hasLogprobs: boolean;
  finish: string | undefined;
}

export const nothingFound = (): Found => ({ text: "", calls: 0, hasLogprobs: false, finish: undefined });

/** Throws PronkError bad-request that names the field. `prompts`: how many were asked about. */
export function checkAnswer({ address }: Server, { fields }: Asked, choices: readonly Found[], prompts = 1): void {
  const wanted = prompts * Number(fields.n ?? 1);
  const missing = (field: string, what: string) => cannot(field, address, `its answer has no ${what}.`);
  if (choices.length < wanted)
    throw cannot(prompts > 1 ? "prompt" : "n", address, `of ${wanted} answers it gave ${choices.length}.`);
  const asksLogprobs = typeof fields.logprobs === "number" || booleanField(fields, "logprobs");
  for (const { text, calls, hasLogprobs, finish } of choices) {
    if (asksLogprobs && !hasLogprobs && text !== "") throw missing("logprobs", "logprobs");
    if (finish === "length") continue; // cut off: nothing in it need be whole
    if (mustCall(fields) && calls === 0) throw missing("tool_choice", "call, though one was required");
    if (asksJson(fields) && calls === 0 && !isJson(text)) throw missing("response_format", "valid JSON");
  }
}

function mustCall({ tool_choice: choice }: Fields): boolean {
  const { type, allowed_tools: allowed } = Object(choice) as Fields;
  return choice === "required" || type === "function" || (Object(allowed) as Fields).mode === "required";
}

const asksJson = ({ response_format: format }: Fields): boolean =>
  String((Object(format) as Fields).type).startsWith("json_");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
