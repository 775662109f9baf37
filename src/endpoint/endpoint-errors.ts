// What an endpoint sends instead of answers, as PronkErrors: whose fault it is, by status and by servers' error bodies
// (OpenAI's, llama.cpp's, FastAPI's `detail`).

import type { Fields } from "../api/request-fields.ts";
import { PronkError } from "../errors.ts";
import type { Address } from "./address.ts";

const mostSaid = 120; // characters of the server's words

/** An error body of any of these kinds. */
interface Said {
  message: string;
  type: string;
  code: string;
  param: string | undefined;
  promptTokens: number | undefined;
  contextLength: number | undefined;
}

/** `what` was asked for, in the API's words: `chat.completions`. */
export async function statusError(response: Response, what: string, address: Address): Promise<PronkError> {
  const text = await response.text().catch(() => "");
  return toldError(response.status, parsed(text) ?? text, what, address);
}

export function toldError(status: number, body: unknown, what: string, address: Address): PronkError {
  const said = readSaid(body);
  const words = address.withoutSecrets(said.message).replace(/\s+/g, " ").trim();
  const facts = { url: address.place, status };
  const quoted = words ? ` It says: ${words.slice(0, mostSaid)}` : "";
  if (isContextFull(said, words)) {
    const { promptTokens, contextLength } = said;
    const advice = "Shorten the conversation or the prompt.";
    return new PronkError(
      "context-full",
      `The prompt does not fit the context of the model at ${address.place}. ${advice}${quoted}`,
      { ...facts, promptTokens, contextLength },
    );
  }
  if (status === 401 || status === 403)
    return new PronkError(
      "network",
      `${address.place} refuses the key (HTTP ${status}). Check apiKey and headers.${quoted}`,
      facts,
    );
  if (status === 429)
    return new PronkError(
      "network",
      `${address.place} asks for fewer requests (HTTP 429). Wait, and ask again.${quoted}`,
      facts,
    );
  if (status === 404 && /model/i.test(`${words} ${said.code}`))
    return new PronkError("bad-request", `${address.place} has no such model.${quoted}`, { ...facts, field: "model" });
  if (status === 404 || status === 405 || status === 501)
    return cannot(what, address, `it answers with HTTP ${status}.${quoted}`, status);
  if (status === 408 || status >= 500)
    return new PronkError(
      "network",
      `${address.place} has a problem (HTTP ${status}). Ask again later.${quoted}`,
      facts,
    );
  const field = said.param ?? /field '(\w+)'|fields? in the request: \{'(\w+)'/i.exec(words)?.slice(1).find(Boolean);
  return new PronkError(
    "bad-request",
    `${address.place} refuses the request (HTTP ${status}). Correct it and try again.${quoted}`,
    { ...facts, ...(field && { field }) },
  );
}

/** What this server, or any, does not do; `field` names it. */
export const cannot = (field: string, { place }: Address, why: string, status?: number): PronkError =>
  new PronkError("bad-request", `${place} cannot do "${field}": ${why}`, {
    field,
    url: place,
    ...(status !== undefined && { status }),
  });

export function unreachable(address: Address, cause: unknown): PronkError {
  return new PronkError(
    "network",
    `${address.place} could not be reached. Check the connection. If it works elsewhere, that server forbids other sites (CORS), or this page's policy forbids it: connect-src needs its origin.`,
    { url: address.place },
    { cause },
  );
}

export const redirected = (address: Address, status: number): PronkError =>
  new PronkError(
    "network",
    `${address.place} leads elsewhere, where neither text nor key is sent. Give the address that it leads to.`,
    { url: address.place, ...(status > 0 && { status }) },
  );

export const brokenOff = (address: Address, what: string, cause?: unknown): PronkError =>
  new PronkError(
    "network",
    `The answer from ${address.place} ${what}. What has come is not repeated; ask again.`,
    { url: address.place },
    { cause },
  );

function isContextFull({ code, type }: Said, words: string): boolean {
  return (
    code === "context_length_exceeded" ||
    type === "exceed_context_size_error" ||
    /maximum context length|exceeds the available context/i.test(words)
  );
}

function readSaid(body: unknown): Said {
  const { error, detail, message, type, code } = Object(body) as Fields;
  const inner = (typeof error === "object" && error !== null ? error : { message, type, code }) as Fields;
  const spoken = [typeof body === "string" ? body : undefined, inner.message, error, detail, message].find(
    (text) => typeof text === "string",
  );
  const list = Array.isArray(detail) ? (detail as Fields[]) : [];
  const listed = list.map(({ loc, msg }) => `${[loc].flat().join(".")}: ${String(msg)}`).join("; ");
  return {
    message: (spoken as string | undefined) ?? listed,
    type: String(inner.type ?? ""),
    code: String(inner.code ?? ""),
    param: typeof inner.param === "string" ? inner.param : undefined,
    promptTokens: numberOf(inner.n_prompt_tokens),
    contextLength: numberOf(inner.n_ctx) ?? numberOf(/maximum context length is (\d+)/.exec(String(spoken))?.[1]),
  };
}

const numberOf = (value: unknown): number | undefined =>
  value === undefined || !Number.isFinite(Number(value)) ? undefined : Number(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
