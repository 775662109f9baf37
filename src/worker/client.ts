// Starts the module worker, or takes the caller's, and connects to it. Turns a worker that breaks into a PronkError;
// everything said over the port is in connect.ts.

import type { ContinuableEngine, Predecessor } from "../api/continuation.ts";
import type { EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { isElsewhere, startModuleWorker } from "../source/module-worker.ts";
import { connectEngine } from "./connect.ts";
import type { Host } from "./link.ts";
import { watchPresence } from "./presence.ts";
import type { CloneableModel } from "./protocol.ts";
import { readToClient } from "./read-message.ts";
import { workerStopped } from "./uncaught.ts";

const startLimitMs = 30_000; // for a busy machine; a missing script says so at once

/**
 * Undefined where the page's thread must do it: workers have no WebGPU, or this page cannot start one from another
 * origin's script. A worker made here ends with its engine, and if it dies earlier, another takes its place; the caller's is
 * left running, and is the caller's to replace.
 */
export async function createWorkerEngine(
  model: CloneableModel,
  options: EngineOptions & { predecessor?: Predecessor },
): Promise<ContinuableEngine | undefined> {
  const { worker } = options;
  if (typeof worker === "object")
    return connectEngine(async () => hostOf(worker, false, () => {}), model, options, false);
  const open = async (signal: AbortSignal | undefined) => {
    const made = await startWorker(signal);
    return made && hostOf(made, true, () => made.terminate());
  };
  return connectEngine(open, model, options);
}

async function startWorker(signal: AbortSignal | undefined): Promise<Worker | undefined> {
  try {
    return await startModuleWorker(
      // Literally in one expression: this is what bundlers recognise.
      () => new Worker(new URL("./host.ts", import.meta.url), { type: "module" }),
      () => import("./host.ts"),
      startLimitMs,
      signal,
      true,
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (isElsewhere(import.meta.url)) return undefined;
    throw notStarted(error as Error); // no such file, or a policy
  }
}

function hostOf(worker: Worker, started: boolean, end: () => void): Host {
  const gone = new AbortController();
  const closed = new AbortController();
  const { signal } = closed;
  let spoke = started;
  const onMessage = ({ data }: MessageEvent) => {
    spoke = true;
    const { message } = readToClient(data);
    if (message?.kind === "hello") watchPresence(message.lock, () => gone.abort(workerStopped("it ended")), signal);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    gone.abort(spoke ? workerStopped(event.message) : notStarted(event));
  };
  worker.addEventListener("message", onMessage, { signal });
  worker.addEventListener("error", onError, { signal });
  worker.addEventListener("messageerror", () => gone.abort(workerStopped("a message could not be read")), { signal });
  const close = () => {
    closed.abort();
    end();
  };
  return { port: worker, gone: gone.signal, close };
}

function notStarted(event: { message?: string }): PronkError {
  const reason = event.message || "its script could not be loaded";
  const message = `The engine's worker did not start: ${reason}. Serve the package's worker file beside it and allow it in worker-src, or pass your own Worker, or worker: false.`;
  return new PronkError("worker-lost", message, { reason, started: false });
}
