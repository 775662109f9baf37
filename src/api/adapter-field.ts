// The request's `adapter`: which of the engine's LoRAs computes the answer.

import type { EngineCore } from "./engine-core.ts";
import { badField, type Fields } from "./request-fields.ts";

/** Its key; undefined for the model as it is. Throws PronkError bad-request for a name that the engine does not have. */
export function readAdapter({ adapter }: Fields, { adapters = new Map() }: Pick<EngineCore, "adapters">) {
  if (adapter === undefined || adapter === null) return undefined;
  const key = typeof adapter === "string" ? adapters.get(adapter) : undefined;
  if (key !== undefined) return key;
  throw badField("adapter", `a name of createEngine's adapters (${[...adapters.keys()].join(", ")})`, adapter);
}
