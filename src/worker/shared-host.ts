// The shared worker's entry: one engine for every tab that asks for the same model with the same options. A tab holds a
// Web Lock while it lives, and says which; when the lock is free the tab is gone, and what it had is let go. The worker
// holds one too: its process may end without a word.

import { createLocalEngine } from "../engine.ts";
import { EngineShare } from "./engine-share.ts";
import { holdPresence } from "./presence.ts";
import type { Port, ToClient, ToHost } from "./protocol.ts";
import { serve } from "./serve.ts";
import { shareKey } from "./share-key.ts";

async function hasWebGpu(): Promise<boolean> {
  return Boolean(await navigator.gpu?.requestAdapter());
}

const share = new EngineShare();
const presence = holdPresence();

self.addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  const served = serve(port as unknown as Port, {
    hasWebGpu,
    createEngine: (model, options) =>
      share.acquire(shareKey(model, options), options, (shared) =>
        // A tab that lent a thread may close while others wait for the load: hash here.
        createLocalEngine(model, { ...options, ...shared, startHashThread: undefined }),
      ),
  });
  port.addEventListener("message", ({ data }: MessageEvent<ToHost>) => {
    if (data.kind === "tab") void navigator.locks.request(data.lock, () => served.close());
  });
  port.start();
  void presence.then(({ name: lock }) => port.postMessage({ kind: "hello", lock } satisfies ToClient));
});
