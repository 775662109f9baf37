// Where an engine runs: in a module worker unless the caller or the browser says otherwise; over an endpoint when one is given
// in the model's place or as a fallback. Nothing else is decided here.

import type { ContinuableEngine } from "./api/continuation.ts";
import type { Endpoint, Engine, EngineCalls, EngineOptions } from "./api/surface.ts";
import { onDemand } from "./on-demand.ts";
import { startHashThread } from "./source/hash-thread.ts";
import { parseReference, wholeReference } from "./source/reference.ts";
import type { ModelReference, ModelSource } from "./source/source.ts";
import { createWorkerEngine } from "./worker/client.ts";
import type { CloneableModel } from "./worker/protocol.ts";
import type { StartHere } from "./worker/tab-share.ts";

const pageEngine = onDemand("runs models on the page itself", () => import("./engine.ts"));
const http = onDemand("answers as OpenAI's server does", () => import("./http/serve.ts"));
const elsewhere = onDemand("answers over an endpoint", () => import("./endpoint/open-endpoint.ts"));
const sharing = onDemand("shares an engine with other tabs", () => import("./worker/share.ts"));

/**
 * Loads a model: `owner/name[@revision]` on the hub, a URL, picked files, a picked folder or a ModelSource. Runs in a
 * module worker; on the calling thread with `worker: false`, with a `device`, with a ModelSource (its methods cannot
 * cross) and where workers lack WebGPU. Rejects with PronkError, or with the signal's reason when aborted. With an endpoint in
 * the model's place, the same over an OpenAI-compatible server; of the options only `signal` applies.
 *
 * @example
 * ```ts
 * import { createEngine } from "pronk";
 *
 * const engine = await createEngine("TinyLlama/TinyLlama-1.1B-Chat-v1.0");
 * const { choices } = await engine.chat.completions.create({ messages: [{ role: "user", content: "Who are you?" }] });
 * show(choices[0].message.content);
 * await engine.unload();
 * ```
 */
export async function createEngine(model: ModelReference | Endpoint, options: EngineOptions = {}): Promise<Engine> {
  const leaves = options.fallback || isEndpoint(model);
  const engine = leaves
    ? await (await elsewhere()).openElsewhere(model, options, openEngine)
    : await openEngine(model as ModelReference, options);
  const fetch: Engine["fetch"] = async (input, init) => (await http()).serve(engine, input, init);
  return Object.assign(engine, { fetch });
}

async function openEngine(model: ModelReference, options: EngineOptions): Promise<EngineCalls> {
  options.signal?.throwIfAborted();
  const wantsWorker = options.worker !== false && !options.device && typeof Worker !== "undefined";
  const { drafts } = options;
  const drafting = drafts && typeof drafts === "object" ? [drafts] : [];
  const own = [...(options.adapters ?? []), ...drafting].map((one) => one.model);
  if (wantsWorker && ![model, ...own].some(isSource)) {
    // Relative addresses are the page's; the worker has a different one.
    const absolute = wholeAddress(model as CloneableModel);
    const named = <One extends { model: ModelReference }>(one: One): One => ({
      ...one,
      model: wholeAddress(one.model as CloneableModel),
    });
    const whole = { ...options, adapters: options.adapters?.map(named), drafts: drafting.map(named)[0] ?? drafts };
    const here: StartHere = (theirs) => engineHere(absolute, theirs);
    const isNamed = typeof absolute === "string" && own.every((reference) => typeof reference === "string");
    if (!options.share || !isNamed) return here(whole);
    const { createSharedEngine } = await sharing();
    return (await createSharedEngine(absolute, whole, here)) ?? here(whole);
  }
  return engineOnPage(model, options);
}

/** In this tab's own worker, or on its page where workers lack WebGPU. */
async function engineHere(model: CloneableModel, options: Parameters<StartHere>[0]): Promise<ContinuableEngine> {
  return (await createWorkerEngine(model, options)) ?? engineOnPage(model, options);
}

async function engineOnPage(model: ModelReference, options: Parameters<StartHere>[0]): Promise<ContinuableEngine> {
  // Only now: a page whose engine runs in the worker never downloads this half.
  const { createLocalEngine } = await pageEngine();
  return createLocalEngine(model, { ...options, startHashThread });
}

const wholeAddress = (model: CloneableModel): CloneableModel =>
  typeof model === "string" ? wholeReference(parseReference(model)) : model;

const isEndpoint = (model: object | string): boolean => typeof model === "object" && "endpoint" in model;

function isSource(model: ModelReference): model is ModelSource {
  return typeof model === "object" && "read" in model;
}
