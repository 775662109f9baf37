// The engine's faults, under the Prompt API's names. The engine's own error is the cause, and its message says more.

import { PronkError, type PronkErrorCode } from "../index.ts";

const names: Partial<Record<PronkErrorCode, string>> = {
  "context-full": "QuotaExceededError",
  "bad-request": "NotSupportedError",
  "model-unsupported": "NotSupportedError",
  "webgpu-missing": "NotSupportedError",
  "adapter-missing": "NotSupportedError",
  "adapter-too-small": "NotSupportedError",
  network: "NetworkError",
};

/** An abort stays what it is: the signal's reason. */
export function asDomException(error: unknown): unknown {
  if (!(error instanceof PronkError)) return error;
  const told = new DOMException(error.message, names[error.code] ?? "OperationError");
  const { promptTokens, contextLength } = error.facts;
  const full = error.code === "context-full" ? { requested: promptTokens, quota: contextLength } : {};
  return Object.assign(told, { cause: error }, full);
}

export const notSupported = (message: string): DOMException => new DOMException(message, "NotSupportedError");
