// The bytes of a JSON file as the object that it must be. What its fields may be, its readers know.

import { PronkError } from "./errors.ts";

export type JsonObject = Record<string, unknown>;

/** Throws PronkError `format` where the bytes are not UTF-8, not JSON or no object. */
export function parseJsonObject(file: string, bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PronkError(
      "format",
      `"${file}" is not JSON: ${(cause as Error).message}. Fetch the file again.`,
      { file, field: "", expected: "JSON", found: "text that does not parse" },
      { cause },
    );
  }
  if (!isObject(value))
    throw new PronkError("format", `"${file}" is not a JSON object.`, {
      file,
      expected: "object",
      found: typeof value,
    });
  return value;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
