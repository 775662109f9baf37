// One careful GET: no cookies, no referrer, no second copy in the HTTP cache, only the safelisted form of Range (any
// other header of ours would cost a preflight that the hub's storage fails), and a few retries where they can help.

import { PronkError } from "../errors.ts";
import { blockedByPolicy, statusError, unreachable, type RequestSubject } from "./http-errors.ts";

export interface GetOptions {
  signal?: AbortSignal;
  token?: string;
  method?: "GET" | "HEAD";
  /** Bytes [start, end). */
  range?: { start: number; end: number };
  /** Statuses to hand back instead of throwing, e.g. 404 for an optional file. */
  accept?: readonly number[];
}

const retries = 3;
const firstWaitMs = 400; // doubles; about three seconds in all
const longestWaitMs = 20_000; // of what a Retry-After may ask for

/** A 2xx answer (or one of `accept`). Throws PronkError `network`, or the signal's reason. */
export async function get(subject: RequestSubject, options: GetOptions = {}): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= retries;
    const response = await once(subject, options, last);
    if (response) {
      if (response.ok || options.accept?.includes(response.status)) return response;
      // Storage refuses a signed address that has expired: the next request of the same hub address signs a new one.
      const expired = response.status === 403 && response.redirected && attempt === 0;
      const passing = response.status === 429 || response.status >= 500;
      if (!expired && (last || !passing)) throw await statusError(response, subject);
      await response.body?.cancel().catch(() => {});
      if (expired) continue;
    }
    await pause(waitMs(attempt, response), options.signal);
  }
}

/** Undefined after a failure of the network that is worth another try. */
async function once(subject: RequestSubject, options: GetOptions, last: boolean): Promise<Response | undefined> {
  const { signal, token, method = "GET", range } = options;
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (range) headers.Range = `bytes=${range.start}-${range.end - 1}`;
  const violations = watchPolicy();
  try {
    return await fetch(subject.url, {
      method,
      headers,
      signal,
      referrerPolicy: "no-referrer",
      credentials: "omit",
      cache: "no-store",
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const blocked = await violations.find();
    if (blocked !== undefined) throw blockedByPolicy(subject, blocked, cause);
    if (last) throw unreachable(subject, cause);
    return undefined;
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

/** A JSON answer. */
export async function getJson(
  subject: RequestSubject,
  options: GetOptions = {},
): Promise<{ body: unknown; headers: Headers }> {
  const response = await get(subject, options);
  try {
    return { body: await response.json(), headers: response.headers };
  } catch (cause) {
    options.signal?.throwIfAborted();
    const { file, url } = subject;
    throw new PronkError(
      "network",
      `"${file}" at ${url} is not JSON: another server answers there.`,
      { file, url, status: response.status },
      { cause },
    );
  }
}

function waitMs(attempt: number, response: Response | undefined): number {
  const asked = Number(response?.headers.get("Retry-After")) * 1000;
  if (asked > 0) return Math.min(asked, longestWaitMs);
  return firstWaitMs * 2 ** attempt * (0.75 + Math.random() / 2);
}

export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
