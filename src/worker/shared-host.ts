// The shared worker's entry: one engine for every tab that asks for the same model with the same options. A tab holds a
// Web Lock while it lives, and says which; when the lock is free the tab is gone, and what it had is let go. The worker
// holds one too: its process may end without a word.

import { createLocalEngine } from "../engine.ts";
import { hasAdapter } from "../gpu/adapter.ts";
import { EngineShare } from "./engine-share.ts";
import { holdPresence, watchPresence } from "./presence.ts";
import type { Port, ToClient, ToHost } from "./protocol.ts";
import { readToHost } from "./read-message.ts";
import { serve, type Served } from "./serve.ts";
import { shareKey } from "./share-key.ts";
import { watchUncaught } from "./uncaught.ts";

const share = new EngineShare();
const presence = holdPresence();
const tabs = new Set<Served>();

// The worker itself goes on: one that closes itself still takes connections for a while, and answers none.
watchUncaught((error) => {
  share.forgetAll();
  for (const { fail } of tabs) fail(error);
});

self.addEventListener("connect", (event) => {
  const [page] = (event as MessageEvent).ports;
  page.addEventListener("message", ({ data }: MessageEvent) => {
    const { message } = readToHost(data);
    if (message?.kind === "tab") void serveTab(message);
  });
  page.start();
});

/** Serves one engine of a page until it is given back or the page is gone. */
async function serveTab({ lock, port }: Extract<ToHost, { kind: "tab" }>): Promise<void> {
  const served = serve(port as unknown as Port, {
    hasWebGpu: hasAdapter,
    createEngine: (model, options) =>
      share.acquire(shareKey(model, options), options, (shared) =>
        // A tab that lent a thread may close while others wait for the load: hash here.
        createLocalEngine(model, { ...options, ...shared, startHashThread: undefined }),
      ),
  });
  tabs.add(served);
  watchPresence(lock, () => {
    served.close();
    tabs.delete(served);
    port.close();
  });
  port.start();
  const { name } = await presence;
  port.postMessage({ kind: "hello", lock: name } satisfies ToClient);
}
