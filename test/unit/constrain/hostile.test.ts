// Schemas and grammars made to take forever: each is read and followed for some steps, or refused by name. Nothing here looks at
// the clock: what is bounded is how much is made, and a hang would still be seen.

import { expect, test } from "vitest";
import type { Wanted } from "../../../src/constrain/constraint.ts";
import { byteConstraint } from "../../support/byte-vocabulary.ts";
import { rejection } from "../../support/rejection.ts";
import { hasBit } from "../../support/token-bits.ts";

function nested(depth: number, around: (inner: object) => object): object {
  let schema: object = { type: "null" };
  for (let level = 0; level < depth; level++) schema = around(schema);
  return schema;
}

/** Continues with the last allowed byte, again and again. */
function follow(wanted: Wanted, steps: number): void {
  const constraint = byteConstraint(wanted);
  for (let state = constraint.start, step = 0; step < steps; step++) {
    const mask = constraint.mask(state);
    let byte = 255;
    while (byte >= 0 && !hasBit(mask, byte)) byte--;
    if (byte < 0) return;
    state = constraint.next(state, byte)!;
  }
}

const string = (more: object): Wanted => ({ schema: { type: "string", ...more } });

const followed: Record<string, Wanted> = {
  "very long strings": string({ minLength: 1e9 }),
  "long strings by a pattern": string({ minLength: 3000, pattern: "^[a-z]*$" }),
  "counts of counts": string({ pattern: "^(((a{1000}){1000}){1000})$" }),
  "counts of what may be empty": string({ pattern: "((a?){1000}){1000}", maxLength: 5000 }),
  "a pattern of 2^1000 states": string({ pattern: "^(?:a|b)*a(?:a|b){1000}$" }),
  "very many items": { schema: { type: "array", items: { type: "integer" }, minItems: 1e9 } },
  "many properties, none needed": {
    schema: { properties: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`p${at}`, {}])), type: "object" },
  },
  "a grammar that counts": { grammar: 'root ::= ("a" | "b"){999999999}' },
  "a grammar with many ways to read the same": { grammar: 'root ::= s\ns ::= "a" s "b" | "a" s "c" | "a" s s | ""' },
  "repetitions of repetitions": { grammar: 'root ::= ((("a"*)*)*)+ "b"' },
};

test.each(Object.entries(followed))("followed: %s", (_, wanted) => {
  follow(wanted, 40);
});

const refused: Record<string, [Wanted, RegExp]> = {
  "lists in lists": [{ schema: nested(5000, (items) => ({ type: "array", items })) }, /deep/],
  "allOf in allOf": [{ schema: nested(5000, (inner) => ({ allOf: [inner] })) }, /deep/],
  "anyOf in anyOf": [{ schema: nested(5000, (inner) => ({ anyOf: [inner] })) }, /deep/],
  "choices that combine": [
    {
      schema: {
        allOf: Array.from({ length: 12 }, (_, at) => ({
          anyOf: Array.from({ length: 10 }, (_n, value) => ({ properties: { [`p${at}`]: { const: value } } })),
        })),
      },
    },
    /combine to too many|more than 100000 parts/,
  ],
  "a string whose length and pattern need a long look": [string({ minLength: 1e6, pattern: "^[a-z]*$" }), /too many states|more than 100000 parts/],
  "a long list": [{ schema: { enum: Array.from({ length: 1001 }, (_, at) => at) } }, /more than 1000/],
  "brackets in brackets": [{ grammar: `root ::= ${"(".repeat(50_000)}"a"${")".repeat(50_000)}` }, /deep/],
  "groups in groups": [string({ pattern: `${"(".repeat(50_000)}a${")".repeat(50_000)}` }), /deep/],
  "rules that begin with rules": [
    { grammar: `${Array.from({ length: 3000 }, (_, at) => `r${at} ::= r${at + 1} "a"`).join("\n")}\nr3000 ::= "b"\nroot ::= r0` },
    /deep/,
  ],
  "a very long grammar": [{ grammar: `root ::= "${"x".repeat(500_000)}"` }, /more than 100000 parts/],
}; // prettier-ignore

test.each(Object.entries(refused))("refused: %s", async (_, [wanted, said]) => {
  const error = await rejection(async () => follow(wanted, 1));
  expect(error).toMatchObject({
    code: "bad-request",
    facts: { field: "response_format", found: expect.stringMatching(said) },
  });
});
