// The page's side of the protocol over any port: loads a model over there and is an Engine over here. Signals, progress
// and logits stay functions on the page and cross as messages; errors arrive in the class they were. When the host
// dies, another is opened and loads the same, and every call goes on there from what the last one had told.

import { unloadedError } from "../api/assemble.ts";
import { cacheCalls } from "../api/cache-calls.ts";
import { withStreams } from "../api/answer-stream.ts";
import type { ChatCompletions } from "../api/chat-completions.ts";
import type { Completions } from "../api/completions.ts";
import type { ContinuableEngine, ContinuableOptions, Predecessor } from "../api/continuation.ts";
import type { Embeddings } from "../api/embeddings.ts";
import { isLoss, makeAgain, Renewal, type RecoveryEvent } from "../api/renewal.ts";
import type { EngineInfo, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { CacheHistory } from "../generate/cache-history.ts";
import { Link, loadThere, type Host, type Loaded } from "./link.ts";
import type { CallRequest, CloneableModel } from "./protocol.ts";
import { callIdIn, readToClient } from "./read-message.ts";
import { RemoteCall } from "./remote-call.ts";

/** Undefined where there is none, and the page's thread must do it. */
export type OpenHost = (signal: AbortSignal | undefined) => Promise<Host | undefined>;

/**
 * Loads in a host; undefined where workers have no WebGPU and the page's thread must do it. `reopens`: another host is
 * opened when one dies.
 */
export async function connectEngine(
  open: OpenHost,
  model: CloneableModel,
  options: EngineOptions & { predecessor?: Predecessor },
  reopens = options.recover ?? true,
): Promise<ContinuableEngine | undefined> {
  const load = async (own: EngineOptions, predecessor = options.predecessor): Promise<Loaded | undefined> => {
    const host = await open(own.signal);
    if (!host) return undefined;
    try {
      const ready = await loadThere(host, model, own, predecessor);
      if (ready) return { host, ready };
    } catch (error) {
      host.close();
      throw error;
    }
    host.close();
    return undefined;
  };
  const first = await firstLoad(load, options, reopens);
  if (!first) return undefined;
  const reload = async (signal: AbortSignal, predecessor: Predecessor | undefined): Promise<Loaded> => {
    // A loss during the load is part of this one.
    const loaded = await load(
      { ...options, signal, onProgress: undefined, onRecovery: undefined, pause: undefined },
      predecessor,
    );
    if (!loaded) throw new PronkError("adapter-missing", "The worker that was started again has no WebGPU.");
    return loaded;
  };
  return new RemoteEngine(first, reopens ? reload : undefined, options.onRecovery);
}

/** Whether it says that a host died, rather than that there can be none. */
const isDeath = (error: unknown): error is PronkError =>
  isLoss(error) && error.code === "worker-lost" && error.facts.started !== false && error.facts.attempts === undefined;

async function firstLoad<T>(
  load: (own: EngineOptions) => Promise<T>,
  options: EngineOptions,
  reopens: boolean,
): Promise<T> {
  const { signal = new AbortController().signal, onRecovery: onEvent } = options;
  for (;;) {
    try {
      return await load(options);
    } catch (error) {
      if (error instanceof PronkError && error.code === "leader-closed") continue; // its successor may do better
      if (!reopens || !isDeath(error)) throw error;
      return makeAgain(error, () => load(options), { signal, onEvent });
    }
  }
}

class RemoteEngine implements ContinuableEngine {
  readonly info: EngineInfo;
  readonly continuation: ContinuableEngine["continuation"];
  readonly #history = new CacheHistory();
  readonly #renewal: Renewal<Link>;
  readonly #onRecovery: EngineOptions["onRecovery"];
  readonly #calls = new Map<number, RemoteCall>();
  readonly #end = new AbortController();
  #link: Link | undefined; // none while one is being made
  #predecessor: Predecessor | undefined;
  #lastId = 0;
  #unloading: Promise<void> | undefined;

  constructor(
    first: Loaded,
    reload: ((signal: AbortSignal, predecessor: Predecessor | undefined) => Promise<Loaded>) | undefined,
    onRecovery: EngineOptions["onRecovery"],
  ) {
    this.info = { ...first.ready.info };
    this.#onRecovery = onRecovery;
    if (first.ready.variants)
      this.continuation = {
        history: this.#history,
        like: () => (this.#link?.predecessor ?? this.#predecessor)!.like,
      };
    const link = this.#adopt(first);
    this.#renewal = new Renewal(link, {
      renew: reload && (async (signal) => this.#adopt(await reload(signal, this.#predecessor))),
      onEvent: (event) => this.#tellRecovery(event),
      onEnd: (error) => this.#finish(error),
    });
  }

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  readonly chat = {
    completions: {
      create: withStreams((request, options) => this.#complete("chat", request, options)) as ChatCompletions["create"],
    },
  };

  readonly completions = {
    create: withStreams((request, options) => this.#complete("text", request, options)) as Completions["create"],
  };

  readonly embeddings = {
    create: ((request, options) =>
      this.#call({ kind: "embed", request: plain(request) as never }, options).accepted) as Embeddings["create"],
  };

  readonly cache = cacheCalls((does, name) => this.#call({ kind: "cache", does, name }).accepted);

  readonly tokenizer: ContinuableEngine["tokenizer"] = {
    encode: (text, options) =>
      this.#call({ kind: "encode", text, addBos: options?.addBos ?? false }).accepted as Promise<number[]>,
    decode: (ids) => this.#call({ kind: "decode", ids: [...ids] }).accepted as Promise<string>,
  };

  unload(): Promise<void> {
    return (this.#unloading ??= this.#unload());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #unload(): Promise<void> {
    this.#finish(unloadedError(this.info.model));
    const link = this.#link;
    this.#renewal.end(this.ended.reason);
    await link?.released;
  }

  /** Takes a host that has loaded: calls go there from now on. */
  #adopt(loaded: Loaded): Link {
    const link: Link = new Link(loaded, this.#history, {
      hear: (data) => this.#hear(data, link),
      end: (error) => this.#finishWith(error),
    });
    link.lost.catch(() => {
      this.#predecessor = link.predecessor;
      this.#link = undefined;
      for (const call of this.#calls.values()) call.standStill();
    });
    this.#link = link;
    this.#showGpu(link.info);
    // The call that the cache belongs to comes first: only the cache is computed again for it.
    const calls = [...this.#calls.values()].sort((a, b) => Number(b.isUnderWay) - Number(a.isUnderWay));
    for (const call of calls) call.send(link.port);
    return link;
  }

  async #complete(kind: "chat" | "text", request: unknown, options: ContinuableOptions = {}): Promise<unknown> {
    const plainRequest = seeded(plain(request)) as never;
    const streams = Boolean((request as { stream?: unknown } | null)?.stream);
    const call = this.#call(
      { kind, request: plainRequest, logits: options.onLogits && (options.logitsFrom ?? 0) },
      options,
    );
    const value = await call.accepted;
    return streams ? call.chunks() : value;
  }

  #call(call: CallRequest, options: ContinuableOptions = {}): RemoteCall {
    const id = ++this.#lastId;
    const made = new RemoteCall(id, call, options, () => this.#calls.delete(id));
    this.#calls.set(id, made);
    if (this.ended.aborted) made.fail(this.ended.reason);
    else if (this.#link) made.send(this.#link.port);
    return made;
  }

  #hear(data: unknown, link: Link): void {
    const { message, fault } = readToClient(data);
    if (!message) return this.#calls.get(callIdIn(data) ?? -1)?.misunderstand(fault);
    if ("id" in message) this.#calls.get(message.id)?.receive(message);
    if (message.kind === "result" || (message.kind === "trace" && message.event.ids.length > 0))
      this.#renewal.proved(link);
    if (message.kind === "renewed") this.#showGpu(message.info);
    if (message.kind === "recovery") this.#tellRecovery(message.event);
  }

  #tellRecovery(event: RecoveryEvent): void {
    if (!this.ended.aborted) this.#onRecovery?.(event);
  }

  #showGpu({ adapter, features }: EngineInfo): void {
    Object.assign(this.info, { adapter, features });
  }

  /** Ended over there: what is left of it is let go at once. */
  #finishWith(reason: unknown): void {
    this.#finish(reason);
    this.unload().catch(() => {}); // told to whoever unloads
  }

  #finish(error: unknown): void {
    this.#end.abort(error); // the first reason stays
    for (const call of this.#calls.values()) call.fail(this.ended.reason);
  }
}

/** A copy without functions and proxies: the state objects of page frameworks cannot be cloned as they are. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** With a seed drawn here where the caller gives none: another host must draw as the first did. */
function seeded(request: unknown): unknown {
  const { seed } = Object(request) as { seed?: unknown };
  if (typeof request !== "object" || request === null || (seed !== undefined && seed !== null)) return request;
  return { ...request, seed: crypto.getRandomValues(new Uint32Array(1))[0] };
}
