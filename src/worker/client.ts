// Starts the module worker, or takes the caller's, and connects to it. Turns a worker that breaks into a PronkError;
// everything said over the port is in connect.ts.

import type { Engine, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { isElsewhere, startModuleWorker } from "../source/module-worker.ts";
import type { Host } from "./connect.ts";
import { connectEngine } from "./connect.ts";
import type { CloneableModel } from "./protocol.ts";
import { workerStopped } from "./uncaught.ts";

const startLimitMs = 30_000; // a busy machine; a script that is not there says so at once

/**
 * Undefined where the page's thread must do it: workers have no WebGPU, or this page starts none from another origin's
 * script. A worker made here ends with its engine; the caller's is left running.
 */
export async function createWorkerEngine(model: CloneableModel, options: EngineOptions): Promise<Engine | undefined> {
  const given = typeof options.worker === "object" ? options.worker : undefined;
  const worker = given ?? (await startWorker(options.signal));
  if (!worker) return undefined;
  const close = () => given ?? worker.terminate();
  return connectEngine(hostOf(worker, !given, close), model, options);
}

async function startWorker(signal: AbortSignal | undefined): Promise<Worker | undefined> {
  try {
    return await startModuleWorker(
      // Literally in one expression: this is what bundlers recognise.
      () => new Worker(new URL("./host.ts", import.meta.url), { type: "module" }),
      () => import("./host.ts"),
      startLimitMs,
      signal,
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (isElsewhere(import.meta.url)) return undefined;
    throw notStarted(error as Error); // no such file, or a policy
  }
}

function hostOf(worker: Worker, started: boolean, close: () => void): Host {
  const gone = new AbortController();
  let spoke = started;
  worker.addEventListener("message", () => (spoke = true), { once: true });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    gone.abort(spoke ? workerStopped(event.message) : notStarted(event));
  });
  worker.addEventListener("messageerror", () => gone.abort(workerStopped("a message could not be read")));
  return { port: worker, gone: gone.signal, close };
}

function notStarted(event: { message?: string }): PronkError {
  const reason = event.message || "its script could not be loaded";
  const message = `The engine's worker did not start: ${reason}. Serve the package's worker file beside it and allow it in worker-src, or pass your own Worker, or worker: false.`;
  return new PronkError("worker-lost", message, { reason, started: false });
}
