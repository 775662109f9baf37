// The page's side of the protocol over any port: loads a model over there and is an Engine over here. Signals, progress
// and logits stay functions on the page and cross as messages; errors arrive as the same class they were.

import { unloadedError } from "../api/assemble.ts";
import type { ChatCompletions } from "../api/chat-completions.ts";
import type { RequestOptions } from "../api/completion-request.ts";
import type { Completions } from "../api/completions.ts";
import type { Engine, EngineInfo, EngineOptions } from "../api/surface.ts";
import { fromErrorData } from "../errors.ts";
import { startHashThread } from "../source/hash-thread.ts";
import type { CallRequest, CloneableModel, LoadOptions, Port, ToHost } from "./protocol.ts";
import { callIdIn, readToClient } from "./read-message.ts";
import { RemoteCall } from "./remote-call.ts";
import { whenAborted } from "./when-aborted.ts";

export interface Host {
  port: Port;
  /** Aborted when the worker is gone; the reason is the PronkError that calls then reject with. */
  gone: AbortSignal;
  /** Ends the worker, where it is ours to end. */
  close(): void;
}

const patienceMs = 2000; // for the host to tidy up after a cancelled load or an unload, before it is ended anyway

/** Loads in the worker; undefined where workers have no WebGPU and the page's thread must do it. */
export async function connectEngine(
  host: Host,
  model: CloneableModel,
  options: EngineOptions,
): Promise<Engine | undefined> {
  try {
    const info = await load(host, model, options);
    if (info) return new RemoteEngine(host, info, options.onRecovery);
  } catch (error) {
    host.close();
    throw error;
  }
  host.close();
  return undefined;
}

function load(host: Host, model: CloneableModel, options: EngineOptions): Promise<EngineInfo | undefined> {
  const { port, gone } = host;
  const { signal, onProgress, pause } = options;
  const ended = new AbortController(); // takes the listeners away
  return new Promise<EngineInfo | undefined>((resolve, reject) => {
    signal?.throwIfAborted();
    gone.throwIfAborted();
    const onMessage = ({ data }: MessageEvent) => {
      const { message } = readToClient(data);
      if (!message) return;
      if (message.kind === "progress" && !signal?.aborted) onProgress?.(message.event);
      if (message.kind === "recovery" && !signal?.aborted) options.onRecovery?.(message.event);
      if (message.kind === "hash-thread") void lendHashThread(port, ended.signal);
      if (message.kind === "no-webgpu") resolve(undefined);
      if (message.kind === "load-error") reject(signal?.aborted ? signal.reason : fromErrorData(message.error));
      // An abort that crossed this message on its way wins; closing the worker frees what it loaded.
      if (message.kind === "ready" && signal?.aborted) reject(signal.reason);
      if (message.kind === "ready") resolve(message.info);
    };
    port.addEventListener("message", onMessage);
    ended.signal.addEventListener("abort", () => port.removeEventListener("message", onMessage));
    gone.addEventListener("abort", () => reject(gone.reason), { signal: ended.signal });
    const onAbort = () => {
      post(port, { kind: "cancel-load" });
      const timer = setTimeout(() => reject(signal?.reason), patienceMs);
      ended.signal.addEventListener("abort", () => clearTimeout(timer));
    };
    signal?.addEventListener("abort", onAbort, { signal: ended.signal });
    post(port, { kind: "load", model, options: cloneableOptions(options) });
    if (pause?.paused) post(port, { kind: "pause-load", paused: true });
    const unsubscribe = pause?.subscribe((paused) => post(port, { kind: "pause-load", paused }));
    if (unsubscribe) ended.signal.addEventListener("abort", unsubscribe);
  }).finally(() => ended.abort());
}

async function lendHashThread(port: Port, ended: AbortSignal): Promise<void> {
  const thread = await startHashThread().catch(() => undefined);
  ended.addEventListener("abort", () => thread?.end());
  if (ended.aborted) thread?.end();
  else post(port, { kind: "hash-thread", port: thread?.port }, thread ? [thread.port] : []);
}

class RemoteEngine implements Engine {
  readonly info: EngineInfo;
  readonly #host: Host;
  readonly #onRecovery: EngineOptions["onRecovery"];
  readonly #calls = new Map<number, RemoteCall>();
  readonly #end = new AbortController();
  #lastId = 0;
  #lost = false;
  #unloading: Promise<void> | undefined;

  constructor(host: Host, info: EngineInfo, onRecovery: EngineOptions["onRecovery"]) {
    this.info = info;
    this.#onRecovery = onRecovery;
    this.#host = host;
    host.port.addEventListener("message", this.#onMessage);
    whenAborted(host.gone, () => this.#lose(host.gone.reason));
  }

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  readonly chat = {
    completions: {
      create: ((request, options) => this.#complete("chat", request, options)) as ChatCompletions["create"],
    },
  };

  readonly completions = {
    create: ((request, options) => this.#complete("text", request, options)) as Completions["create"],
  };

  readonly tokenizer: Engine["tokenizer"] = {
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
    const { port, close, gone } = this.#host;
    this.#finish(unloadedError(this.info.model));
    try {
      if (gone.aborted) return;
      const unloaded = this.#call({ kind: "unload" }, {}, true).accepted.catch((error: unknown) => {
        if (!this.#lost) throw error; // one that breaks while it is unloaded is gone too
      });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)));
      await Promise.race([unloaded, patience]).finally(() => clearTimeout(timer));
    } finally {
      port.removeEventListener("message", this.#onMessage);
      close();
    }
  }

  async #complete(kind: "chat" | "text", request: unknown, options: RequestOptions = {}): Promise<unknown> {
    const plainRequest = plain(request) as never;
    const streams = Boolean((request as { stream?: unknown } | null)?.stream);
    const call = this.#call({ kind, request: plainRequest, logits: options.onLogits !== undefined }, options);
    const value = await call.accepted;
    return streams ? call.chunks() : value;
  }

  #call(call: CallRequest, options: RequestOptions = {}, whileUnloading = false): RemoteCall {
    const id = ++this.#lastId;
    const made = new RemoteCall(this.#host.port, id, call, options, () => this.#calls.delete(id));
    this.#calls.set(id, made);
    if (this.ended.aborted && !whileUnloading) made.fail(this.ended.reason);
    else made.start(call);
    return made;
  }

  readonly #onMessage = ({ data }: MessageEvent) => {
    const { message, fault } = readToClient(data);
    if (!message) return this.#calls.get(callIdIn(data) ?? -1)?.misunderstand(fault);
    if ("id" in message) this.#calls.get(message.id)?.receive(message);
    if (message.kind === "recovery" && !this.ended.aborted) this.#onRecovery?.(message.event);
    if (message.kind === "ended") this.#lose(fromErrorData(message.error));
  };

  /** Ended over there: what is left of it is let go at once. */
  #lose(error: unknown): void {
    this.#lost = true;
    this.#finish(error);
    void this.unload();
  }

  #finish(error: unknown): void {
    this.#end.abort(error); // the first reason stays
    for (const call of this.#calls.values()) call.fail(this.ended.reason);
  }
}

function post(port: Port, message: ToHost, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}

function cloneableOptions({
  quantize,
  weights,
  kv,
  contextLength,
  runAhead,
  token,
  tokenizer,
  without,
  store,
  hubUrl,
  hashes,
  recover,
}: EngineOptions): LoadOptions {
  const from = { token, hubUrl, hashes: hashes && { ...hashes } };
  return {
    ...from,
    quantize,
    weights,
    kv,
    contextLength,
    runAhead,
    tokenizer,
    without: without && [...without],
    store,
    recover,
  };
}

/** A copy without functions and proxies: the state objects of page frameworks cannot be cloned as they are. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
