// One call to the worker, seen from the page: accepted or refused, then perhaps a stream of chunks. Knows how a call
// ends (result, end, error, abort, the consumer leaving its loop) and nothing of what is asked. It keeps what the host tells
// of its progress, so that another host can be asked for the rest; its reader does not notice.

import type { ContinuableOptions } from "../api/continuation.ts";
import { addToTrace, type Trace } from "../generate/trace.ts";
import type { CallRequest, Port, ToClient, ToHost } from "./protocol.ts";
import { fromErrorData, PronkError } from "../errors.ts";
import { withResolvers } from "../waiting.ts";

export type CallMessage = Extract<ToClient, { id: number }>;

export class RemoteCall {
  /** The result of a call, or for a stream undefined as soon as the host accepts it. */
  readonly accepted: Promise<unknown>;
  readonly #id: number;
  readonly #call: CallRequest;
  readonly #options: ContinuableOptions;
  readonly #forget: () => void;
  readonly #streams: boolean;
  #port: Port | undefined; // of the present host
  readonly #settle = withResolvers<unknown>();
  #arrived: unknown[] = []; // chunks not yet taken
  #failure: { error: unknown } | undefined;
  #over = false;
  #begun = false;
  #wake = () => {};
  // For another host:
  readonly #traces: Trace[];
  #standsSince: number | undefined; // ms
  #received = 0; // chunks
  #toSkip = 0; // of those, how many the present host repeats
  #head: object = {}; // shared by all chunks of an answer
  #lastLogits = { prompt: 0, position: -1 };

  /** `forget` is called once, when nothing more can come. */
  constructor(id: number, call: CallRequest, options: ContinuableOptions, forget: () => void) {
    this.#id = id;
    this.#call = call;
    this.#options = options;
    this.#forget = forget;
    this.#traces = (options.known ?? []).map((trace) => addToTrace(undefined, trace));
    this.#streams = (call.kind === "chat" || call.kind === "text") && Boolean(call.request?.stream);
    this.accepted = this.#settle.promise;
    this.accepted.catch(() => {}); // a stream's failure is told to its iterator
    const { signal } = options;
    if (signal?.aborted) this.fail(signal.reason);
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Its host's cache belongs to this call. */
  get isUnderWay(): boolean {
    const last = this.#traces.at(-1);
    return last !== undefined && last.isBegun && last.stopReason === undefined;
  }

  /** Asks a host for the answer, or for what the last one still owes. */
  send(port: Port): void {
    if (this.#over) return;
    this.#port = port;
    this.#toSkip = this.#received;
    const last = this.#traces.at(-1);
    if (last && this.#standsSince !== undefined) last.stats.recoveryMs += performance.now() - this.#standsSince;
    this.#standsSince = undefined;
    try {
      const known = this.#traces.length > 0 ? this.#traces : undefined;
      this.#post({ kind: "call", id: this.#id, call: this.#call, known });
      if (this.#begun) this.#post({ kind: "begin", id: this.#id });
    } catch (error) {
      this.fail(error); // something in the request cannot be cloned
    }
  }

  /** Its host is gone: another is asked, or the call fails. */
  standStill(): void {
    this.#port = undefined;
    this.#standsSince ??= performance.now();
  }

  receive(message: CallMessage): void {
    if (this.#over) return;
    switch (message.kind) {
      case "result":
        if (!this.#streams) this.#finish();
        return this.#settle.resolve(message.value);
      case "trace":
        this.#traces[message.prompt] = addToTrace(this.#traces[message.prompt], message.event);
        return this.#options.onTrace?.(message.prompt, message.event);
      case "logits":
        return this.#takeLogits(message.position, message.row);
      case "chunk":
        return this.#takeChunk(message.chunk);
      case "end":
        return this.#finish();
      case "error":
        return this.fail(fromErrorData(message.error));
    }
  }

  #takeLogits(position: number, row: Float32Array): void {
    const prompt = this.#traces.length - 1;
    const last = this.#lastLogits;
    if (prompt === last.prompt && position <= last.position) return; // computed again by another host
    this.#lastLogits = { prompt, position };
    this.#options.onLogits?.(position, row);
  }

  #takeChunk(chunk: unknown): void {
    if (this.#toSkip > 0) {
      this.#toSkip--;
      return;
    }
    if (this.#received++ === 0) {
      const { id, created } = Object(chunk) as { id?: unknown; created?: unknown };
      this.#head = { id, created };
    }
    // Another host begins its own answer: keep the first one's head.
    this.#arrived.push(this.#received > 1 ? { ...Object(chunk), ...this.#head } : chunk);
    this.#wake();
  }

  /** What the host said of this call cannot be read. Others may be well. */
  misunderstand(field: string): void {
    if (!this.#over) this.#post({ kind: "cancel", id: this.#id });
    const message = `The engine's worker answered with what cannot be read ("${field}"). Ask again; if it stays so, create the engine again.`;
    this.fail(new PronkError("worker-lost", message, { reason: "unreadable answer", field }));
  }

  /** Ends the call with an error, after the chunks that have already arrived. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#failure = { error };
    this.#settle.reject(error);
    this.#finish();
  }

  /** The chunks of a stream, once. Leaving the loop cancels the call on the other side. */
  async *chunks(): AsyncGenerator<unknown, void> {
    try {
      if (!this.#over) this.#post({ kind: "begin", id: this.#id });
      this.#begun = true;
      for (;;) {
        while (this.#arrived.length > 0) yield this.#arrived.shift();
        if (this.#failure) throw this.#failure.error;
        if (this.#over) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#cancel();
    }
  }

  readonly #abort = () => {
    this.#arrived = []; // an abort ends it now, not after what has arrived
    const { signal } = this.#options;
    if (this.#over && !this.#failure)
      this.#failure = { error: signal?.reason }; // ended, but not yet read to the end
    else this.fail(signal?.reason);
    this.#post({ kind: "cancel", id: this.#id });
  };

  #cancel(): void {
    if (!this.#over) this.#post({ kind: "cancel", id: this.#id });
    this.#finish();
    this.#options.signal?.removeEventListener("abort", this.#abort);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    // A stream keeps listening until it has been read: chunks may still lie here when the host is done.
    if (!this.#streams || this.#failure) this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#forget();
    this.#wake();
  }

  #post(message: ToHost): void {
    this.#port?.postMessage(message);
  }
}
