// Plain data of the engine as a template's values: a whole number that is exact counts as int. It may contain dicts that
// parse-json.ts has read.

import { Dict, type Value } from "./values.ts";

/** `seen` gets the number of characters in all texts. Functions and other things that JSON does not have are left out. */
export function fromJson(data: unknown, seen: { characters: number }): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === "boolean") return data;
  if (typeof data === "number") return Number.isSafeInteger(data) ? BigInt(data) : data;
  if (typeof data === "string") {
    seen.characters += data.length;
    return data;
  }
  if (Array.isArray(data)) return data.map((item) => fromJson(item, seen));
  if (data instanceof Dict) return counted(data, seen);
  const dict = new Dict();
  for (const [key, value] of Object.entries(data))
    if (value !== undefined && typeof value !== "function") {
      seen.characters += key.length;
      dict.set(key, fromJson(value, seen));
    }
  return dict;
}

/** A value that is one already. */
function counted(value: Value, seen: { characters: number }): Value {
  if (typeof value === "string") seen.characters += value.length;
  else if (Array.isArray(value)) for (const item of value) counted(item, seen);
  else if (value instanceof Dict)
    for (const [key, inner] of value.entries()) {
      counted(key, seen);
      counted(inner, seen);
    }
  return value;
}
