// Starts the module worker, or takes the caller's, and connects to it. Turns a worker that breaks into a PronkError;
// everything said over the port is in connect.ts.

import type { Engine, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import type { Host } from "./connect.ts";
import { connectEngine } from "./connect.ts";
import type { CloneableModel } from "./protocol.ts";

/** Undefined where workers have no WebGPU. A worker made here ends with its engine; the caller's is left running. */
export async function createWorkerEngine(model: CloneableModel, options: EngineOptions): Promise<Engine | undefined> {
  const given = typeof options.worker === "object" ? options.worker : undefined;
  const worker = given ?? startWorker();
  return connectEngine(
    hostOf(worker, () => given ?? worker.terminate()),
    model,
    options,
  );
}

function startWorker(): Worker {
  try {
    // Literally in one expression: this is what bundlers recognise.
    return new Worker(new URL("./host.ts", import.meta.url), { type: "module" });
  } catch (error) {
    throw notStarted(error as Error); // another origin's script, or a policy
  }
}

function hostOf(worker: Worker, close: () => void): Host {
  const gone = new AbortController();
  let spoke = false;
  worker.addEventListener("message", () => (spoke = true), { once: true });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    gone.abort(spoke ? crashed(event) : notStarted(event));
  });
  worker.addEventListener("messageerror", () => gone.abort(crashed({ message: "a message could not be read" })));
  return { port: worker, gone: gone.signal, close };
}

function crashed(event: { message?: string }): PronkError {
  const reason = event.message || "no message";
  const message = `The engine's worker stopped unexpectedly (${reason}). Create the engine again; if it happens on load, choose a smaller model or a smaller contextLength.`;
  return new PronkError("worker-lost", message, { reason });
}

function notStarted(event: { message?: string }): PronkError {
  const reason = event.message || "its script could not be loaded";
  const message = `The engine's worker did not start: ${reason}. Serve the package's worker file beside it and allow it in worker-src, or pass your own Worker, or worker: false.`;
  return new PronkError("worker-lost", message, { reason });
}
