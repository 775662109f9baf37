// What a constraint says about a text besides its masks: where it may end, what is forced, what is refused and how; and that
// the bytes of tokens are what they decode to, in each kind of vocabulary.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Constraint, type Wanted } from "../../../src/constrain/constraint.ts";
import { buildTrie } from "../../../src/constrain/vocabulary-trie.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { byteConstraint, standing, trieOf } from "../../support/byte-vocabulary.ts";
import { rejection } from "../../support/rejection.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const person = {
  type: "object",
  properties: { name: { type: "string" }, kind: { enum: ["first", "fine"] } },
  required: ["name", "kind"],
  additionalProperties: false,
};

describe("where a text may end", () => {
  test("only when it is whole, and then it must", () => {
    const constraint = byteConstraint({ schema: person });
    const after = (said: string) => constraint.after(utf8.encode(said))!;
    const ends = (said: string) => [constraint.mayEnd(after(said)), constraint.mustEnd(after(said))];
    expect(ends('{"name":"x","kind":"fine"')).toEqual([false, false]);
    expect(ends('{"name":"x","kind":"fine"}')).toEqual([true, true]);
    const mask = constraint.mask(after('{"name":"x","kind":"fine"}'));
    expect([...mask].map((word, at) => (at === 8 ? word : word === 0))).toEqual([...Array(8).fill(true), 1]); // token 256 alone
  });

  test("a number may end and go on", () => {
    const constraint = byteConstraint({ schema: { type: "integer" } });
    const state = constraint.after(utf8.encode("12"))!;
    expect([constraint.mayEnd(state), constraint.mustEnd(state)]).toEqual([true, false]);
  });

  test("a space before it, only where it is taken away again", () => {
    const trie = trieOf([" ", "yes", " yes"]);
    const first = (spaceBefore: boolean) => {
      const constraint = new Constraint({ grammar: 'root ::= "yes"' }, trie, { endIds: [], field: "it", spaceBefore });
      return [...constraint.mask(constraint.start)];
    };
    expect(first(true)).toEqual([0b111]);
    expect(first(false)).toEqual([0b010]);
  });
});

describe("what is forced", () => {
  test.each([
    ['{"', 'name":'],
    ['{"name":"x"', ","],
    ['{"name":"x","', 'kind":'],
    ['{"name":"x","kind":"', "fi"],
    ['{"name":"x","kind":"fir', 'st"'],
    ['{"name":"x","kind":"fine"}', ""],
  ])("behind %s: %s", (said, forced) => {
    const constraint = byteConstraint({ schema: person });
    expect(text(constraint.forcedBytes(constraint.after(utf8.encode(said))!))).toBe(forced);
  });

  test("no longer than asked, though a text without end is", () => {
    const constraint = byteConstraint({ grammar: 'root ::= "a" root | "a"{2} "b"' });
    expect(constraint.forcedBytes(constraint.start, 10).length).toBeLessThanOrEqual(10);
    const endless = byteConstraint({ grammar: `root ::= "${"x".repeat(600)}"` });
    expect(endless.forcedBytes(endless.start)).toHaveLength(256);
  });
});

describe("forced bytes as tokens", () => {
  const tokens = ["n", "na", "name", '"', '":', '{"', ",", ', "', "x", "xy", "xyz"];
  const forced = (literal: string) => {
    const grammar = `root ::= ${JSON.stringify(literal)} [a-z]*`;
    const constraint = new Constraint({ grammar }, trieOf(tokens), { endIds: [], field: "it" });
    return constraint.forcedIds(constraint.start).map((id) => tokens[id]);
  };
  test.each<[string, string[]]>([
    ['{"name":x', ['{"', "name", '":']], // x may become xy
    ['{"name":', ['{"', "name", '":']],
    ['{"nam', ['{"']], // na and m, or the name that begins like this
    ['name"', ["name"]],
    ["xyzx", ["xyz"]],
    ["xyxyz", ["xy", "xyz"]],
    ["name-name", ["name"]], // no token begins like this
    ["", []],
  ])("%s: %s", (literal, expected) => expect(forced(literal)).toEqual(expected));

  test("of twins, the piece", () => {
    const byte = new TextEncoder().encode("a");
    const constraint = new Constraint({ grammar: 'root ::= "ab"' }, trieOf([byte, "a", "b"]), {
      endIds: [],
      field: "it",
    });
    expect(constraint.forcedIds(constraint.start)).toEqual([1, 2]);
  });
});

describe("refused by name", () => {
  test.each<[string, unknown, string]>([
    ["a keyword", { type: "object", properties: { a: { items: { uniqueItems: true } } } }, "#/properties/a/items/uniqueItems"],
    ["a keyword with a slash", { properties: { "a/b": { patternProperties: {} } } }, "#/properties/a~1b/patternProperties"],
    ["a format", { format: "regex" }, "#/format"],
    ["a type", { type: "float" }, "#/type"],
    ["no count", { type: "string", minLength: -1 }, "#/minLength"],
    ["no schema", { properties: { a: 3 } }, "#/properties/a"],
    ["a reference to elsewhere", { items: { $ref: "https://x.org/s.json" } }, "#/items/$ref"],
    ["a reference to nothing", { $ref: "#/$defs/none", $defs: {} }, "#/$ref"],
    ["a reference with a % that escapes nothing", { $ref: "#/$defs/50%" }, "#/$ref"],
    ["a schema that is itself", { $ref: "#" }, "#"],
    ["oneOf of what may fit at once", { oneOf: [{ type: "string" }, { const: "a" }] }, "#/oneOf"],
    ["a look behind", { type: "string", pattern: "(?<=a)b" }, "#"],
    ["a boundary", { type: "string", pattern: "\\bword" }, "#"],
    ["a reference back", { type: "string", pattern: "(a)\\1" }, "#"],
    ["an enum of objects with more beside it", { enum: [{}], required: ["a"] }, "#"],
  ])("%s", async (_, schema, path) => {
    const error = await rejection(async () => byteConstraint({ schema }));
    expect(error).toMatchObject({ code: "bad-request", facts: { field: "response_format", path } });
    expect((error as Error).message).toContain(path);
  }); // prettier-ignore

  test.each<[string, unknown]>([
    ["false", false],
    ["bounds that cross", { type: "integer", minimum: 3, maximum: 2 }],
    ["lengths that cross", { type: "string", minLength: 3, maxLength: 2 }],
    ["a pattern that no length has", { type: "string", pattern: "^abc$", maxLength: 2 }],
    ["types that nothing has", { allOf: [{ type: "string" }, { type: "integer" }] }],
    ["values that no list shares", { allOf: [{ enum: [1, 2] }, { enum: ["1"] }] }],
    ["an object that needs itself", { type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }],
    ["a property that is refused and needed", { type: "object", properties: { a: false }, required: ["a"] }],
  ])("nothing fits: %s", async (_, schema) => {
    expect(await rejection(async () => byteConstraint({ schema }))).toMatchObject({
      facts: { found: "nothing fits it" },
    });
  });

  test.each([
    ["", 'there is no rule "root"'],
    ['root ::= "a" b', 'line 1: there is no rule "b"'],
    ['root ::= "a\n"', "line 1: a literal without its end"],
    ['x ::= "a"\nroot ::= [z-a]', "line 2: a range without order"],
    ['root ::= "a" )', "line 1: the name of a rule was expected"],
    ['root ::= root "a" | "b"', '"root" begins with itself'],
    ['root ::= a\na ::= "" root | "x"', "begins with itself"],
    ["root ::= <think>", "line 1: tokens by name are not supported"],
    ['root ::= "a"\nroot ::= "b"', "line 2: the rule is there already"],
  ])("the grammar %j", async (grammar, said) => {
    const error = await rejection(async () => byteConstraint({ grammar }));
    expect(error).toMatchObject({ code: "bad-request", facts: { found: expect.stringContaining(said) } });
  });
});

test.each<[Wanted, string[], string[]]>([
  [{ json: true }, ['{"a":[1,{"b":null}]}', "{}"], ["[]", "1", "{}x", '{"a"}']],
  [{ schema: { oneOf: [{ type: "null" }, { type: "integer" }] } }, ["null", "1"], ["true"]],
  // As zod writes z.int(), and the same with one side only.
  [
    { schema: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } },
    ["0", "-7", "999999999999999"],
    ["1.5", "1e3", "9007199254740992"],
  ],
  [{ schema: { type: "integer", minimum: 3, maximum: 2 ** 60 } }, ["3", "999999999999999"], ["2", "-1"]],
  [{ schema: { type: "number", maximum: 1e20 } }, ["-7.25", "999999999999999"], ["1e21"]],
  [{ schema: { type: "string", pattern: "^(?=.{3}$)(?!no)[a-z]*$" } }, ['"abc"', '"ano"'], ['"nob"', '"ab"', '"abcd"']],
  [
    { schema: { type: "string", pattern: "^\\p{Lu}\\u{1F600}?[\\w-]$" } },
    ['"É😀_"', '"A-"'],
    ['"éa"', '"A😀"', '"A "'],
  ],
  [{ schema: { type: "number", multipleOf: 0.25 } }, ["1.25", "-0.5", "3", "2.50"], ["0.3", "1.255"]],
  [{ grammar: 'root ::= "\\u00e9" [\\x41-\\x43\\]] # é\n  ' }, ["éA", "é]"], ["é", "éD"]],
])("of %j", (wanted, fitting, failing) => {
  const constraint = byteConstraint(wanted);
  for (const said of fitting) expect([said, standing(constraint, said)]).toEqual([said, "fits"]);
  for (const said of failing) expect([said, standing(constraint, said)]).not.toEqual([said, "fits"]);
});

describe("the bytes of tokens", () => {
  const said = 'Hello  world, "größe": 日本 😀\n\t{"a":\u0001}';
  const folders = ["public/models/tiny", ...["llama3", "gpt2", "qwen", "sentencepiece"].map((name) => `test/fixtures/tokenizer-${name}`)];
  test.each(folders)("are what they decode to: %s", async (folder) => {
    const bytes = new Uint8Array(readFileSync(new URL(`../../../${folder}/tokenizer.json`, import.meta.url)));
    const tokenizer = await loadTokenizer(new Map([["tokenizer.json", bytes]]));
    const joined = tokenizer.encode(said).flatMap((id) => [...tokenizer.bytesOf(id)!]);
    expect(text(Uint8Array.from(joined)).trimStart()).toBe(said);
    const { bytesOf } = buildTrie(tokenizer);
    const without = bytesOf.flatMap((own, id) => (own ? [] : [id]));
    for (const id of [tokenizer.bosId, tokenizer.eosId, tokenizer.unkId]) if (id !== undefined) expect(without).toContain(id);
    expect(without.filter((id) => tokenizer.bytesOf(id)?.length)).toEqual([]);
    expect(without.length).toBeLessThan(tokenizer.vocabSize / 2);
  });
}); // prettier-ignore
