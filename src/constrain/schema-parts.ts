// A JSON Schema taken apart: what its keywords may say, and which parts hold together at a place. `$ref` and `allOf` are
// followed, `anyOf` becomes choices. What its parts mean as text, schema.ts says.

import { isObject } from "../json-bytes.ts";
import { UnusableSchema } from "./unusable.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Part of a schema and where it stands in it. */
export interface Part {
  readonly schema: Schema;
  /** A JSON pointer. */
  readonly path: string;
}

/** What holds at one place: all of `parts` by themselves, and one from each list of choices. */
export interface Conjunction {
  readonly parts: readonly Part[];
  readonly choices: readonly (readonly Part[])[];
}

const deepestSchema = 100;
const longestList = 1000; // OpenAI's for an enum; its own for properties is 5,000 in all

type Check = "any" | "string" | "count" | "number" | "boolean" | "list" | "strings" | "schema" | "schemas" | "named";
/** What is obeyed. */
const keywords: Readonly<Record<string, Check>> = {
  type: "any",
  enum: "list",
  const: "any",
  properties: "named",
  required: "strings",
  additionalProperties: "schema",
  items: "schema",
  prefixItems: "schemas",
  minItems: "count",
  maxItems: "count",
  pattern: "string",
  format: "string",
  minLength: "count",
  maxLength: "count",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "number",
  $ref: "string",
  anyOf: "schemas",
  oneOf: "schemas",
  allOf: "schemas",
  $defs: "named",
  definitions: "named",
};
/** What says nothing about which values are valid. */
const remarks = new Set([
  ...["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly"],
  ...["writeOnly", "discriminator", "contentMediaType", "contentEncoding"],
]);

const fits: Readonly<Record<Check, (value: unknown) => boolean>> = {
  any: () => true,
  string: (value) => typeof value === "string",
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  list: (value) => Array.isArray(value) && value.length > 0,
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  schema: (value) => isObject(value) || typeof value === "boolean",
  schemas: (value) => Array.isArray(value) && value.length > 0,
  named: isObject,
};
const expected: Readonly<Record<Check, string>> = {
  any: "anything",
  string: "a string",
  count: "a whole number from 0 on",
  number: "a number",
  boolean: "true or false",
  list: "a list that is not empty",
  strings: "a list of strings",
  schema: "a schema",
  schemas: "a list of schemas that is not empty",
  named: "an object of schemas",
};

export class SchemaParts {
  readonly #root: unknown;
  readonly #checked = new Set<Schema>();
  readonly #choices = new Map<unknown[], readonly Part[]>();

  constructor(root: unknown) {
    this.#root = root;
  }

  /** All of them together, with `$ref` and `allOf` followed; undefined where one of them is `false`. */
  conjunction(given: readonly Part[]): Conjunction | undefined {
    const parts = new Map<Schema, Part>();
    const choices: (readonly Part[])[] = [];
    const add = (part: Part, under: readonly Schema[]): boolean => {
      const { schema, path } = part;
      if (under.includes(schema)) throw new UnusableSchema(path, "the schema refers to itself and to nothing else");
      if (under.length > deepestSchema)
        throw new UnusableSchema(path, `$ref and allOf more than ${deepestSchema} deep`);
      if (schema === refused) return false;
      this.#check(part);
      if (parts.has(schema)) return true;
      parts.set(schema, part);
      const within = [...under, schema];
      if (schema.$ref !== undefined && !add(this.#target(schema.$ref as string, path), within)) return false;
      for (const name of ["anyOf", "oneOf"] as const) {
        const list = schema[name] as unknown[] | undefined;
        if (list) choices.push(this.#choicesOf(list, `${path}/${name}`));
      }
      return childrenOf((schema.allOf ?? []) as unknown[], `${path}/allOf`).every((child) => add(child, within));
    };
    return given.every((part) => add(part, [])) ? { parts: [...parts.values()], choices } : undefined;
  }

  /** The same list each time, so that a place met again is recognised. */
  #choicesOf(list: unknown[], path: string): readonly Part[] {
    let choices = this.#choices.get(list);
    if (!choices) this.#choices.set(list, (choices = childrenOf(list, path)));
    return choices;
  }

  /** Of a `$ref`. */
  #target(reference: string, path: string): Part {
    if (!/^#(\/|$)/.test(reference))
      throw new UnusableSchema(
        `${path}/$ref`,
        `$ref leads to ${JSON.stringify(reference)}; places in the schema itself begin with #/`,
      );
    let target = this.#root;
    for (const step of reference.split("/").slice(1)) {
      const key = unescaped(step).replaceAll("~1", "/").replaceAll("~0", "~");
      target =
        (isObject(target) || Array.isArray(target)) && Object.hasOwn(target, key) ? (target as Schema)[key] : undefined;
    }
    if (!fits.schema(target))
      throw new UnusableSchema(`${path}/$ref`, `$ref leads to ${JSON.stringify(reference)}, where no schema is`);
    return { schema: schemaOf(target), path: reference };
  }

  /** Throws for what is unsupported, or is no schema. */
  #check({ schema, path }: Part): void {
    if (this.#checked.has(schema)) return;
    this.#checked.add(schema);
    for (const [keyword, value] of Object.entries(schema)) {
      if (remarks.has(keyword) || value === undefined) continue;
      const at = `${path}/${pointerStep(keyword)}`;
      if (!Object.hasOwn(keywords, keyword))
        throw new UnusableSchema(at, `the keyword "${keyword.slice(0, 40)}" is not supported`);
      const check = keywords[keyword];
      if (!fits[check](value)) throw new UnusableSchema(at, `"${keyword}" is not ${expected[check]}`);
      const length = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
      if (keyword !== "const" && length > longestList)
        throw new UnusableSchema(at, `"${keyword}" has more than ${longestList} entries`);
    }
    if (schema.oneOf) this.#refuseOverlap(schema.oneOf as unknown[], `${path}/oneOf`);
  }

  /** "Exactly one" needs choices of which no two fit at once: by their types, or by values of a property that all have. */
  #refuseOverlap(list: unknown[], path: string): void {
    const marks = childrenOf(list, path).map(({ schema, path: own }) => {
      const { schema: whole } = typeof schema.$ref === "string" ? this.#target(schema.$ref, own) : { schema };
      return whole;
    });
    marks.forEach((mark, at) => {
      for (const other of marks.slice(0, at))
        if (!areApart(mark, other))
          throw new UnusableSchema(path, '"oneOf" of schemas that may fit at once is not supported; "anyOf" is');
    });
  }
}

const typesOf = ({ type }: Schema): unknown[] | undefined =>
  type === undefined ? undefined : Array.isArray(type) ? type : [type];

function valuesOf(schema: unknown): unknown[] | undefined {
  if (!isObject(schema)) return undefined;
  return "const" in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined;
}

function areApart(a: Schema, b: Schema): boolean {
  const [types, others] = [typesOf(a), typesOf(b)];
  const numeric = (type: unknown) => (type === "integer" ? "number" : type);
  if (types && others && !types.map(numeric).some((type) => others.map(numeric).includes(type))) return true;
  const [values, otherValues] = [valuesOf(a), valuesOf(b)];
  const differ = (some: unknown[], more: unknown[]) =>
    [...some, ...more].every((value) => !isObject(value) && !Array.isArray(value)) &&
    !some.some((value) => more.includes(value));
  if (values && otherValues) return differ(values, otherValues);
  if (!isObject(a.properties) || !isObject(b.properties) || types?.join() !== "object" || others?.join() !== "object")
    return false;
  const [mine, theirs] = [a.properties, b.properties];
  return Object.keys(mine).some((key) => {
    const [some, more] = [valuesOf(mine[key]), valuesOf(Object.hasOwn(theirs, key) ? theirs[key] : undefined)];
    const isNeeded = (schema: Schema) => Array.isArray(schema.required) && schema.required.includes(key);
    return isNeeded(a) && isNeeded(b) && some && more && differ(some, more);
  });
}

export const anything: Schema = {};
/** What `false` stands for. */
export const refused: Schema = {};

export const schemaOf = (value: unknown): Schema => (isObject(value) ? value : value === false ? refused : anything);

export const pointerStep = (key: string): string => key.slice(0, 80).replaceAll("~", "~0").replaceAll("/", "~1");

function childrenOf(list: readonly unknown[], path: string): Part[] {
  return list.map((schema, at) => {
    if (!fits.schema(schema)) throw new UnusableSchema(`${path}/${at}`, "this is no schema");
    return { schema: schemaOf(schema), path: `${path}/${at}` };
  });
}

/** A pointer's step is escaped as in an address; a `%` that escapes nothing is itself. */
function unescaped(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
