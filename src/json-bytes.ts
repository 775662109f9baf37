// The bytes of a JSON file as the object that it must be. What its fields may be is up to its readers. The browser's parser
// can't be interrupted, and its time grows with the number of values: where a page waits, they are counted first.

import { PronkError } from "./errors.ts";

export type JsonObject = Record<string, unknown>;

/**
 * Two and a half times what a model of 80 layers with six tensors per matrix has. That many keys of one object, the slowest
 * case, take 45 ms (V8, two busy cores, 2026-11-28), on a slow machine 110.
 */
export const mostJsonValues = 2 ** 16;

/** Throws where JSON.parse does, and for more values than `most`. */
export function parseJson(text: string, most = mostJsonValues): unknown {
  let values = 1; // or a little more: commas and brackets inside strings count too
  if (most < text.length)
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x2c || code === 0x5b || code === 0x7b) values++; // , [ {
    }
  if (values > most) throw new RangeError(`it has more than ${most} values`);
  return JSON.parse(text);
}

/** Throws PronkError `format` where the bytes are not UTF-8, not JSON, no object, or too many values. */
export function parseJsonObject(file: string, bytes: Uint8Array, most = mostJsonValues): JsonObject {
  let value: unknown;
  try {
    value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), most);
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
