// Before browser tests start: builds what is stale, once, lest two of them do it at the same time.

import { ensureBuilt } from "../../tools/stale.ts";

export function setup(): void {
  ensureBuilt(["library", "types", "demo", "harness", "runner", "clients"]);
}
