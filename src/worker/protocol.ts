// What the page and the worker say to each other: plain data, one union each way. The client gives each call an id; its
// answer is one result, or chunks and an end, or an error. Messages for an id that is over are dropped by the receiver. When
// a host dies, the client gives the next one what it had told of its cache and of each answer under way.

import type { CacheCall } from "../api/cache-calls.ts";
import type { ChatCompletionRequest } from "../api/chat-completions.ts";
import type { CompletionRequest } from "../api/completions.ts";
import type { Predecessor } from "../api/continuation.ts";
import type { EmbeddingRequest } from "../api/embeddings.ts";
import type { RecoveryEvent } from "../api/renewal.ts";
import type { EngineInfo, EngineOptions } from "../api/surface.ts";
import type { ErrorData } from "../errors.ts";
import type { HistoryChange, HistoryState } from "../generate/cache-history.ts";
import type { Trace, TraceEvent } from "../generate/trace.ts";
import type { Variants } from "../gpu/variants.ts";
import type { ProgressEvent } from "../source/progress.ts";
import type { ModelReference, ModelSource } from "../source/source.ts";

/** A model that can be cloned: names, picked files and folders can; a caller's own source has methods and cannot. */
export type CloneableModel = Exclude<ModelReference, ModelSource>;

/** The options of a load without those that cannot be cloned or concern only the client. */
export type LoadOptions = Omit<
  EngineOptions,
  "onProgress" | "onRecovery" | "signal" | "worker" | "device" | "pause" | "share"
>;

/** A call that streams is begun by a second message, when the caller starts to iterate. */
export type CallRequest =
  // logits: the first position whose row is wanted; none where absent
  | { kind: "chat"; request: ChatCompletionRequest; logits?: number }
  | { kind: "text"; request: CompletionRequest; logits?: number }
  | { kind: "cache"; does: CacheCall; name: string }
  | { kind: "embed"; request: EmbeddingRequest }
  | { kind: "encode"; text: string; addBos: boolean }
  | { kind: "decode"; ids: readonly number[] }
  | { kind: "unload" };

export type ToHost =
  // To a shared worker: where an engine is to be served, and a Web Lock that is free once nobody wants it.
  | { kind: "tab"; lock: string; port: MessagePort }
  | { kind: "load"; model: CloneableModel; options: LoadOptions; predecessor?: Predecessor }
  | { kind: "cancel-load" }
  | { kind: "pause-load"; paused: boolean }
  | { kind: "hash-thread"; port?: MessagePort } // transferred; none where it does not start
  | { kind: "call"; id: number; call: CallRequest; known?: readonly Trace[] } // known: what another host told of it
  | { kind: "begin"; id: number }
  | { kind: "cancel"; id: number };

export type ToClient =
  | { kind: "started" } // a worker's first word, for source/module-worker.ts
  | { kind: "hello"; lock: string } // the shared host listens; the lock is free when its process has ended
  | { kind: "no-webgpu" } // the load must happen on the page's thread
  | { kind: "progress"; event: ProgressEvent }
  | { kind: "hash-thread" } // asks for a worker to hash with, until the load ends
  | { kind: "ready"; info: EngineInfo; variants?: Variants; history?: HistoryState }
  | { kind: "renewed"; info: EngineInfo; variants: Variants } // it runs on another GPU now
  | { kind: "history"; change: HistoryChange } // of its cache
  | { kind: "load-error"; error: ErrorData }
  | { kind: "recovery"; event: RecoveryEvent }
  | { kind: "ended"; error: ErrorData } // the engine no longer answers, though nobody unloaded it
  | { kind: "result"; id: number; value: unknown } // for a streamed call: accepted, waits for `begin`
  | { kind: "trace"; id: number; prompt: number; event: TraceEvent } // how far the call has come, before its chunk
  | { kind: "chunk"; id: number; chunk: unknown }
  | { kind: "end"; id: number }
  | { kind: "logits"; id: number; position: number; row: Float32Array } // [vocabSize], transferred
  | { kind: "error"; id: number; error: ErrorData };

/** Between tabs, over a channel that all of them hear. */
export type ChannelMessage =
  | { kind: "hello" | "lead" | "leaving"; from: string }
  | { kind: "welcome"; from: string; to: string }
  | { kind: "port"; from: string; to: string; data: unknown };

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that the protocol needs. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}
