// A JSON file as checked fields: each getter names file and field when the value is not what it must be.

import { briefly, PronkError } from "../errors.ts";
import { isObject, parseJsonObject } from "../json-bytes.ts";

export class JsonFile {
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(file: string, fields: Record<string, unknown>, path = "") {
    this.file = file;
    this.fields = fields;
    this.#path = path;
  }

  static parse(file: string, bytes: Uint8Array): JsonFile {
    return new JsonFile(file, parseJsonObject(file, bytes));
  }

  /** The value, with null taken as absent. */
  get(field: string): unknown {
    return Object.hasOwn(this.fields, field) ? (this.fields[field] ?? undefined) : undefined;
  }

  /** A nested object, or undefined. */
  object(field: string): JsonFile | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.wrong(field, "an object", value);
    return new JsonFile(this.file, value, `${this.#path}${field}.`);
  }

  /** A whole number from `min` to `max`; required without a fallback. */
  count(field: string, { min = 1, max, fallback }: { min?: number; max: number; fallback?: number }): number {
    const value = this.get(field) ?? fallback;
    if (value === undefined) throw this.missing(field, `a whole number from ${min} to ${max}`);
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      throw this.wrong(field, `a whole number from ${min} to ${max}`, value);
    return value as number;
  }

  /** A finite number over 0; required without a fallback. */
  positive(field: string, fallback?: number): number {
    const value = this.get(field) ?? fallback;
    if (value === undefined) throw this.missing(field, "a number over 0");
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      throw this.wrong(field, "a number over 0", value);
    return value;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.get(field) ?? fallback;
    if (typeof value !== "boolean") throw this.wrong(field, "true or false", value);
    return value;
  }

  text(field: string): string | undefined {
    const value = this.get(field);
    if (value !== undefined && typeof value !== "string") throw this.wrong(field, "text", value);
    return value as string | undefined;
  }

  missing(field: string, expected: string): PronkError {
    const name = this.#path + field;
    return new PronkError(
      "format",
      `"${this.file}" has no field "${name}"; ${expected} is needed. Take the file from the original repository.`,
      {
        file: this.file,
        field: name,
        expected,
        found: null,
      },
    );
  }

  wrong(field: string, expected: string, found: unknown): PronkError {
    const name = this.#path + field;
    const shown = briefly(found);
    return new PronkError(
      "format",
      `"${this.file}" says "${name}": ${shown}; expected ${expected}. Take the file from the original repository.`,
      {
        file: this.file,
        field: name,
        expected,
        found: shown,
      },
    );
  }

  unsupported(field: string, found: unknown, whatWorks: string): PronkError {
    const name = this.#path + field;
    const shown = briefly(found);
    return new PronkError(
      "model-unsupported",
      `"${this.file}" says "${name}": ${shown}, which this version of pronk does not run. ${whatWorks}`,
      {
        file: this.file,
        field: name,
        expected: whatWorks,
        found: shown,
      },
    );
  }
}
