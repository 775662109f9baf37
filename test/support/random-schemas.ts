// Random JSON Schemas, each satisfiable: with every keyword that pronk obeys, nested and recursive. `format`s are
// ajv-formats' names.

import { pick, wholeBelow } from "../long/proof.ts";

export type JsonSchema = Record<string, unknown>;
type Random = () => number;

const names = ["id", "name", "value", "items", "größe", "a b", 'q"t', "next", "x/y", "kind", "list", "note"];
const words = ["red", "green", "blue", "ein Wort", 'with "quotes"', "tab\tand\nline", "é", "日本", "😀", ""];
const patterns = ["^[a-z]{2,5}$", "^\\d{3}-\\d{4}$", "b+", "^(?:ab|cd)*e?$", "^[^x]{0,4}$", "^\\w+ \\w+$", "^(?!no)[a-z]{3}$", "^\\p{Lu}\\S{1,3}$", "\\.$"]; // prettier-ignore
const formats = ["date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"];

/** All `definitions` are in `$defs`; some refer to themselves. */
export function randomSchema(random: Random): JsonSchema {
  const definitions = wholeBelow(random, 3);
  const known = Array.from({ length: definitions }, (_, at) => `#/$defs/d${at}`);
  const write = new SchemaWriter(random, known);
  const root = random() < 0.7 ? write.object(0) : write.any(0);
  const $defs = Object.fromEntries(known.map((_, at) => [`d${at}`, write.definition(at)]));
  return definitions > 0 ? { ...root, $defs } : root;
}

class SchemaWriter {
  readonly #random: Random;
  readonly #references: readonly string[];

  constructor(random: Random, references: readonly string[]) {
    this.#random = random;
    this.#references = references;
  }

  any(depth: number): JsonSchema {
    const random = this.#random;
    const leaves = [this.#string, this.#string, this.#number, this.#number, this.#listed, this.#plain];
    const nests = [this.object, this.#array, this.#either, this.#both, this.#reference];
    const kinds = depth < 3 && random() < 0.5 ? nests : leaves;
    return pick(random, kinds).call(this, depth + 1);
  }

  /** Nothing required in it is a reference, so that something fits. */
  definition(at: number): JsonSchema {
    const random = this.#random;
    const on = { $ref: this.#references[wholeBelow(random, this.#references.length)] };
    const self = random() < 0.5 ? { anyOf: [{ type: "null" }, on] } : { type: "array", items: on, maxItems: 2 };
    return {
      type: "object",
      properties: { [`v${at}`]: this.#listed(), on: self },
      required: random() < 0.5 ? ["on"] : [`v${at}`],
      additionalProperties: false,
    };
  }

  object(depth: number): JsonSchema {
    const random = this.#random;
    const own = names.filter(() => random() < 0.25);
    const properties = Object.fromEntries(own.map((name) => [name, this.any(depth)]));
    const strict = random() < 0.6;
    const additionalProperties = strict ? false : random() < 0.5 ? this.#plain() : undefined;
    const required = random() < 0.5 ? own : own.filter(() => random() < 0.5);
    return {
      type: "object",
      properties,
      required,
      ...(additionalProperties !== undefined && { additionalProperties }),
    };
  }

  #array(depth: number): JsonSchema {
    const random = this.#random;
    const minItems = wholeBelow(random, 3);
    const leading = random() < 0.3 ? { prefixItems: [this.any(depth), this.#listed()], minItems: 2 } : { minItems };
    const maxItems = random() < 0.5 ? { maxItems: 2 + wholeBelow(random, 3) } : {};
    return { type: "array", items: this.any(depth), ...leading, ...maxItems };
  }

  #either(depth: number): JsonSchema {
    const random = this.#random;
    return { anyOf: Array.from({ length: 1 + wholeBelow(random, 3) }, () => this.any(depth)) };
  }

  #both(depth: number): JsonSchema {
    const random = this.#random;
    switch (wholeBelow(random, 3)) {
      case 0:
        return {
          allOf: [{ type: "string", minLength: wholeBelow(random, 4) }, { maxLength: 4 + wholeBelow(random, 5) }],
        };
      case 1:
        return {
          type: ["integer", "string"],
          allOf: [{ minimum: -20 }, { exclusiveMaximum: wholeBelow(random, 100) }],
        };
      default: {
        const left = { type: "object", properties: { left: this.any(depth) }, required: ["left"] };
        const right = { properties: { right: this.any(depth) }, additionalProperties: this.#plain() };
        return { allOf: [left, { ...right, properties: { ...right.properties, left: {} } }] };
      }
    }
  }

  #reference(depth: number): JsonSchema {
    return this.#references.length > 0 ? { $ref: pick(this.#random, this.#references) } : this.object(depth);
  }

  #plain(): JsonSchema {
    return pick(this.#random, [
      { type: "boolean" },
      { type: "null" },
      { type: ["string", "null"] },
      { type: "integer" },
      { type: "number" },
      { type: "string", title: "a remark", description: "says nothing" },
    ]);
  }

  #listed(): JsonSchema {
    const random = this.#random;
    const values = words.filter(() => random() < 0.3);
    if (random() < 0.3) return { const: pick(random, [...words, 12, -0.5, true, null, [1, "a"], { a: { b: [] } }]) };
    return random() < 0.3 ? { enum: [...values, 1, null, false] } : { type: "string", enum: [...values, "last"] };
  }

  #string(): JsonSchema {
    const random = this.#random;
    const minLength = wholeBelow(random, 5);
    switch (wholeBelow(random, 4)) {
      case 0:
        return { type: "string", pattern: pick(random, patterns) };
      case 1:
        return { type: "string", format: pick(random, formats) };
      case 2:
        return { type: "string", minLength, maxLength: minLength + wholeBelow(random, 20) };
      default:
        return { type: "string", pattern: pick(random, ["a", "^[a-c ]*$", "[0-9]"]), minLength: 1 + minLength };
    }
  }

  #number(): JsonSchema {
    const random = this.#random;
    const bound = () => (wholeBelow(random, 4001) - 2000) / pick(random, [1, 10, 1000]);
    const [low, high] = [bound(), bound()].sort((a, b) => a - b);
    switch (wholeBelow(random, 5)) {
      case 0:
        return { type: "integer", minimum: Math.floor(low), maximum: Math.ceil(high) };
      case 1:
        return { type: "number", exclusiveMinimum: low, exclusiveMaximum: high + 1 };
      case 2:
        return { type: "number", minimum: low };
      case 3:
        return { type: "integer", maximum: Math.ceil(high), multipleOf: 1 + wholeBelow(random, 40) };
      default:
        return { type: "integer", exclusiveMinimum: Math.floor(low), exclusiveMaximum: Math.floor(low) + 2 + wholeBelow(random, 90) }; // prettier-ignore
    }
  }
}
