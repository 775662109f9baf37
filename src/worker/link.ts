// A host with a model loaded in it: how it is opened, asked to load, watched and let go. connect.ts knows what is asked of
// the model over there.

import type { Likeness, Predecessor } from "../api/continuation.ts";
import type { Losable } from "../api/renewal.ts";
import type { EngineInfo, EngineOptions } from "../api/surface.ts";
import { fromErrorData, PronkError } from "../errors.ts";
import type { CacheHistory } from "../generate/cache-history.ts";
import { startHashThread } from "../source/hash-thread.ts";
import { withResolvers } from "../waiting.ts";
import type { CloneableModel, LoadOptions, Port, ToClient, ToHost } from "./protocol.ts";
import { readToClient } from "./read-message.ts";
import { whenAborted } from "./when-aborted.ts";

export interface Host {
  port: Port;
  /** Aborted when the worker is gone; the reason is the PronkError that says so. */
  gone: AbortSignal;
  /** Ends the worker, where it is ours to end. */
  close(): void;
}

const patienceMs = 2000; // for the host to tidy up after a cancelled load or an unload, before it is ended anyway
const unloadId = 0; // the call's; those of an engine begin with 1

type Ready = Extract<ToClient, { kind: "ready" }>;

export interface Loaded {
  host: Host;
  ready: Ready;
}

interface Listener {
  /** What the host says of calls, and of a GPU that was lost. */
  hear(data: unknown): void;
  /** Why the engine over there has ended, though its host is well. */
  end(error: unknown): void;
}

export class Link implements Losable {
  readonly port: Port;
  readonly lost: Promise<never>;
  readonly info: EngineInfo;
  readonly #history: CacheHistory;
  #variants: Likeness["variants"] | undefined;
  readonly #host: Host;
  readonly #end = new AbortController(); // removes the listeners
  #loss: unknown;
  #released: Promise<void> | undefined;

  /** `history` becomes that of the cache over there. */
  constructor({ host, ready }: Loaded, history: CacheHistory, { hear, end }: Listener) {
    this.#host = host;
    this.port = host.port;
    this.info = ready.info;
    this.#history = history;
    history.become(ready.history ?? { slices: [], length: 0 });
    this.#variants = ready.variants;
    const { promise, reject: lose } = withResolvers<never>();
    this.lost = promise;
    this.lost.catch((error: unknown) => (this.#loss = error));
    const onMessage = ({ data }: MessageEvent) => {
      const { message } = readToClient(data);
      if (message?.kind === "history") return history.apply(message.change);
      if (message?.kind === "renewed") {
        Object.assign(this.info, message.info);
        this.#variants = message.variants;
      }
      // Ended: the engine's own attempts to go on have failed, or there were none.
      if (message?.kind !== "ended") return hear(data);
      const error = fromErrorData(message.error);
      if (isWorkerLost(error)) lose(error);
      else end(error);
    };
    host.port.addEventListener("message", onMessage);
    this.#end.signal.addEventListener("abort", () => host.port.removeEventListener("message", onMessage));
    whenAborted(host.gone, () => lose(host.gone.reason));
  }

  /** For the link that takes its place. Undefined where the engine over there tells nothing of itself. */
  get predecessor(): Predecessor | undefined {
    if (!this.#variants) return undefined;
    return { like: { ...this.info, variants: this.#variants }, history: this.#history.state };
  }

  /** Resolves when the model is freed over there, or the host has ended. */
  get released(): Promise<void> {
    return this.#released ?? Promise.resolve();
  }

  release(): void {
    this.#released ??= this.#unload();
    this.#released.catch(() => {}); // told to whoever unloads
  }

  async #unload(): Promise<void> {
    const { port, gone, close } = this.#host;
    this.#end.abort();
    try {
      if (gone.aborted) return;
      const unloaded = answerTo(port, unloadId);
      post(port, { kind: "call", id: unloadId, call: { kind: "unload" } });
      if (this.#loss === undefined) await withPatience(unloaded, gone);
      else unloaded.catch(() => {});
    } finally {
      close();
    }
  }
}

/** Whether a worker was lost before the engine's own attempts ended. */
function isWorkerLost(error: Error): boolean {
  return error instanceof PronkError && error.code === "worker-lost" && error.facts.attempts === undefined;
}

function answerTo(port: Port, id: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = ({ data }: MessageEvent) => {
      const { message } = readToClient(data);
      if (!message || !("id" in message) || message.id !== id) return;
      port.removeEventListener("message", onMessage);
      if (message.kind === "error") reject(fromErrorData(message.error));
      else resolve();
    };
    port.addEventListener("message", onMessage);
  });
}

async function withPatience(work: Promise<void>, gone: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
    whenAborted(gone, resolve); // one that breaks while it unloads is gone too
  });
  await Promise.race([work, enough]).finally(() => clearTimeout(timer));
}

/** Has the host load; undefined where workers have no WebGPU and the page's thread must do it. */
export function loadThere(
  { port, gone }: Host,
  model: CloneableModel,
  options: EngineOptions,
  predecessor?: Predecessor,
): Promise<Ready | undefined> {
  const { signal, onProgress, pause } = options;
  const ended = new AbortController(); // removes the listeners
  return new Promise<Ready | undefined>((resolve, reject) => {
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
      if (message.kind === "ready") resolve(message);
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
    post(port, { kind: "load", model, options: cloneableOptions(options), ...(predecessor && { predecessor }) });
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

function post(port: Port, message: ToHost, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}

function cloneableOptions({
  quantize,
  weights,
  kv,
  contextLength,
  adapters,
  runAhead,
  drafts,
  sequences,
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
    adapters,
    runAhead,
    drafts,
    sequences,
    tokenizer,
    without: without && [...without],
    store,
    recover,
  };
}
