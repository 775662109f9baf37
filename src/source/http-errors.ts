// What went wrong on the network, as PronkErrors that name the file, the status and what to do.

import { PronkError, type ErrorFacts } from "../errors.ts";
import { contentSecurityOrigins } from "./hub-origins.ts";
import { placeOf, withoutSecrets } from "./reference.ts";

/** What a request was for; `repository` when it is the hub's. */
export interface RequestSubject {
  /** For people: a file's path, or "the list of files". */
  file: string;
  url: string;
  repository?: { name: string; page: string; hasToken: boolean };
}

/** An answer outside 2xx. Reads the hub's error code and the body's `{ error }`. */
export async function statusError(response: Response, subject: RequestSubject): Promise<PronkError> {
  const { file, repository } = subject;
  const { status } = response;
  const errorCode = response.headers.get("X-Error-Code") ?? undefined;
  const said = response.headers.get("X-Error-Message") ?? (await bodyError(response));
  const facts: ErrorFacts = {
    file,
    url: placeOf(subject.url),
    status,
    origin: originOf(response.url || subject.url),
    errorCode,
    ...(repository && { repository: repository.name, page: repository.page, hasToken: repository.hasToken }),
  };
  const start = `"${file}" could not be fetched (HTTP ${status}${errorCode ? `, ${errorCode}` : ""})`;
  const end = said ? ` The server said: ${said.slice(0, 80)}` : "";
  return new PronkError("network", `${start}: ${advice(status, errorCode, subject)}${end}`, facts);
}

function advice(status: number, errorCode: string | undefined, { url, repository }: RequestSubject): string {
  if (status === 429) return "the server asks for fewer requests. Wait a few minutes and load again.";
  if (status >= 500) return "the server has a problem. Load again later; what is already stored is kept.";
  if (!repository) {
    if ((status === 401 || status === 403) && withoutSecrets(url) !== new URL(url).href)
      return "the server refuses the address. Its signature or token may have expired or not be for this file, or there is no such file. Take a new address.";
    if (status === 401 || status === 403)
      return "the server asks for a permission that pronk cannot give. Use an address that is public.";
    return "there is no such file at this address. Check the address: it must be the folder that holds config.json.";
  }
  const { name, page, hasToken } = repository;
  if (errorCode === "GatedRepo" || (status === 403 && errorCode === undefined)) {
    const accept = `${name} is gated: sign in and accept its licence on ${page}`;
    return hasToken
      ? `${accept} with the account of this access token, and let the token read gated repositories.`
      : `${accept}, then load again with an access token of that account.`;
  }
  if (errorCode === "RevisionNotFound")
    return `${name} has no such revision. Look at ${page} for its branches and commits.`;
  if (errorCode === "EntryNotFound") return `${name} has no such file at this commit. Look at ${page}.`;
  if (status === 401 || errorCode === "RepoNotFound")
    return `${name} does not exist, or it is private or gated. Check the spelling, or load with an access token that may read it (${page}).`;
  return `${name} has no such file or repository. Look at ${page}.`;
}

async function bodyError(response: Response): Promise<string | undefined> {
  if (!response.headers.get("Content-Type")?.includes("json")) {
    await response.body?.cancel().catch(() => {});
    return undefined;
  }
  const body: unknown = await response.json().catch(() => undefined);
  const error = (body as { error?: unknown } | undefined)?.error;
  return typeof error === "string" ? error : undefined;
}

/** fetch rejected: offline, refused, or blocked by CORS or by the page's policy; a script is not told which. */
export function unreachable(subject: RequestSubject, cause: unknown): PronkError {
  const origin = originOf(subject.url);
  return new PronkError(
    "network",
    `"${subject.file}" could not be fetched from ${origin}. Check the connection. If it works elsewhere, that server forbids other sites (CORS), or this page's policy forbids it: connect-src needs ${policyList(subject)}.`,
    { file: subject.file, url: placeOf(subject.url), origin },
    { cause },
  );
}

/** The page's own policy stopped the request; `blocked` is what the browser reported. */
export function blockedByPolicy(subject: RequestSubject, blocked: string, cause: unknown): PronkError {
  const origin = originOf(blocked) || originOf(subject.url);
  return new PronkError(
    "network",
    `This page's Content-Security-Policy blocks ${origin} (or an origin it redirects to), so "${subject.file}" could not be fetched. Add to connect-src: ${policyList(subject)}.`,
    { file: subject.file, url: placeOf(subject.url), origin, policy: "connect-src" },
    { cause },
  );
}

const policyList = (subject: RequestSubject) =>
  subject.repository ? `'self' ${contentSecurityOrigins.join(" ")}` : originOf(subject.url);

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
