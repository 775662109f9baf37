// An engine over an endpoint: asks which model the server has, and looks like any other engine. As a fallback it is opened
// where this device cannot run the model and the person agrees: fallback.ts decides that.

import { unloadedError } from "../api/assemble.ts";
import { cacheCalls } from "../api/cache-calls.ts";
import type { Endpoint, EngineCalls, EngineInfo, EngineOptions } from "../api/surface.ts";
import { badField, type Fields } from "../api/request-fields.ts";
import { PronkError } from "../errors.ts";
import type { ModelReference } from "../source/source.ts";
import { Address } from "./address.ts";
import { fieldsOf, listOf, textOf } from "./answer-shape.ts";
import { chatOver } from "./chat.ts";
import { completionsOver } from "./completions.ts";
import { ask, readWhole, usualPatience } from "./connection.ts";
import { embeddingsOver } from "./embeddings.ts";
import { cannot } from "./endpoint-errors.ts";
import { orFallback } from "./fallback.ts";
import { infoOf } from "./endpoint-info.ts";
import type { Server, ServerKind } from "./server.ts";

/** What `createEngine` does with an endpoint or a fallback; `openHere` loads on this device. */
export async function openElsewhere(
  model: ModelReference | Endpoint,
  options: EngineOptions,
  openHere: (model: ModelReference, options: EngineOptions) => Promise<EngineCalls>,
): Promise<EngineCalls> {
  if (typeof model === "object" && "endpoint" in model) return openEndpoint(model, checkedOptions(options));
  return orFallback(model, options, openHere, openEndpoint);
}

/** Throws PronkError bad-request for options that concern a device. */
function checkedOptions({ signal, ...others }: EngineOptions): Pick<EngineOptions, "signal"> {
  for (const [name, value] of Object.entries(others))
    if (value !== undefined && name !== "onProgress")
      throw badField(name, "left out: an endpoint loads nothing here", value);
  return { signal };
}

export interface EndpointOptions extends Pick<EngineOptions, "signal"> {
  /** Why this device does not answer. */
  instead?: PronkError;
  patience?: typeof usualPatience;
}

/** Rejects with PronkError: `bad-request` for faults in `endpoint`, `network` where it is not reached or refuses the key. */
export async function openEndpoint(endpoint: Endpoint, options: EndpointOptions = {}): Promise<EngineCalls> {
  const startedMs = performance.now();
  const { signal, patience = usualPatience, instead } = options;
  const address = new Address(endpoint);
  const end = new AbortController();
  const until = signal ? AbortSignal.any([signal, end.signal]) : end.signal;
  until.throwIfAborted();
  const { name, listed } = await findModel(address, endpoint.model, until, patience);
  const server: Server = { address, kind: kindOf(listed), model: name, patience, ended: end.signal };
  const info: EngineInfo = infoOf(server, listed, performance.now() - startedMs, instead);
  const unload = async () => end.abort(unloadedError(name));
  const noTokenizer = () => Promise.reject(cannot("tokenizer", address, "it keeps its own. Count by `usage`."));
  return {
    chat: { completions: chatOver(server) },
    completions: completionsOver(server),
    embeddings: embeddingsOver(server),
    cache: cacheCalls(() => Promise.reject(cannot("cache", address, "it keeps its own."))),
    tokenizer: { encode: noTokenizer, decode: noTokenizer },
    info,
    ended: end.signal,
    unload,
    [Symbol.asyncDispose]: unload,
  };
}

/** What the server says of the model, or {} where it lists none, or not this one, as some gateways do. */
async function findModel(
  address: Address,
  wanted: string | undefined,
  signal: AbortSignal,
  patience: typeof usualPatience,
): Promise<{ name: string; listed: Fields }> {
  if (wanted !== undefined && typeof wanted !== "string") throw badField("model", "a name", wanted);
  const models = await listModels(address, signal, patience);
  const names = models.map(({ id }) => textOf(id));
  if (wanted !== undefined) return { name: wanted, listed: models[names.indexOf(wanted)] ?? {} };
  if (models.length === 1) return { name: names[0], listed: models[0] };
  const found = names.length > 0 ? names.slice(0, 5).join(", ") : "none";
  throw new PronkError("bad-request", `"model" must name one of those that ${address.place} has; it lists ${found}.`, {
    field: "model",
    expected: "a name",
    found,
  });
}

async function listModels(address: Address, signal: AbortSignal, patience: typeof usualPatience): Promise<Fields[]> {
  try {
    const response = await ask(address, { path: "models", what: "models", signal }, patience);
    return listOf(fieldsOf(await readWhole(address, response, signal)).data);
  } catch (error) {
    const { code, facts } = error as Partial<PronkError>;
    if (code === "bad-request" && [404, 405, 501].includes(Number(facts?.status))) return []; // it has no such list
    throw error;
  }
}

function kindOf({ owned_by: owner }: Fields): ServerKind {
  return owner === "llamacpp" || owner === "pronk" ? owner : "other";
}
