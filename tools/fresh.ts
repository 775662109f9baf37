// `tsx tools/fresh.ts NAME...`: renews those of the named builds that are stale, before a command that uses them.

import { type BuildName, ensureBuilt } from "./stale.ts";

ensureBuilt(process.argv.slice(2) as BuildName[]);
