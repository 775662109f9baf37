// Answers with calls as languages: what fits where calls are required, and where they are not, for each of the forms, also
// after a thought; and special tokens within a form.

import { describe, expect, test } from "vitest";
import type { CallsWanted } from "../../../src/constrain/calls.ts";
import { Constraint } from "../../../src/constrain/constraint.ts";
import { buildTrie } from "../../../src/constrain/vocabulary-trie.ts";
import { byteConstraint, standing } from "../../support/byte-vocabulary.ts";
import { fakeTokenizer } from "../../support/fake-core.ts";
import { hasBit } from "../../support/token-bits.ts";

const parameters = {
  type: "object",
  properties: { a: { type: "integer" } },
  required: ["a"],
  additionalProperties: false,
};
const add = { name: "add", parameters, isStrict: true, field: "tools[0].function.parameters" };
const free = { name: "free", parameters: { properties: { a: { not: {} } } }, isStrict: false, field: "tools[1]" };
const inTags: CallsWanted = {
  form: {
    begin: "",
    open: '<call>{"name": "',
    middle: '", "arguments": ',
    close: "}</call>",
    between: "\n",
    end: "",
  },
  idMark: "#",
  marker: "<call>",
  functions: [add, free],
  isRequired: true,
  isParallel: true,
  marks: [],
};
const bare: CallsWanted = {
  ...inTags,
  form: { ...inTags.form, open: '{"name": "', close: "}", between: undefined },
  marker: "",
};
const call = '<call>{"name": "add", "arguments": {"a":1}}</call>';
const bareCall = '{"name": "add", "arguments": {"a":1}}';
const standings = (wanted: CallsWanted, texts: Record<string, "fits" | "begins" | "fails">) => {
  const found = Object.keys(texts).map((text) => [text, standing(byteConstraint({ calls: wanted }), text)]);
  expect(Object.fromEntries(found)).toEqual(texts);
};

describe("required", () => {
  test("in tags", () =>
    standings(inTags, {
      [call]: "fits",
      [`${call}\n${call}`]: "fits",
      '<call>{"name": "free", "arguments": {"x": [null]}}</call>': "fits",
      '<call>{"name": "add", "arguments": {"a"': "begins",
      "": "begins",
      "<cal": "begins",
      [`Well, ${call}`]: "fails",
      '<call>{"name": "other"': "fails",
      '<call>{"name": "add", "arguments": {"b"': "fails",
      '<call>{"name": "add", "arguments": 1': "fails",
      [`${call} and`]: "fails",
    }));

  test("one alone", () => {
    standings({ ...inTags, isParallel: false }, { [call]: "fits", [`${call}\n<`]: "fails" });
    standings(bare, { [bareCall]: "fits", [`${bareCall}${bareCall}`]: "fails", "No": "fails" });
  }); // prettier-ignore

  test("with an id of nine letters", () => {
    const withId = { ...inTags, form: { ...inTags.form, close: ', "id": "#"}' } };
    const text = (id: string) => `<call>{"name": "add", "arguments": {"a":1}, "id": "${id}"}`;
    standings(withId, { [text("abcDEF123")]: "fits", [text("abcDEF12")]: "fails", [text("abc_EF123")]: "fails" });
  });
});

describe("where text may be said as well", () => {
  test("in tags", () =>
    standings(
      { ...inTags, isRequired: false },
      {
        "": "fits",
        "Any text, <tags> and é😀.": "fits",
        "and <cal": "fits",
        "and <call>": "begins",
        "and <call> it": "fails",
        [`Well, ${call}`]: "fits",
        [`Well, ${call}\n${call}`]: "fits",
        '<call>{"name": "add", "arguments": {"b"': "fails",
      },
    ));

  test("in bare JSON", () =>
    standings(
      { ...bare, isRequired: false },
      {
        "Text.": "fits",
        "": "fits",
        [bareCall]: "fits",
        [`Text. ${bareCall} text`]: "fits",
        '{"b": 1}': "fits",
        '{"name": "add", "arguments": {"b"': "fails",
        ' {"name": "x"': "fails",
        '{"type": "function"': "fails",
      },
    ));

  test("or another form instead", () => {
    const constraint = byteConstraint({ calls: { ...inTags, isRequired: false }, otherwise: { json: true } });
    const found = [call, '{"b": 1}', "Text", "{"].map((text) => standing(constraint, text));
    expect(found).toEqual(["fits", "fits", "fails", "begins"]);
  });
});

describe("behind a thought", () => {
  const thought = { open: "<think>", close: "</think>", isOpen: false };

  test("that the model may begin", () => {
    standings(
      { ...inTags, thought },
      {
        [call]: "fits",
        [`<think>\nI could <call> now.\n</think>\n\n${call}`]: "fits",
        "<think>On and on": "begins",
        "Text": "fails",
        "<think></think>Text": "fails",
      },
    );
    standings({ ...inTags, thought, isRequired: false }, { "<think>a</think>Text": "fits", "<think>a <call> b": "begins" });
  }); // prettier-ignore

  test("that is begun", () => {
    const isOpen = { ...thought, isOpen: true };
    standings({ ...inTags, thought: isOpen }, { [`Hm.\n</think>\n\n${call}`]: "fits", [call]: "begins", "Hm.</think>T": "fails" });
    standings({ ...inTags, thought: isOpen, isRequired: false }, { "Hm.": "fits", "Hm.</think>Text": "fits" });
  }); // prettier-ignore
});

test("special tokens of a form are asked for where they stand, and nowhere else", () => {
  // Bytes, then two special tokens and the end.
  const tokenizer = {
    ...fakeTokenizer,
    vocabSize: 259,
    bytesOf: (id: number) => (id < 256 ? Uint8Array.of(id) : undefined),
  };
  const trie = buildTrie(tokenizer, [256, 257]);
  const wanted = {
    ...inTags,
    form: { ...inTags.form, begin: "[CALLS] ", open: '[ONE]{"name": "', close: "}" },
    marker: "[CALLS]",
    marks: ["[CALLS]", "[ONE]"],
    isRequired: false,
  };
  const constraint = new Constraint({ calls: wanted }, trie, { endIds: [258], field: "tools" });
  const bytes = (text: string) => [...new TextEncoder().encode(text)];
  const allowed = (ids: number[]) => {
    const mask = constraint.mask(constraint.after(ids)!);
    return [0x20, 0x5b, 0xff, 256, 257, 258].filter((id) => hasBit(mask, id));
  };
  expect(allowed(bytes("Well"))).toEqual([0x20, 0x5b, 256, 257, 258]);
  expect(allowed([...bytes("Well"), 256])).toEqual([0x20]);
  expect(allowed([256, 0x20])).toEqual([257]);
  const whole = [256, 0x20, 257, ...bytes('{"name": "add", "arguments": {"a":1}}')];
  expect(constraint.mayEnd(constraint.after(whole)!)).toBe(true);
});

test("a strict schema that cannot be obeyed is refused by its own field", () => {
  const functions = [add, { ...free, isStrict: true }];
  expect(() => byteConstraint({ calls: { ...inTags, functions } })).toThrow(/"tools\[1\]".*"not" is not supported/);
});
