// Which server answers, and what pronk's fields are to it. Fields are sent as given; what a server is known to take under
// another name is renamed, and what it is known to ignore silently is refused by name.

import type { RequestOptions } from "../api/completion-request.ts";
import { type FieldTable, unknownField } from "../api/known-fields.ts";
import type { Fields } from "../api/request-fields.ts";
import type { Patience } from "../source/retry.ts";
import type { Address } from "./address.ts";
import { ask, readEvents, readWhole } from "./connection.ts";
import { cannot } from "./endpoint-errors.ts";

/** Told by its models' `owned_by`: llama.cpp's server says "llamacpp". A gateway may hide who answers. */
export type ServerKind = "llamacpp" | "pronk" | "other";

export interface Server {
  readonly address: Address;
  readonly kind: ServerKind;
  /** As the server names it. */
  readonly model: string;
  readonly patience: Patience;
  /** Aborted at the engine's end. */
  readonly ended: AbortSignal;
}

/** What was asked for, to check the answer against. */
export interface Asked {
  readonly what: string;
  readonly fields: Fields;
  readonly startedMs: number;
}

/** A request's fields, if all are in `known`. Throws PronkError bad-request for others, and for `onLogits`. */
export function readAsked(
  server: Server,
  what: string,
  given: Fields,
  known: FieldTable,
  options: RequestOptions,
): Asked {
  if (options.onLogits) throw cannot("onLogits", server.address, "a server does not give logits.");
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => (value ?? undefined) !== undefined));
  for (const field of Object.keys(fields))
    if (!Object.hasOwn(known, field)) throw unknownField(field, Object.keys(known), `${what}.create`);
  if (fields.grammar !== undefined && server.kind === "other")
    throw cannot("grammar", server.address, "it is not known to read one; use response_format with a json_schema.");
  return { what, fields, startedMs: performance.now() };
}

/** llama.cpp knows repetition_penalty as repeat_penalty, and ignores the other (2026-11). */
function bodyFor({ kind, model }: Server, { fields }: Asked): object {
  if (kind !== "llamacpp") return { ...fields, model };
  const { repetition_penalty: penalty, ...rest } = fields;
  return { ...rest, ...(penalty !== undefined && { repeat_penalty: penalty }), model };
}

/** The whole answer. */
export async function askWhole(server: Server, path: string, asked: Asked, options: RequestOptions): Promise<Fields> {
  const { address, patience } = server;
  return untilEnd(server, options, async (signal) => {
    const response = await ask(address, { path, what: asked.what, body: bodyFor(server, asked), signal }, patience);
    return readWhole(address, response, signal);
  });
}

/** The answer's events, once it has begun. */
export async function askEvents(
  server: Server,
  path: string,
  asked: Asked,
  options: RequestOptions,
): Promise<AsyncGenerator<Fields, void>> {
  const { address, patience } = server;
  return untilEnd(server, options, async (signal) => {
    const response = await ask(address, { path, what: asked.what, body: bodyFor(server, asked), signal }, patience);
    return readEvents(address, response, signal);
  });
}

/** Ended by the caller's signal or the engine's end, with the reason of either. */
async function untilEnd<T>(
  { ended }: Server,
  { signal: own }: RequestOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = own ? AbortSignal.any([own, ended]) : ended;
  signal.throwIfAborted();
  return work(signal);
}
