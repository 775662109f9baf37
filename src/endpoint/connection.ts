// Requests to an endpoint and their answers' bodies. A request is tried again only as long as nothing of its answer has come;
// an answer that breaks off is an error, and is never started over.

import { createParser } from "eventsource-parser";
import type { Fields } from "../api/request-fields.ts";
import type { PronkError } from "../errors.ts";
import { Passing, type Patience, retryAfterMs, withRetries } from "../source/retry.ts";
import type { Address } from "./address.ts";
import { brokenOff, cannot, redirected, statusError, toldError, unreachable } from "./endpoint-errors.ts";

/** Waits of about 4 s in all. How long a model thinks before it answers is not limited. */
export const usualPatience: Patience = { attempts: 4, firstWaitMs: 500, longestWaitMs: 4000, stallMs: Infinity };

export interface Call {
  /** Added to the address. */
  path: string;
  /** In the API's words. */
  what: string;
  /** Without one it is a GET. */
  body?: object;
  signal: AbortSignal;
}

/** A 2xx answer. Rejects with PronkError, or with the signal's reason. */
export async function ask(address: Address, call: Call, patience: Patience): Promise<Response> {
  return withRetries(patience, call.signal, () => tryOnce(address, call));
}

async function tryOnce(address: Address, { path, what, body, signal }: Call): Promise<Response> {
  const headers = address.headers();
  if (body) headers.set("content-type", "application/json");
  let response: Response;
  try {
    response = await fetch(address.urlOf(path), {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal,
      redirect: "manual", // another origin would get the text and, with custom headers, the key
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new Passing(unreachable(address, cause));
  }
  const { ok, status, type } = response;
  if (ok) return response;
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    await response.body?.cancel().catch(() => {});
    throw redirected(address, status);
  }
  const askedMs = retryAfterMs(response.headers.get("retry-after"));
  const mayPass = (status === 408 || status === 429 || status >= 500) && status !== 501;
  const isFinal = response.headers.get("x-should-retry") === "false";
  const error = await statusError(response, what, address);
  signal.throwIfAborted();
  throw mayPass && !isFinal && error.code === "network" ? new Passing(error, { askedMs }) : error;
}

/** The JSON of an answer. */
export async function readWhole(address: Address, response: Response, signal: AbortSignal): Promise<Fields> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (cause) {
    signal.throwIfAborted();
    throw brokenOff(address, "is not whole, or is no JSON", cause);
  }
  if (typeof body === "object" && body !== null && !hasError(body)) return body as Fields;
  throw faultIn(body, address);
}

/** The JSON of each event, until `[DONE]` or the body's end. Rejects with an error that the server sends midway. */
export async function* readEvents(
  address: Address,
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<Fields, void> {
  if (!response.headers.get("content-type")?.includes("text/event-stream")) {
    const body: unknown = await response.json().catch(() => signal.throwIfAborted());
    throw hasError(body) ? faultIn(body, address) : cannot("stream", address, "its answer is no event stream.");
  }
  let arrived: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => arrived.push(data) });
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        signal.throwIfAborted();
        throw brokenOff(address, "broke off", cause);
      });
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      for (const data of arrived) {
        if (data === "[DONE]") return;
        yield readEvent(data, address);
      }
      arrived = [];
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {}); // however it ends, the server need not go on
  }
}

function readEvent(data: string, address: Address): Fields {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch (cause) {
    throw brokenOff(address, "has an event that is no JSON", cause);
  }
  if (typeof event !== "object" || event === null || hasError(event)) throw faultIn(event, address);
  return event as Fields;
}

const hasError = (body: unknown): boolean => Boolean((Object(body) as Fields).error);

/** An error object where an answer was expected. */
function faultIn(body: unknown, address: Address): PronkError {
  const { code, type } = Object((Object(body) as Fields).error) as Fields;
  const isCallers =
    code === 400 || code === "bad_request" || type === "invalid_request_error" || code === "context_length_exceeded";
  return toldError(isCallers ? 400 : 500, body, "stream", address);
}
