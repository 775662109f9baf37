// The page's side of serveFetch: requests that the service worker passes on are answered by the engine's own fetch, each
// over a port of its own, as far as they are read. A lock is held for as long as this page serves.

import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { anything, instance, list, object, oneOf, optional, type Shape, text, union } from "../message-shape.ts";
import { randomId } from "../random-id.ts";

/** What the service worker says over the port. */
type FromWorker =
  | { kind: "request"; method: string; url: string; headers: [string, string][]; body?: ArrayBuffer }
  | { kind: "pull" }
  | { kind: "cancel" };

const message: Shape = union("kind", {
  request: object({ method: text, url: text, headers: list(list(text)), body: optional(instance(ArrayBuffer)) }),
  pull: object(),
  cancel: object(),
} satisfies Record<FromWorker["kind"], Shape>);
const question = object({ kind: oneOf("pronk-fetch"), ports: optional(anything) });

/** A page that answers for its service worker. */
export interface ServedFetch {
  /** Stops answering; answers under way are cut off. The engine stays. */
  stop(): void;
}

export async function serveOnPage({ fetch, ended }: Pick<Engine, "fetch" | "ended">): Promise<ServedFetch> {
  const { serviceWorker, locks } = navigator;
  const registration = await serviceWorker?.getRegistration();
  if (!registration)
    throw new PronkError(
      "bad-request",
      'This page has no service worker that could answer for the engine. Register one that imports "pronk/service-worker", and call serveFetch then.',
      { field: "serviceWorker", expected: "a service worker", found: "none" },
    );
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, ended]);
  signal.throwIfAborted();
  const lock = `pronk:fetch:${randomId()}`;
  const onMessage = ({ data, ports: [port] }: MessageEvent) => {
    if (question(data) !== undefined || !port) return;
    answerOver(port, fetch, signal);
    port.postMessage({ kind: "here", lock });
  };
  serviceWorker.addEventListener("message", onMessage, { signal });
  serviceWorker.startMessages();
  await new Promise<void>((held, refused) => {
    const untilStopped = () =>
      new Promise<void>((stop) => {
        held();
        signal.addEventListener("abort", () => stop(), { once: true });
      });
    locks.request(lock, untilStopped).catch(refused);
  });
  await serviceWorker.ready;
  return { stop: () => stopped.abort(new DOMException("serveFetch was stopped", "AbortError")) };
}

function answerOver(port: MessagePort, fetch: Engine["fetch"], stopped: AbortSignal): void {
  const left = new AbortController(); // aborted when the asker leaves
  const signal = AbortSignal.any([left.signal, stopped]);
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const failed = (error: unknown) =>
    port.postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });

  async function begin({ method, url, headers, body }: Extract<FromWorker, { kind: "request" }>) {
    const response = await fetch(url, { method, headers, body, signal });
    reader = response.body?.getReader();
    port.postMessage({ kind: "head", status: response.status, headers: [...response.headers] });
  }

  async function more() {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done) return port.postMessage({ kind: "end" });
    const bytes = value!.slice(); // a copy, to be transferred
    port.postMessage({ kind: "bytes", bytes }, [bytes.buffer]);
  }

  port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    if (message(data) !== undefined) return;
    if (data.kind === "request") begin(data).catch(failed);
    else if (data.kind === "pull") more().catch(failed);
    else {
      left.abort(new DOMException("The reader left", "AbortError"));
      reader?.cancel().catch(() => {}); // it ends with the abort
      port.close();
    }
  });
  stopped.addEventListener("abort", () => failed(stopped.reason), { signal: left.signal });
  port.start();
}
