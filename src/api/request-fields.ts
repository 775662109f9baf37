// Checks on single fields of a request: null and undefined mean "not given", anything else must be right or the caller
// gets a bad-request that names the field, what was expected and what was found. Which fields there are: known-fields.ts.

import { PronkError } from "../errors.ts";

/** Any field by name; requests come from JavaScript too, so no type is trusted. */
export type Fields = Readonly<Record<string, unknown>>;

export function badField(field: string, expected: string, found: unknown): PronkError {
  const shown = describe(found);
  return new PronkError(
    "bad-request",
    `"${field}" must be ${expected}; found ${shown}. Correct the field and try again.`,
    {
      field,
      expected,
      found: shown,
    },
  );
}

export interface NumberRule {
  min?: number;
  /** The minimum itself is not allowed. */
  aboveMin?: boolean;
  max?: number;
  integer?: boolean;
}

export function numberField(fields: Fields, field: string, rule: NumberRule = {}): number | undefined {
  const value = fields[field] ?? undefined;
  if (value === undefined) return undefined;
  const { min = -Infinity, max = Infinity } = rule;
  const right =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (!rule.integer || Number.isSafeInteger(value)) &&
    (rule.aboveMin ? value > min : value >= min) &&
    value <= max;
  if (!right) throw badField(field, expectation(rule), value);
  return value;
}

export function booleanField(fields: Fields, field: string): boolean {
  const value = fields[field] ?? false;
  if (typeof value !== "boolean") throw badField(field, "true or false", value);
  return value;
}

/** The request itself, as fields. */
export function requestFields(request: unknown): Fields {
  if (typeof request !== "object" || request === null || Array.isArray(request))
    throw badField("request", "an object with the fields of the call", request);
  return request as Fields;
}

function expectation({ min, aboveMin, max, integer }: NumberRule): string {
  const bounds = [];
  if (min !== undefined) bounds.push(`${aboveMin ? "greater than" : "at least"} ${min}`);
  if (max !== undefined) bounds.push(`at most ${max}`);
  return [integer ? "a whole number" : "a finite number", bounds.join(" and ")].filter(Boolean).join(", ");
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return String(value);
}
