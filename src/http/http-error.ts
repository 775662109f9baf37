// A PronkError as a server reports it: a status, and OpenAI's error body, by which clients choose their error class.

import { PronkError, type PronkErrorCode } from "../errors.ts";

/** By code; all others are 500. */
const statuses: Partial<Record<PronkErrorCode, number>> = {
  "bad-request": 400,
  "context-full": 400,
  "out-of-memory": 503,
  "device-lost": 503,
  "worker-lost": 503,
  "leader-closed": 503,
};

/** `ended`: the engine's; what comes after it is not the request's fault. */
export function statusOf(error: unknown, ended: AbortSignal): number {
  if (ended.aborted && error === ended.reason) return 503;
  if (!(error instanceof PronkError)) return 500;
  if (error.facts.field === "url" || error.facts.field === "model") return 404;
  return statuses[error.code] ?? 500;
}

/** OpenAI's object; `param` is the field at fault. */
export function errorBody(error: unknown): { error: Record<string, unknown> } {
  const { code, facts, message } = error instanceof PronkError ? error : new PronkError("driver-fault", String(error));
  const isCallers = statuses[code] === 400;
  return {
    error: {
      message,
      type: isCallers ? "invalid_request_error" : "server_error",
      param: typeof facts.field === "string" ? facts.field : null,
      code: code === "context-full" ? "context_length_exceeded" : code.replaceAll("-", "_"),
    },
  };
}

export function errorResponse(error: unknown, status: number): Response {
  // The engine has already retried what it could; openai's client would repeat a 5xx twice.
  return Response.json(errorBody(error), { status, headers: { "x-should-retry": "false" } });
}
