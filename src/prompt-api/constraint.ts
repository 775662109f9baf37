// `responseConstraint` as a request's response_format. A RegExp becomes a schema of one string: the model writes it in JSON, and
// what is in the quotes is the answer.

import type { ResponseFormat } from "../index.ts";
import { notSupported } from "./faults.ts";

export interface ReadConstraint {
  format?: ResponseFormat;
  /** The answer so far, out of all that the model has written. */
  shown(written: string): string;
}

const asWritten = (written: string): string => written;

/** Throws a TypeError, or DOMException NotSupportedError. */
export function readConstraint(constraint: object | undefined): ReadConstraint {
  if (constraint === undefined) return { shown: asWritten };
  if (typeof constraint !== "object" || constraint === null)
    throw new TypeError("responseConstraint must be a JSON Schema or a RegExp.");
  if (!(constraint instanceof RegExp)) return { format: bySchema(constraint), shown: asWritten };
  if (constraint.flags !== "")
    throw notSupported(`A RegExp with flags (${constraint.flags}) is not kept to. Leave them out.`);
  return { format: bySchema({ type: "string", pattern: `^(?:${constraint.source})$` }), shown: insideQuotes };
}

const bySchema = (schema: object): ResponseFormat => ({
  type: "json_schema",
  json_schema: { name: "response", schema: schema as Record<string, unknown> },
});

/** The words of a JSON string as far as it is written, without a half-written escape. */
function insideQuotes(written: string): string {
  const [begun = ""] = /^\s*"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*/.exec(written) ?? [];
  return begun === "" ? "" : (JSON.parse(`${begun}"`) as string);
}
