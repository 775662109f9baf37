// What was not caught in this worker: its state is unknown from then on, so its engines end and say so. A browser tells
// the page of an exception in a dedicated worker, but nobody of a rejected promise or a shared worker's exception.

import { PronkError } from "../errors.ts";

export function watchUncaught(tell: (error: PronkError) => void): void {
  globalThis.addEventListener("error", (event) => tell(workerStopped((event as ErrorEvent).message)));
  globalThis.addEventListener("unhandledrejection", (event) => {
    const { reason } = event as PromiseRejectionEvent;
    tell(workerStopped(reason instanceof Error ? reason.message : String(reason)));
  });
}

export function workerStopped(reason: string | undefined): PronkError {
  const shown = reason || "no message";
  const message = `The engine's worker stopped unexpectedly (${shown}). Create the engine again; if it happens on load, choose a smaller model or a smaller contextLength.`;
  return new PronkError("worker-lost", message, { reason: shown });
}
