// One engine for all tabs of an origin: in a shared worker where it has WebGPU, else in the tab that leads (tab-share.ts).

import type { EngineCalls, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { webLocks } from "../site-data.ts";
import { isElsewhere } from "../source/module-worker.ts";
import { withTrustedAddress } from "../trusted-types.ts";
import { connectEngine } from "./connect.ts";
import type { Host } from "./link.ts";
import { holdPresence, watchPresence } from "./presence.ts";
import type { CloneableModel, Port, ToHost } from "./protocol.ts";
import { readToClient } from "./read-message.ts";
import { shareKey } from "./share-key.ts";
import { joinTabs, type StartHere } from "./tab-share.ts";

const startLimitMs = 10_000; // for the worker's script; a policy that blocks it may say nothing

/** `startHere` makes an engine that this tab owns. Undefined where tabs cannot find each other (no Web Locks). */
export async function createSharedEngine(
  model: CloneableModel,
  options: EngineOptions,
  startHere: StartHere,
): Promise<EngineCalls | undefined> {
  if (typeof BroadcastChannel === "undefined" || !(await webLocks())) return undefined;
  // A script of another origin cannot start a shared worker, and a module here that imports it would be one for each tab.
  if (options.share !== "leader" && typeof SharedWorker !== "undefined" && !isElsewhere(import.meta.url)) {
    const engine = await inSharedWorker(model, options);
    if (engine) return engine;
  }
  return joinTabs(shareKey(model, options), model, options, startHere);
}

/** Undefined where there is no such worker, or none with WebGPU. */
async function inSharedWorker(model: CloneableModel, options: EngineOptions): Promise<EngineCalls | undefined> {
  try {
    return await connectEngine(openSharedWorker, model, options);
  } catch (error) {
    if (error instanceof PronkError && error.facts.sharedWorker === true) return undefined;
    throw error;
  }
}

/** This page's, while it lives: Chromium keeps every one that a page makes, with all that listens to it, until the worker ends. */
let sharedWorker: SharedWorker | undefined;

function startSharedWorker(): SharedWorker {
  return withTrustedAddress(
    "SharedWorker",
    // Literally in one expression: this is what bundlers recognise.
    () => new SharedWorker(new URL("./shared-host.ts", import.meta.url), { type: "module", name: "pronk" }),
  );
}

/** A connection to the worker, which the first tab to ask starts. */
async function openSharedWorker(): Promise<Host> {
  const worker = (sharedWorker ??= startSharedWorker());
  const { port1: port, port2: its } = new MessageChannel();
  const closed = new AbortController();
  const gone = new AbortController();
  const { signal } = closed;
  const lose = (error: PronkError) => {
    if (sharedWorker === worker) sharedWorker = undefined; // the next call starts another
    gone.abort(error);
  };
  const started = new Promise<boolean>((resolve) => {
    const onHello = ({ data }: MessageEvent) => {
      const { message } = readToClient(data);
      if (message?.kind === "hello") watchPresence(message.lock, () => lose(ended()), signal);
      resolve(true);
    };
    port.addEventListener("message", onHello, { once: true });
    const onError = (event: Event & { message?: string }) => {
      if (event.message) return; // thrown over there; Firefox reports it here too, but those served there hear of it anyway
      lose(notStarted("its script could not be loaded"));
      resolve(false);
    };
    worker.addEventListener("error", onError, { signal });
    setTimeout(resolve, startLimitMs, false);
  });
  const presence = await holdPresence();
  const close = () => {
    closed.abort();
    presence.end();
    port.close();
  };
  port.start();
  worker.port.postMessage({ kind: "tab", lock: presence.name, port: its } satisfies ToHost, [its]);
  if (await started) return { port: port as unknown as Port, gone: gone.signal, close };
  const error = notStarted("it did not start");
  lose(error);
  close();
  throw error;
}

function notStarted(reason: string): PronkError {
  const message = `The shared worker stopped (${reason}). Create the engine again.`;
  return new PronkError("worker-lost", message, { reason, sharedWorker: true, started: false });
}

function ended(): PronkError {
  return new PronkError(
    "worker-lost",
    "The shared worker that ran the model has ended, with the tab whose process it lived in. Create the engine again; the stored copy is kept.",
    { reason: "worker-ended" },
  );
}
