// The module worker's entry: the engine off the page's thread. Everything it does is in serve.ts.

import { createLocalEngine } from "../engine.ts";
import { hasAdapter } from "../gpu/adapter.ts";
import { webLocks } from "../site-data.ts";
import { holdPresence } from "./presence.ts";
import type { Port, ToClient } from "./protocol.ts";
import { isKind } from "./read-message.ts";
import { serve } from "./serve.ts";
import { watchUncaught } from "./uncaught.ts";

/** For module-worker.ts: a page may import this file only to know where it lies. */
export const address = import.meta.url;

if ("DedicatedWorkerGlobalScope" in globalThis) {
  const port = self as unknown as Port;
  port.postMessage({ kind: "started" } satisfies ToClient);
  const served = serve(port, { hasWebGpu: hasAdapter, createEngine: createLocalEngine });
  watchUncaught(served.fail);
  // Ended from outside, or by the browser, no worker says a word: its lock does.
  const presence = webLocks().then((locks) => locks && holdPresence());
  port.addEventListener("message", ({ data }) => {
    if (isKind(data, "load"))
      void presence.then((held) => held && port.postMessage({ kind: "hello", lock: held.name } satisfies ToClient));
  });
}
