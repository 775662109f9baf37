// Plain data of the engine as a template's values. JSON knows one kind of number: a whole one that is exact counts as int.

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
  const dict = new Dict();
  for (const [key, value] of Object.entries(data))
    if (value !== undefined && typeof value !== "function") {
      seen.characters += key.length;
      dict.set(key, fromJson(value, seen));
    }
  return dict;
}
