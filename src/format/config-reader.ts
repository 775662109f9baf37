// The way to what reads config.json: a part of its own, since a start from the store needs none.

import { onDemand } from "../on-demand.ts";

export const configReader = onDemand("reads config.json", () => import("./config.ts"));
