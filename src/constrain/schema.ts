// JSON Schema -> the texts that are valid: for each type that a place may have, what all of its parts allow of it. Properties
// come in the schema's own order, those that it does not name last. Keywords that are not obeyed are refused.

import type { Automaton } from "./automaton.ts";
import { anyCharacter } from "./characters.ts";
import type { Expression } from "./expression.ts";
import { formatPatterns } from "./formats.ts";
import { JsonText } from "./json-text.ts";
import { numberExpression } from "./number-text.ts";
import { patternExpression } from "./pattern.ts";
import {
  anything,
  type Conjunction,
  type Part,
  pointerStep,
  type Schema,
  schemaOf,
  SchemaParts,
} from "./schema-parts.ts";
import { Unusable, UnusableSchema } from "./unusable.ts";

const typeNames = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
type TypeName = (typeof typeNames)[number];

const mostPlaces = 10_000;
const mostCombined = 50; // places where one of several lists of choices is taken, in a schema whose choices were combined
const deepest = 200;

/** Texts of JSON that are valid. Throws UnusableSchema, which says where. */
export function schemaExpression(automaton: Automaton, schema: unknown): Expression {
  return new SchemaReader(automaton, schema).read([{ schema: schemaOf(schema), path: "#" }]);
}

class SchemaReader {
  readonly #automaton: Automaton;
  readonly #json: JsonText;
  readonly #parts: SchemaParts;
  readonly #known = new Map<string, Expression>();
  readonly #numbers = new Map<Schema | readonly Part[], number>();
  #depth = 0;
  #combined = 0;

  constructor(automaton: Automaton, root: unknown) {
    this.#automaton = automaton;
    this.#json = new JsonText(automaton);
    this.#parts = new SchemaParts(root);
  }

  /** Where all of these hold. */
  read(parts: readonly Part[]): Expression {
    const conjunction = this.#parts.conjunction(parts);
    return conjunction ? this.#all(conjunction) : this.#automaton.expressions.none;
  }

  #all(conjunction: Conjunction): Expression {
    const { expressions } = this.#automaton;
    const { parts, choices } = conjunction;
    const path = parts.at(-1)?.path ?? "#";
    const numbered = [...parts.map(({ schema }) => schema), ...choices].map((it) => this.#numberOf(it));
    const key = numbered.toSorted((a, b) => a - b).join();
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size === mostPlaces) throw new UnusableSchema(path, "it has too many places");
    if (choices.length > 1 && ++this.#combined > mostCombined)
      throw new UnusableSchema(path, "its choices combine to too many");
    const rule = this.#automaton.newRule(path);
    const place = expressions.rule(rule);
    this.#known.set(key, place);
    if (++this.#depth > deepest) throw new UnusableSchema(path, `it is more than ${deepest} levels deep`);
    try {
      rule.body = choices.length > 0 ? this.#anyOf(conjunction) : this.#types(parts, path);
    } catch (error) {
      throw error instanceof Unusable && !(error instanceof UnusableSchema)
        ? new UnusableSchema(path, error.message, { cause: error })
        : error;
    }
    this.#depth--;
    return place;
  }

  #numberOf(it: Schema | readonly Part[]): number {
    let number = this.#numbers.get(it);
    if (number === undefined) this.#numbers.set(it, (number = this.#numbers.size));
    return number;
  }

  /** The first list of choices, each together with everything else. */
  #anyOf({ parts, choices: [first, ...others] }: Conjunction): Expression {
    const ways = first.map((choice) => {
      const chosen = this.#parts.conjunction([choice]);
      if (!chosen) return this.#automaton.expressions.none;
      const all = new Map([...parts, ...chosen.parts].map((part) => [part.schema, part]));
      return this.#all({ parts: [...all.values()], choices: [...new Set([...others, ...chosen.choices])] });
    });
    return this.#automaton.expressions.either(ways);
  }

  #types(parts: readonly Part[], path: string): Expression {
    const { expressions } = this.#automaton;
    const types = typesOf(parts);
    const values = valuesOf(parts);
    if (!values) {
      if (types.length === typeNames.length && parts.every(isFree)) return this.#json.value;
      return expressions.either(types.map((type) => this.#type(type, parts)));
    }
    const fitting = values.filter(
      (value) => types.includes(typeOf(value)) || (Number.isInteger(value) && types.includes("integer")),
    );
    const ways = fitting.map((value) => {
      const literal = this.#json.literal(value);
      if (parts.every(isFree)) return literal;
      if (typeof value === "object" && value !== null)
        throw new UnusableSchema(
          path,
          "enum or const with an object or a list, and other keywords beside it, is not supported",
        );
      return this.#automaton.both([literal, this.#type(typeOf(value), parts)]);
    });
    return expressions.either(ways);
  }

  #type(type: TypeName, parts: readonly Part[]): Expression {
    const { expressions } = this.#automaton;
    switch (type) {
      case "null":
        return expressions.literal("null");
      case "boolean":
        return expressions.either([expressions.literal("true"), expressions.literal("false")]);
      case "string":
        return this.#string(parts);
      case "number":
      case "integer":
        return this.#number(parts, type === "integer");
      case "array":
        return this.#array(parts);
      case "object":
        return this.#object(parts);
    }
  }

  #string(parts: readonly Part[]): Expression {
    const { expressions } = this.#automaton;
    const write = this.#json.inString;
    const least = Math.max(0, ...numbers(parts, "minLength"));
    const most = Math.min(Infinity, ...numbers(parts, "maxLength"));
    const asked: Expression[] = [];
    for (const { schema, path } of parts) {
      const patterns = [schema.pattern as string | undefined];
      if (schema.format !== undefined) {
        const format = schema.format as string;
        if (!Object.hasOwn(formatPatterns, format))
          throw new UnusableSchema(`${path}/format`, `the format "${format.slice(0, 40)}" is not supported`);
        patterns.push(formatPatterns[format]);
      }
      for (const pattern of patterns)
        if (pattern !== undefined) asked.push(patternExpression(this.#automaton, pattern, write));
    }
    if (most < least) return expressions.none;
    if (least > 0 || most < Infinity) asked.push(expressions.repeat(write(anyCharacter), least, most));
    if (asked.length === 0) return this.#json.anyString;
    return this.#json.string(asked.length === 1 ? asked[0] : this.#automaton.both([this.#json.anyContent, ...asked]));
  }

  #number(parts: readonly Part[], isInteger: boolean): Expression {
    const highest = (name: string) => Math.max(-Infinity, ...numbers(parts, name));
    const lowest = (name: string) => Math.min(Infinity, ...numbers(parts, name));
    const min = Math.max(highest("minimum"), highest("exclusiveMinimum"));
    const max = Math.min(lowest("maximum"), lowest("exclusiveMaximum"));
    for (const { schema, path } of parts)
      if (schema.multipleOf !== undefined && !((schema.multipleOf as number) > 0))
        throw new UnusableSchema(`${path}/multipleOf`, '"multipleOf" is not above 0');
    return numberExpression(this.#automaton, {
      min: min === -Infinity ? undefined : min,
      max: max === Infinity ? undefined : max,
      aboveMin: highest("exclusiveMinimum") === min,
      belowMax: lowest("exclusiveMaximum") === max,
      multiples: numbers(parts, "multipleOf"),
      isInteger,
    });
  }

  #array(parts: readonly Part[]): Expression {
    const { expressions } = this.#automaton;
    const least = Math.max(0, ...numbers(parts, "minItems"));
    const most = Math.min(Infinity, ...numbers(parts, "maxItems"));
    if (most < least) return expressions.none;
    const leading = Math.min(
      most,
      Math.max(0, ...parts.map(({ schema }) => (schema.prefixItems as unknown[] | undefined)?.length ?? 0)),
    );
    const itemAt = (at: number): Expression =>
      this.read(
        parts.flatMap(({ schema, path }) => {
          const list = (schema.prefixItems ?? []) as unknown[];
          const own =
            at < list.length
              ? { of: list[at], path: `${path}/prefixItems/${at}` }
              : { of: schema.items, path: `${path}/items` };
          return own.of === undefined ? [] : [childOf(own.of, own.path)];
        }),
      );
    const others = itemAt(leading);
    if (leading === 0) return this.#json.array(others, least, most);
    const behind = expressions.sequence(this.#json.comma, others);
    let after = expressions.repeat(behind, Math.max(0, least - leading), most - leading);
    // Each may be the last one, once there are enough.
    for (let at = leading - 1; at >= 0; at--) {
      const item =
        at > 0 ? expressions.sequence(this.#json.comma, itemAt(at), after) : expressions.sequence(itemAt(at), after);
      after = at >= least ? expressions.optional(item) : item;
    }
    return this.#json.bracketed(after);
  }

  #object(parts: readonly Part[]): Expression {
    const { expressions } = this.#automaton;
    const json = this.#json;
    const names = new Set<string>();
    const required = new Set<string>();
    for (const { schema } of parts) {
      for (const name of Object.keys((schema.properties ?? {}) as Schema)) names.add(name);
      for (const name of (schema.required ?? []) as string[]) required.add(name);
    }
    for (const name of required) names.add(name);
    const valueOf = (name: string | undefined): Expression =>
      this.read(
        parts.flatMap(({ schema, path }) => {
          const own = (schema.properties ?? {}) as Schema;
          if (name !== undefined && Object.hasOwn(own, name))
            return [childOf(own[name], `${path}/properties/${pointerStep(name)}`)];
          return schema.additionalProperties === undefined
            ? []
            : [childOf(schema.additionalProperties, `${path}/additionalProperties`)];
        }),
      );
    const known = [...names].map((name) => json.key(name));
    const otherName =
      known.length === 0
        ? json.anyString
        : this.#automaton.both([json.string(json.anyContent), expressions.not(expressions.either(known))]);
    const other = json.member(otherName, valueOf(undefined));
    // From the last to the first: what follows where something stands before it, and where nothing does.
    let behind = expressions.repeat(expressions.sequence(json.comma, other), 0);
    let first = json.listed(other, 0, Infinity);
    for (const name of [...names].toReversed()) {
      const member = json.member(json.key(name), valueOf(name));
      const [withComma, alone] = [
        expressions.sequence(json.comma, member, behind),
        expressions.sequence(member, behind),
      ];
      [behind, first] = required.has(name)
        ? [withComma, alone]
        : [expressions.either([withComma, behind]), expressions.either([alone, first])];
    }
    return json.braced(first);
  }
}

const numbers = (parts: readonly Part[], keyword: string): number[] =>
  parts.flatMap(({ schema }) => (schema[keyword] === undefined ? [] : [schema[keyword] as number]));

function childOf(value: unknown, path: string): Part {
  const schema = schemaOf(value);
  if (schema === anything && value !== true) throw new UnusableSchema(path, "this is no schema");
  return { schema, path };
}

/** Types that all of them allow. Of an integer's, "number" says nothing more. */
function typesOf(parts: readonly Part[]): TypeName[] {
  let types: readonly TypeName[] = typeNames.filter((type) => type !== "integer");
  for (const { schema, path } of parts) {
    if (schema.type === undefined) continue;
    const own = (Array.isArray(schema.type) ? schema.type : [schema.type]) as TypeName[];
    const wrong = own.find((type) => !typeNames.includes(type));
    if (wrong !== undefined) throw new UnusableSchema(`${path}/type`, `"type" is none of ${typeNames.join(", ")}`);
    const allows = (type: TypeName) => own.includes(type) || (type === "integer" && own.includes("number"));
    types = [
      ...types.filter(allows),
      ...(types.includes("number") && own.includes("integer") && !own.includes("number") ? (["integer"] as const) : []),
    ];
  }
  return [...types];
}

function typeOf(value: unknown): TypeName {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as TypeName;
}

/** Values that all lists have; undefined without a list. */
function valuesOf(parts: readonly Part[]): unknown[] | undefined {
  let values: unknown[] | undefined;
  for (const { schema } of parts) {
    const lists = [schema.enum as unknown[] | undefined, "const" in schema ? [schema.const] : undefined];
    for (const list of lists) {
      if (!list) continue;
      const texts = new Set(list.map((value) => JSON.stringify(value)));
      values = values ? values.filter((value) => texts.has(JSON.stringify(value))) : list;
    }
  }
  return values;
}

const constraining =
  /^(items|prefixItems|properties|required|additionalProperties|min|max|exclusive|pattern|format|multiple)/;

/** Says nothing about a value but its type or which it is. */
const isFree = ({ schema }: Part): boolean => !Object.keys(schema).some((keyword) => constraining.test(keyword));
