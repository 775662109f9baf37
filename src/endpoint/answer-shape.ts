// What servers' answers have in common, in pronk's shapes: heads, finish reasons, usage. What a server does not tell is not
// made up; times are its own where it gives them (pronk, llama.cpp), else as measured here, the network included.

import type { ChatFinishReason } from "../api/chat-completions.ts";
import type { Usage } from "../api/completion-request.ts";
import type { Fields } from "../api/request-fields.ts";
import { randomId } from "../random-id.ts";
import type { Server } from "./server.ts";

export const fieldsOf = (value: unknown): Fields => Object(value) as Fields;
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

export function headOf({ model }: Server, { id, created }: Fields, prefix: string) {
  return {
    id: textOf(id) || `${prefix}-${randomId()}`,
    created: numberOf(created) ?? Math.floor(Date.now() / 1000),
    model,
  };
}

/** "stop" for the other names that servers have for an answer's own end. */
export function finishOf(reason: unknown): ChatFinishReason | undefined {
  if ((reason ?? "") === "") return undefined;
  if (reason === "length" || reason === "tool_calls") return reason;
  return reason === "function_call" ? "tool_calls" : "stop";
}

/** ms since the request; `firstMs`: to a stream's first words. */
export interface Times {
  firstMs?: number;
  wholeMs: number;
}

/** Undefined where the answer has none. */
export function usageOf(answer: Fields, times: Times): Usage | undefined {
  if (typeof answer.usage !== "object" || answer.usage === null) return undefined;
  const told = fieldsOf(answer.usage);
  const prompt = numberOf(told.prompt_tokens) ?? 0;
  const completion = numberOf(told.completion_tokens) ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberOf(told.total_tokens) ?? prompt + completion,
    prompt_tokens_details: { cached_tokens: numberOf(fieldsOf(told.prompt_tokens_details).cached_tokens) ?? 0 },
    completion_tokens_details: {
      reasoning_tokens: numberOf(fieldsOf(told.completion_tokens_details).reasoning_tokens) ?? 0,
    },
    extra: timesOf(answer, told, times, prompt, completion),
  };
}

function timesOf(answer: Fields, told: Fields, times: Times, prompt: number, completion: number): Usage["extra"] {
  if (typeof told.extra === "object" && told.extra !== null) return told.extra as Usage["extra"]; // pronk's
  const first = times.firstMs === undefined ? {} : { time_to_first_token_ms: times.firstMs };
  const own = fieldsOf(answer.timings); // llama.cpp's
  const prefillMs = numberOf(own.prompt_ms) ?? times.firstMs ?? 0;
  const decodeMs = numberOf(own.predicted_ms) ?? times.wholeMs - (times.firstMs ?? 0);
  const rate = (tokens: number, ms: number) => (ms > 0 ? (1000 * tokens) / ms : 0);
  return {
    ...first,
    prefill_ms: prefillMs,
    decode_ms: decodeMs,
    prefill_tokens_per_s: rate(numberOf(own.prompt_n) ?? prompt, prefillMs),
    decode_tokens_per_s: rate(numberOf(own.predicted_n) ?? completion, decodeMs),
  };
}
