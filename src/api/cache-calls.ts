// engine.cache over one function, as it is answered here, in a worker, or by nobody.

import type { EngineCache } from "./surface.ts";

export type CacheCall = keyof EngineCache;

/** `name` is "" for a call that has none. */
export type AskCache = (does: CacheCall, name: string) => Promise<unknown>;

export const cacheCalls = (ask: AskCache) =>
  ({
    save: (name) => ask("save", name),
    restore: (name) => ask("restore", name),
    list: () => ask("list", ""),
    delete: (name) => ask("delete", name),
  }) as EngineCache;
