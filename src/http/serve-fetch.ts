// serveFetch: an engine answers `/v1/…` of the application's own origin, through its service worker. What does this is
// loaded on the first call.

import type { Engine } from "../api/surface.ts";
import { onDemand } from "../on-demand.ts";
import type { ServedFetch } from "./serving-page.ts";

export type { ServedFetch };

const servingPage = onDemand("answers for a service worker", () => import("./serving-page.ts"));

/**
 * From now on any script under the scope of this page's service worker, which imports `pronk/service-worker`, can fetch
 * `/v1/…` (relative to the scope) and is answered as by `engine.fetch`: streams, errors, aborts. Of several pages that serve,
 * the first to respond answers; where none is open, the answer is a 503 that says so. It ends with the engine. Rejects with
 * PronkError `bad-request` where the page has no service worker, and with the engine's reason where the engine has ended.
 */
export async function serveFetch(engine: Pick<Engine, "fetch" | "ended">): Promise<ServedFetch> {
  return (await servingPage()).serveOnPage(engine);
}
