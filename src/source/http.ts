// One careful GET: no cookies, no referrer, no second copy in the HTTP cache, only the safelisted form of Range (any other
// header of ours would cost a preflight, which the hub's storage fails). retry.ts retries failures that may pass.

import { PronkError } from "../errors.ts";
import { parseJson } from "../json-bytes.ts";
import { blockedByPolicy, statusError, unreachable, type RequestSubject } from "./http-errors.ts";
import { broken } from "./range-errors.ts";
import { placeOf } from "./reference.ts";
import { pause } from "../waiting.ts";
import { Passing, retryAfterMs, StallWatch, usualPatience, withRetries, type Patience } from "./retry.ts";

export interface GetOptions {
  signal?: AbortSignal;
  token?: string;
  /** Bytes [start, end); without an end, all that follow. */
  range?: { start: number; end?: number };
  /** Statuses to hand back instead of throwing, e.g. 404 for an optional file. */
  accept?: readonly number[];
  patience?: Patience;
}

/** A 2xx answer (or one of `accept`). Throws PronkError `network`, or the signal's reason. */
export async function get(subject: RequestSubject, options: GetOptions = {}): Promise<Response> {
  const { patience = usualPatience, signal } = options;
  return withRetries(patience, signal, async () => {
    const watch = new StallWatch(patience.stallMs, signal);
    return request(subject, { ...options, signal: watch.signal }).finally(() => watch.rest());
  });
}

/** One try. Throws `Passing` for what is worth retrying, PronkError `network` for what is not. */
export async function request(subject: RequestSubject, options: GetOptions = {}): Promise<Response> {
  const response = await send(subject, options);
  if (response.ok || options.accept?.includes(response.status)) return response;
  const { status } = response;
  const askedMs = retryAfterMs(response.headers.get("Retry-After"));
  const error = await statusError(response, subject);
  // Storage refuses a signed address that has expired: the next request to the same hub address signs a new one.
  if (status === 403 && response.redirected) throw new Passing(error, { askedMs: 0 });
  if (status === 429 || status === 408 || status >= 500) throw new Passing(error, { askedMs });
  throw error;
}

async function send(subject: RequestSubject, options: GetOptions): Promise<Response> {
  const { signal, token, range } = options;
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (range) headers.Range = `bytes=${range.start}-${range.end === undefined ? "" : range.end - 1}`;
  const violations = watchPolicy();
  try {
    return await fetch(subject.url, {
      headers,
      signal,
      referrerPolicy: "no-referrer",
      credentials: "omit",
      cache: "no-store",
    });
  } catch (cause) {
    const blocked = await violations.find();
    if (blocked !== undefined) throw blockedByPolicy(subject, blocked, cause);
    throw new Passing(unreachable(subject, cause));
  } finally {
    violations.stop();
  }
}

/** Listens for reports of the page's or worker's policy while a request runs. */
function watchPolicy(): { find(): Promise<string | undefined>; stop(): void } {
  const scope = globalThis as Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;
  let blocked: string | undefined;
  const listen = (event: Event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    if (effectiveDirective === "connect-src") blocked = blockedURI;
  };
  scope.addEventListener?.("securitypolicyviolation", listen);
  return {
    async find() {
      if (!("SecurityPolicyViolationEvent" in globalThis)) return undefined;
      if (blocked === undefined) await pause(50); // the report may come after the rejection
      return blocked;
    },
    stop: () => scope.removeEventListener?.("securitypolicyviolation", listen),
  };
}

export interface WholeAnswer {
  response: Response;
  /** Undefined where `wants` said no, and for an answer outside 2xx. */
  bytes: Uint8Array | undefined;
}

/** A small answer with its body: one that breaks or stalls midway is asked for again. */
export async function getWhole(
  subject: RequestSubject,
  { wants = () => true, ...options }: GetOptions & { wants?: (response: Response) => boolean } = {},
): Promise<WholeAnswer> {
  const { patience = usualPatience, signal } = options;
  return withRetries(patience, signal, async () => {
    const watch = new StallWatch(patience.stallMs, signal);
    try {
      const response = await request(subject, { ...options, signal: watch.signal });
      if (response.ok && wants(response)) return { response, bytes: await readBody(response, subject, watch) };
      await response.body?.cancel().catch(() => {});
      return { response, bytes: undefined };
    } finally {
      watch.rest();
    }
  });
}

async function readBody(response: Response, subject: RequestSubject, watch: StallWatch): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for (const reader = response.body!.getReader(); ;) {
      watch.touch();
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      sizeBytes += value.length;
    }
  } catch (cause) {
    throw new Passing(broken(subject, sizeBytes, cause as Error));
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A JSON answer. */
export async function getJson(
  subject: RequestSubject,
  options: GetOptions = {},
): Promise<{ body: unknown; headers: Headers }> {
  const { response, bytes } = await getWhole(subject, options);
  try {
    return { body: parseJson(new TextDecoder().decode(bytes)), headers: response.headers };
  } catch (cause) {
    const { file } = subject;
    const url = placeOf(subject.url);
    throw new PronkError(
      "network",
      `"${file}" at ${url} is not JSON: another server answers there.`,
      { file, url, status: response.status },
      { cause },
    );
  }
}
