// The module worker's entry: the engine off the page's thread. Everything it does is in serve.ts.

import { createLocalEngine } from "../engine.ts";
import { hasAdapter } from "../gpu/adapter.ts";
import type { Port, ToClient } from "./protocol.ts";
import { serve } from "./serve.ts";
import { watchUncaught } from "./uncaught.ts";

/** For module-worker.ts: a page may import this file only to know where it lies. */
export const address = import.meta.url;

if ("DedicatedWorkerGlobalScope" in globalThis) {
  const port = self as unknown as Port;
  port.postMessage({ kind: "started" } satisfies ToClient);
  const served = serve(port, { hasWebGpu: hasAdapter, createEngine: createLocalEngine });
  watchUncaught(served.fail);
}
