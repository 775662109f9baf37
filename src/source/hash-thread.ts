// Starts hash-worker.ts. On the page only: in Firefox (ESR 153, 2026-11-27) `new Worker` inside a worker now and then never
// returns and that worker is dead, so an engine's worker asks its page for one.

import { startModuleWorker } from "./module-worker.ts";

/** A running hash worker, and a port to it. */
export interface HashThread {
  port: MessagePort;
  end(): void;
}

export type StartHashThread = () => Promise<HashThread>;

const startMs = 5000; // hashing on the loader's own thread is better than a long wait

/** Rejects where there are no workers, or this one does not start. */
export async function startHashThread(): Promise<HashThread> {
  const worker = await startModuleWorker(
    // Written literally in one expression: this is what bundlers recognise.
    () => new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" }),
    () => import("./hash-worker.ts"),
    startMs,
  );
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(undefined, [port2]);
  return { port: port1, end: () => worker.terminate() };
}
