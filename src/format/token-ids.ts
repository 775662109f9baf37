// Ids of tokens in a JSON file's field.

import type { JsonFile } from "./json-file.ts";
import { sizeLimits } from "./size-limits.ts";

/** One id, a list of ids, or nothing; some old files write -1 for nothing. */
export function readIds(json: JsonFile, field: string): number[] {
  const value = json.get(field);
  const ids = value === undefined || value === -1 ? [] : Array.isArray(value) ? value : [value];
  if (!ids.every((id) => Number.isInteger(id) && id >= 0 && id < sizeLimits.vocab))
    throw json.wrong(field, "a token id or a list of them", value);
  return ids;
}
