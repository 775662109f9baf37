// One call to the worker, seen from the page: accepted or refused, then perhaps a stream of chunks. Knows how a call
// ends (result, end, error, abort, the consumer leaving its loop) and nothing of what is asked.

import type { RequestOptions } from "../api/completion-request.ts";
import type { CallRequest, Port, ToClient, ToHost } from "./protocol.ts";
import { fromErrorData, PronkError } from "../errors.ts";

export type CallMessage = Extract<ToClient, { id: number }>;

export class RemoteCall {
  /** The result of a call, or for a stream undefined as soon as the host accepts it. */
  readonly accepted: Promise<unknown>;
  readonly #port: Port;
  readonly #id: number;
  readonly #options: RequestOptions;
  readonly #forget: () => void;
  readonly #streams: boolean;
  #settle!: { resolve(value: unknown): void; reject(error: unknown): void };
  #arrived: unknown[] = []; // chunks not yet taken
  #failure: { error: unknown } | undefined;
  #over = false;
  #wake = () => {};

  /** `forget` is called once, when nothing more can come. */
  constructor(port: Port, id: number, call: CallRequest, options: RequestOptions, forget: () => void) {
    this.#port = port;
    this.#id = id;
    this.#options = options;
    this.#forget = forget;
    this.#streams = (call.kind === "chat" || call.kind === "text") && Boolean(call.request?.stream);
    this.accepted = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.accepted.catch(() => {}); // a stream's failure is told to its iterator
  }

  start(call: CallRequest): void {
    const { signal } = this.#options;
    if (signal?.aborted) return this.fail(signal.reason);
    signal?.addEventListener("abort", this.#abort, { once: true });
    try {
      this.#post({ kind: "call", id: this.#id, call });
    } catch (error) {
      this.fail(error); // something in the request cannot be cloned
    }
  }

  receive(message: CallMessage): void {
    if (this.#over) return;
    switch (message.kind) {
      case "result":
        if (!this.#streams) this.#finish();
        return this.#settle.resolve(message.value);
      case "logits":
        return this.#options.onLogits?.(message.position, message.row);
      case "chunk":
        this.#arrived.push(message.chunk);
        return this.#wake();
      case "end":
        return this.#finish();
      case "error":
        return this.fail(fromErrorData(message.error));
    }
  }

  /** The host said of it what cannot be read. Its other calls may be well. */
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
    // A stream listens on until it has been read: chunks may still lie here when the host is done.
    if (!this.#streams || this.#failure) this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#forget();
    this.#wake();
  }

  #post(message: ToHost): void {
    this.#port.postMessage(message);
  }
}
