// Masks against brute force: at each state of random walks every token is tried by a slow, independent reader
// (test/reference/fitting-text.ts). Tokens share beginnings, end within characters, and there are twins.

import { describe, expect, test } from "vitest";
import { Constraint, type Wanted } from "../../../src/constrain/constraint.ts";
import { caseRandom, pick } from "../../long/proof.ts";
import { gbnfOf, type Grammar, grammarReader, schemaReader, standingOf } from "../../reference/fitting-text.ts";
import { everyByte, trieOf } from "../../support/byte-vocabulary.ts";
import { hasBit } from "../../support/token-bits.ts";

const utf8 = new TextEncoder();
const joined = [
  ...['{"', '":', '": ', '","', '"}', "{}", "[]", '["', "],", "}}", " ", "\n", "\n  ", '{"a":', '"a"', '"ab', 'b"', "ab", "abc"],
  ...["true", "tru", "e", "false", "null", "nul", "12", "0.", "-1", "00", "1e", "e+", "99", "\\n", '\\"', "\\u0", "\\", "é", "日本"],
  ...["yes", "no", "xx", "y)", "((", "+", "ab", "a-", "-b", "😀😀", "\t", "end\n"],
]; // prettier-ignore
const broken = ["é", "😀", "日"].flatMap((character) => [utf8.encode(character).slice(0, -1), utf8.encode(character).slice(-1)]); // prettier-ignore
const letters = [...'{}[]",:.-+eE0123456789abcdnxyzu\\/() '];
const vocabulary = [...joined, ...letters, ...broken, Uint8Array.of(0xff), Uint8Array.of(0xed, 0xa0), utf8.encode("a")];
const tokens = vocabulary.map((token) => (typeof token === "string" ? utf8.encode(token) : token));
const trie = trieOf(tokens);
const endId = tokens.length;

/** At some states on random walks through what is allowed, the mask is what the reader says of each token. */
function compare(wanted: Wanted, read: Parameters<typeof standingOf>[0], walks: number): number {
  const constraint = new Constraint(wanted, trie, { endIds: [endId], field: "it" });
  let compared = 0;
  for (let walk = 0; walk < walks; walk++) {
    const random = caseRandom(walk, JSON.stringify(wanted).length);
    let bytes: number[] = [];
    for (let state = constraint.start, step = 0; step < 24; step++) {
      const mask = constraint.mask(state);
      const ids = [...tokens.keys(), endId].filter((id) => hasBit(mask, id));
      const fitting = [...tokens.keys()].filter(
        (id) => standingOf(read, Uint8Array.of(...bytes, ...tokens[id])) !== "fails",
      );
      if (standingOf(read, Uint8Array.from(bytes)) === "fits") fitting.push(endId);
      const said = new TextDecoder().decode(Uint8Array.from(bytes));
      expect(
        ids.map((id) => vocabulary[id] ?? "end"),
        `after ${JSON.stringify(said)}`,
      ).toEqual(fitting.map((id) => vocabulary[id] ?? "end"));
      compared++;
      const on = ids.filter((id) => id !== endId);
      if (on.length === 0) break;
      const id = pick(random, on);
      bytes = [...bytes, ...tokens[id]];
      state = constraint.next(state, id)!;
    }
  }
  return compared;
}

const tree = {
  $ref: "#/$defs/t",
  $defs: {
    t: {
      type: "object",
      properties: { a: { enum: ["ab", 12, null] }, ab: { type: "array", items: { $ref: "#/$defs/t" }, maxItems: 2 } },
      required: ["a"],
      additionalProperties: false,
    },
  },
};

const schemas: [name: string, schema: object, letters: string, longest: number][] = [
  ["any string", { type: "string" }, "a", 1],
  ["words", { enum: ["ab", 'a"b', "abc", "é\n", true, 12, null] }, "", 0],
  ["an object", { type: "object", properties: { a: { type: "boolean" }, ab: { type: "integer" } }, required: ["ab"] }, "a", 1],
  ["a tree", tree, "", 0],
  ["lists", { type: "array", items: { anyOf: [{ type: "number" }, { type: "string", maxLength: 2 }] }, minItems: 1, maxItems: 3 }, "a", 1],
  ["between", { type: "integer", minimum: -12, maximum: 105 }, "", 0],
  ["between, with places", { type: "number", exclusiveMinimum: -1.5, maximum: 9.25 }, "", 0],
  ["long enough", { type: "string", minLength: 2, maxLength: 5 }, "ab", 3],
  ["by a pattern", { type: "string", pattern: "^(?:ab|n)+-?\\d?$" }, "abn-1", 3],
  ["found in it", { type: "string", pattern: "xx|é", maxLength: 4 }, "xaé", 3],
  ["by a pattern and long enough", { type: "string", pattern: "^[ab\\n]*$", minLength: 3, maxLength: 4 }, "ab", 4],
  ["other names", { type: "object", properties: { a: { type: "null" }, ab: { type: "null" } }, additionalProperties: { type: "boolean" } }, "ax", 2],
]; // prettier-ignore

describe("masks are those of brute force", () => {
  test.each(schemas)("%s", (_, schema, endings, longest) => {
    // The reader ignores what a schema does not name, unless told otherwise.
    const closed = "properties" in schema ? { additionalProperties: false, ...schema } : schema;
    expect(compare({ schema: closed }, schemaReader(closed, endings, longest), 6)).toBeGreaterThan(10);
  });

  const digits = { oneOf: "0123456789" };
  const grammars: Record<string, Record<string, Grammar>> = {
    "sums with brackets": {
      root: { all: [{ rule: "term" }, { repeat: { all: [{ text: "+" }, { rule: "term" }] }, min: 0, max: Infinity }] },
      term: { any: [{ repeat: digits, min: 1, max: 3 }, { all: [{ text: "(" }, { rule: "root" }, { text: ")" }] }] },
    },
    "words that begin alike": {
      root: { all: [{ any: [{ text: "ab" }, { text: "abc" }, { text: "é" }, { text: "éa" }] }, { text: "-" }, { rule: "end" }] },
      end: { any: [{ text: "yes" }, { text: "no" }, { text: "" }] },
    },
    "lines of anything": {
      root: { repeat: { all: [{ text: "-" }, { repeat: { oneOf: "\né", not: true }, min: 1, max: 4 }, { text: "\n" }] }, min: 1, max: Infinity },
    },
    "counts of what may be empty": {
      root: { all: [{ repeat: { any: [{ text: "a" }, { text: "" }, { text: "ab" }] }, min: 2, max: 3 }, { oneOf: "日😀x" }] },
    },
    "nested on both sides": { root: { any: [{ text: "xx" }, { all: [{ text: "((" }, { rule: "root" }, { oneOf: "y)" }] }] } },
  }; // prettier-ignore
  test.each(Object.entries(grammars))("%s", (_, rules) => {
    expect(compare({ grammar: gbnfOf(rules) }, grammarReader(rules), 6)).toBeGreaterThan(8);
  });

  test("every byte by itself, of a string of any characters", () => {
    const bytes = trieOf(everyByte);
    const schema = { type: "string", maxLength: 1 };
    const constraint = new Constraint({ schema }, bytes, { endIds: [256], field: "it" });
    const read = schemaReader(schema, "a", 0);
    for (const begun of [[], [0x22], [0x22, 0xe0], [0x22, 0xed], [0x22, 0xf0], [0x22, 0xf4], [0x22, 0xf4, 0x8f]]) {
      const mask = constraint.mask(constraint.after(begun)!);
      const allowed = everyByte.flatMap((_, byte) => (hasBit(mask, byte) ? [byte] : []));
      const fitting = everyByte.flatMap((_, byte) =>
        standingOf(read, Uint8Array.of(...begun, byte)) === "fails" ? [] : [byte],
      );
      expect(allowed).toEqual(fitting);
    }
  });
});
