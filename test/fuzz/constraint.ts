// What answers are constrained to: JSON Schemas of every keyword that is read, with values of other kinds in them, and grammars
// drawn from GBNF's own. What is read is followed for some bytes: something may come next, or the text may end.

import { PronkError } from "../../src/errors.ts";
import type { Wanted } from "../../src/constrain/constraint.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { byteConstraint } from "../support/byte-vocabulary.ts";
import { randomSchema } from "../support/random-schemas.ts";
import { hasBit } from "../support/token-bits.ts";
import { otherText } from "./extremes.ts";
import { type Json, jsonBytes, mutateJson } from "./mutate-json.ts";
import { drawnPattern } from "./pattern.ts";
import {
  between,
  chance,
  demand,
  type FuzzInput,
  type FuzzReader,
  isJson,
  type Random,
  utf8,
  wholeShare,
} from "./reader.ts";

const schemaPath = "schema.json";
const grammarPath = "answer.gbnf";
const steps = 24;
const endId = 256; // of byteConstraint

function follow(wanted: Wanted, random: Random): void {
  const constraint = byteConstraint(wanted);
  for (let state = constraint.start, step = 0; step < steps; step++) {
    const mask = constraint.mask(state);
    const allowed = Array.from({ length: endId }, (_, byte) => byte).filter((byte) => hasBit(mask, byte));
    demand(allowed.length > 0 || hasBit(mask, endId), "nothing may come next, and the text may not end");
    demand(hasBit(mask, endId) === constraint.mayEnd(state), "the mask and the state do not agree about the end");
    if (allowed.length === 0) return;
    const next = constraint.next(state, pick(random, allowed));
    demand(next !== undefined, "a token that is allowed leads nowhere");
    state = next;
  }
}

export const schemaReader: FuzzReader = {
  name: "schema",
  make(random) {
    const schema = randomSchema(random) as Json;
    const isWhole = chance(random, wholeShare);
    const mutated = isWhole
      ? schema
      : mutateJson(chance(random, 0.1) ? { pattern: drawnPattern(random) } : schema, random);
    const bytes = isWhole ? utf8(JSON.stringify(schema)) : jsonBytes(mutated, random);
    return { files: new Map([[schemaPath, bytes]]), must: isWhole ? "read" : undefined };
  },
  use({ files }, random, pass) {
    const bytes = files.get(schemaPath)!;
    // Text that isn't JSON doesn't get this far: callers give an object.
    if (!isJson(bytes)) throw new PronkError("bad-request", "no JSON");
    pass();
    follow({ schema: JSON.parse(new TextDecoder().decode(bytes)) }, random);
  },
};

const names = ["root", "a", "b", "ws", "rule-1"];
const atoms = ['"x"', '"\\n"', '"\\u00e9"', "[a-z]", "[^\\n]", "[\\x41-\\x5a]", ".", '""', "[é-ü]", '"é🦙"'];
const counts = ["?", "*", "+", "{2}", "{1,3}", "{0,}", "{0}", "{,2}", "{3,2}", "{99999}", `{${"9".repeat(30)}}`];

function drawnGrammar(random: Random): string {
  const rules = names.slice(0, between(random, 1, names.length));
  const choice = (depth: number): string => {
    const sequence = () => {
      const part = () => {
        const way = random();
        if (depth > 0 && way < 0.25) return `(${choice(depth - 1)})`;
        return way < 0.45 ? pick(random, rules) : pick(random, atoms);
      };
      const parts = Array.from({ length: between(random, 1, 4) }, part);
      return parts.map((text) => (chance(random, 0.3) ? text + pick(random, counts) : text)).join(" ");
    };
    return Array.from({ length: between(random, 1, 3) }, sequence).join(" | ");
  };
  return rules.map((name) => `${name} ::= ${choice(3)}${chance(random, 0.1) ? " # why" : ""}`).join("\n");
}

const wholeGrammars = [
  'root ::= "yes" | "no"',
  'root ::= item ("," item)*\nitem ::= [a-z]{2,5} ws\nws ::= " "?',
  'root ::= "(" root ")" | "x"',
];

export const grammarReader: FuzzReader = {
  name: "grammar",
  make(random): FuzzInput {
    const isWhole = chance(random, wholeShare);
    const drawn = drawnGrammar(random);
    const at = wholeBelow(random, drawn.length + 1);
    const broken = chance(random, 0.5) ? otherText(drawn, random) : drawn.slice(0, at) + pick(random, ["|", ")", "[", '"', "::=", "\0", "{"]) + drawn.slice(at); // prettier-ignore
    const text = isWhole ? pick(random, wholeGrammars) : chance(random, 0.4) ? broken : drawn;
    return { files: new Map([[grammarPath, utf8(text)]]), must: isWhole ? "read" : undefined };
  },
  use({ files }, random, pass) {
    pass();
    follow({ grammar: new TextDecoder().decode(files.get(grammarPath)) }, random);
  },
};
