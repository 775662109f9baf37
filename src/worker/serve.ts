// The worker's side of the protocol over any port: loads one engine at a time and serves calls to it. What makes the
// engine is passed in, so this file runs in tests without a worker or a GPU.

import { DownloadPause } from "../api/download-pause.ts";
import type { ContinuableEngine, ContinuableOptions, Likeness, Predecessor } from "../api/continuation.ts";
import type { EngineCalls, EngineInfo, EngineOptions } from "../api/surface.ts";
import { PronkError, toErrorData } from "../errors.ts";
import type { Trace } from "../generate/trace.ts";
import type { Variants } from "../gpu/variants.ts";
import type { HashThread, StartHashThread } from "../source/hash-thread.ts";
import { withResolvers } from "../waiting.ts";
import type { CallRequest, CloneableModel, LoadOptions, Port, ToClient } from "./protocol.ts";
import { callIdIn, isKind, readToHost, unreadable } from "./read-message.ts";
import { whenAborted } from "./when-aborted.ts";

/** With a way to have the client start a hashing thread, and what the client knows of an engine that was lost. */
export type ServedOptions = EngineOptions & { startHashThread: StartHashThread; predecessor?: Predecessor };

export interface HostServices {
  /** Whether this thread can reach a GPU at all. */
  hasWebGpu(): Promise<boolean>;
  createEngine(model: CloneableModel, options: ServedOptions): Promise<ContinuableEngine>;
}

interface CompletionCall {
  id: number;
  call: Extract<CallRequest, { kind: "chat" | "text" }>;
  known: readonly Trace[] | undefined;
}

interface Call {
  controller: AbortController;
  /** Resolved by `begin`; a stream that is never begun holds nothing of the engine. */
  begin: PromiseWithResolvers<void>;
}

export interface Served {
  /** The client is gone: its calls and its load end, and its engine is unloaded. */
  close(): void;
  /** Nothing here can be relied on any more: the client's engine, or its load, ends with this error. */
  fail(error: PronkError): void;
}

/** Serves until the port falls silent. Never throws: every failure goes over the port as data. */
export function serve(port: Port, services: HostServices): Served {
  const calls = new Map<number, Call>();
  let engine: ContinuableEngine | undefined;
  let untell = () => {}; // stops telling of the engine's history and end; others may use it when this client is gone
  let loading: AbortController | undefined;
  let pause = new DownloadPause(); // of the load at hand
  let hashThread: PromiseWithResolvers<HashThread> | undefined;
  const post = (message: ToClient, transfer: Transferable[] = []) => port.postMessage(message, transfer);

  function startHashThread(): Promise<HashThread> {
    hashThread = withResolvers();
    post({ kind: "hash-thread" });
    return hashThread.promise;
  }

  async function load(model: CloneableModel, options: LoadOptions, predecessor: Predecessor | undefined) {
    const controller = (loading = new AbortController());
    pause = new DownloadPause();
    try {
      if (!(await services.hasWebGpu())) return post({ kind: "no-webgpu" });
      const { signal } = controller;
      const onProgress: EngineOptions["onProgress"] = (event) => post({ kind: "progress", event });
      const onRecovery: EngineOptions["onRecovery"] = (event) => {
        const like = event.state === "recovered" && engine?.continuation?.like();
        if (like) post({ kind: "renewed", ...withVariants(like) });
        post({ kind: "recovery", event });
      };
      const own = { worker: false, onProgress, onRecovery, signal, pause, startHashThread, predecessor };
      const loaded = await services.createEngine(model, { ...options, ...own });
      if (signal.aborted || loaded.ended.aborted) {
        await loaded.unload();
        throw signal.aborted ? signal.reason : loaded.ended.reason;
      }
      engine = loaded;
      const { info, continuation } = engine;
      const more = continuation && { ...withVariants(continuation.like()), history: continuation.history.state };
      post({ kind: "ready", info, ...more });
      const unsubscribe = continuation?.history.subscribe((change) => post({ kind: "history", change }));
      const watched = new AbortController();
      untell = () => {
        unsubscribe?.();
        watched.abort();
      };
      whenAborted(loaded.ended, () => engine === loaded && tellEnd(loaded.ended.reason), watched.signal);
    } catch (error) {
      post({ kind: "load-error", error: toErrorData(error) });
    } finally {
      if (loading === controller) loading = undefined;
    }
  }

  function tellEnd(error: unknown) {
    post({ kind: "ended", error: toErrorData(error) });
  }

  async function answer(id: number, call: CallRequest, known: readonly Trace[] | undefined) {
    if (calls.has(id)) return; // no client of ours uses an id twice
    const own: Call = { controller: new AbortController(), begin: withResolvers() };
    calls.set(id, own);
    try {
      if (!engine) throw new PronkError("bad-request", "The worker has no model loaded. Load one first.");
      if (call.kind === "chat" || call.kind === "text") await complete(engine, { id, call, known }, own);
      else post({ kind: "result", id, value: await small(engine, call, own.controller.signal) });
    } catch (error) {
      // A cancelled call is forgotten by the client, which has the true reason.
      if (!own.controller.signal.aborted) post({ kind: "error", id, error: toErrorData(error) });
    } finally {
      calls.delete(id);
    }
  }

  async function complete(on: EngineCalls, { id, call, known }: CompletionCall, own: Call) {
    const { signal } = own.controller;
    const options: ContinuableOptions = {
      signal,
      known,
      logitsFrom: call.logits,
      onTrace: (prompt, event) => signal.aborted || post({ kind: "trace", id, prompt, event }),
    };
    if (call.logits !== undefined)
      options.onLogits = (position, row) => post({ kind: "logits", id, position, row }, [row.buffer]);
    const { request } = call;
    const create = call.kind === "chat" ? on.chat.completions.create : on.completions.create;
    const answered = await (create as (request: unknown, options: ContinuableOptions) => Promise<unknown>)(
      request,
      options,
    );
    if (!request.stream) return post({ kind: "result", id, value: answered });
    post({ kind: "result", id, value: undefined });
    await own.begin.promise;
    for await (const chunk of answered as AsyncIterable<unknown>) {
      if (signal.aborted) return;
      post({ kind: "chunk", id, chunk });
    }
    post({ kind: "end", id });
  }

  async function small(
    on: EngineCalls,
    call: Exclude<CallRequest, { kind: "chat" | "text" }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (call.kind === "embed") return on.embeddings.create(call.request, { signal });
    if (call.kind === "cache") return (on.cache[call.does] as (name: string) => Promise<unknown>)(call.name);
    if (call.kind === "encode") return on.tokenizer.encode(call.text, { addBos: call.addBos });
    if (call.kind === "decode") return on.tokenizer.decode(call.ids);
    engine = undefined;
    untell();
    for (const waiting of calls.values()) waiting.begin.resolve(); // they find the engine ended
    return on.unload();
  }

  /** Whoever waits for an answer gets one; the rest is dropped. */
  function refuse(data: unknown, fault: string) {
    const error = toErrorData(unreadable(fault.slice(1)));
    const id = callIdIn(data);
    if (isKind(data, "load") && !loading) post({ kind: "load-error", error });
    else if (isKind(data, "call") && id !== undefined) post({ kind: "error", id, error });
  }

  port.addEventListener("message", (event: MessageEvent) => {
    const { message, fault } = readToHost(event.data);
    if (!message) return refuse(event.data, fault);
    switch (message.kind) {
      case "load":
        return void load(message.model, message.options, message.predecessor);
      case "cancel-load":
        return loading?.abort();
      case "pause-load":
        return message.paused ? pause.pause() : pause.resume();
      case "hash-thread": {
        const { port: lent } = message;
        if (lent) return hashThread?.resolve({ port: lent, end: () => lent.close() });
        return hashThread?.reject(new Error("the page could not start a hash worker"));
      }
      case "call":
        return void answer(message.id, message.call, message.known);
      case "begin":
        return calls.get(message.id)?.begin.resolve();
      case "cancel": {
        const call = calls.get(message.id);
        call?.controller.abort();
        call?.begin.resolve(); // one that waits to begin ends here
      }
    }
  });
  return {
    close() {
      loading?.abort();
      for (const call of calls.values()) {
        call.controller.abort();
        call.begin.resolve();
      }
      const had = engine;
      untell();
      engine = undefined; // nobody needs to hear of its end
      void had?.unload();
    },
    fail(error) {
      if (engine) tellEnd(error);
      else if (loading) post({ kind: "load-error", error: toErrorData(error) });
    },
  };
}

function withVariants({ variants, ...info }: Likeness): { info: EngineInfo; variants: Variants } {
  return { info, variants };
}
