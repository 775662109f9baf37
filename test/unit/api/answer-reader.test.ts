// Answers read in parts, in each of the forms and however they are cut: what is words, thought or a call, and that no half of
// a mark is taken for words.

import { describe, expect, test } from "vitest";
import { AnswerReader, markerOf } from "../../../src/api/answer-reader.ts";
import type { AnswerDelta } from "../../../src/api/chat-completions.ts";
import { caseRandom, pick, wholeBelow } from "../../long/proof.ts";
import { builtInForm } from "../../../src/text/built-in-tools.ts";
import { callIdMark, type CallForm } from "../../../src/text/tokenizer.ts";

const bare: CallForm = {
  ...builtInForm,
  open: '{"name": "',
  middle: '", "parameters": ',
  close: "}",
  between: undefined,
};
const list: CallForm = {
  begin: "[TOOL_CALLS] [",
  open: '{"name": "',
  middle: '", "arguments": ',
  close: `, "id": "${callIdMark}"}`,
  between: ", ",
  end: "]",
}; // prettier-ignore
const named: CallForm = { begin: "", open: "[CALL]", middle: "[ARGS]", close: "", between: "", end: "" };
const names = new Set(["add", "clock"]);
const think = { open: "<think>", close: "</think>", isOpen: false };

interface Read {
  content: string;
  thought: string;
  calls: [name: string | undefined, given: string][];
}

function fold(deltas: readonly AnswerDelta[]): Read {
  const read: Read = { content: "", thought: "", calls: [] };
  for (const { content = "", reasoning_content: thought = "", tool_calls: calls } of deltas) {
    read.content += content;
    read.thought += thought;
    for (const { index, id, type, function: called } of calls ?? []) {
      expect(called.arguments).not.toBe("");
      if (index === read.calls.length) {
        expect([id, type]).toEqual([expect.stringMatching(/^[a-zA-Z0-9]{9}$/), "function"]);
        read.calls.push([called.name, called.arguments]);
      } else {
        expect([index, id, type, called.name]).toEqual([read.calls.length - 1, undefined, undefined, undefined]);
        read.calls[index][1] += called.arguments;
      }
    }
  }
  return read;
}

interface Given {
  form?: CallForm;
  isParallel?: boolean;
  thought?: typeof think;
  isCut?: boolean;
}

/** As a whole, letter by letter, and in pieces of three. */
function readAnswer(text: string, { form, isParallel = true, thought, isCut = false }: Given): Read {
  const [first, ...others] = [text.length, 1, 3].map((size) => {
    const reader = new AnswerReader({ calls: form && { form, names, isParallel }, thought });
    const deltas: AnswerDelta[] = [];
    for (let at = 0; at < text.length; at += size) deltas.push(...reader.push(text.slice(at, at + size)));
    deltas.push(...reader.finish(isCut));
    const read = fold(deltas);
    expect(reader.calls).toBe(read.calls.length);
    return read;
  });
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const words = (content: string): Read => ({ content, thought: "", calls: [] });
const calling = (...calls: [string, string][]): Read => ({ content: "", thought: "", calls });

describe("a call in tags", () => {
  const form = builtInForm;
  const one = '<tool_call>\n{"name": "add", "arguments": {"a": [1, "}"], "b": "\\"{"}}\n</tool_call>';
  const given = '{"a": [1, "}"], "b": "\\"{"}';

  test("is recognised, its arguments as they stand", () =>
    expect(readAnswer(one, { form })).toEqual(calling(["add", given])));

  test("with words before it, and others after it", () => {
    expect(readAnswer(`I see.\n${one}`, { form })).toEqual({ ...calling(["add", given]), content: "I see.\n" });
    expect(readAnswer(`${one}\n\nDone.`, { form })).toEqual({ ...calling(["add", given]), content: "Done." });
  });

  test("one after the other", () => {
    const two = `${one}\n<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>`;
    expect(readAnswer(two, { form })).toEqual(calling(["add", given], ["clock", "{}"]));
    const reader = new AnswerReader({ calls: { form, names, isParallel: false } });
    expect(fold(reader.push(two))).toEqual(calling(["add", given]));
    expect(reader.isOver).toBe(true);
  });

  test.each([
    ['<tool_call>{"arguments":{"a":1},"name":"add"}</tool_call>', '{"a":1}'],
    ['<tool_call>\n{"name": "add", "arguments": "{\\"a\\": 1}"}\n</tool_call>', '{"a": 1}'],
    ['<tool_call>{"id": 7, "type": "function", "name": "add", "parameters": {"a":1}}', '{"a":1}'],
    ['<tool_call>{"name":"add"}</tool_call>', "{}"],
    ['<tool_call>[{"name":"add", "arguments": {"a": 1.5e3 }}]', '{"a": 1.5e3 }'],
  ])("written otherwise: %s", (text, given) => expect(readAnswer(text, { form })).toEqual(calling(["add", given])));

  test.each([
    "Text stays text.",
    " with <b>tags</b> and < or <tool",
    "The <tool_call> mark begins a call.",
    '<tool_call>{"nome": "add"}</tool_call>',
    '{"name": "add", "arguments": {}}',
    "<tool_call>",
    "\n ",
    "",
  ])("is not what is none: %j", (text) => expect(readAnswer(text, { form })).toEqual(words(text)));

  test.each([
    ["Well <tool", "Well "],
    ["Well <tool_call>", "Well "],
    ['<tool_call>\n{"name": "ad', ""],
    ["a <", "a <"],
  ])("cut short (%j) leaves no half of it in words", (text, content) =>
    expect(readAnswer(text, { form, isCut: true })).toEqual(words(content)),
  );

  test("cut in its arguments, it has what came of them", () => {
    const text = '<tool_call>\n{"name": "add", "arguments": {"a": 1';
    expect(readAnswer(text, { form, isCut: true })).toEqual(calling(["add", '{"a": 1']));
  });
});

describe("a call in bare JSON", () => {
  const form = bare;
  const one = '{"name": "add", "parameters": {"a": 1}}';

  test.each([one, ` \n${one}`, `{"type": "function", "name": "add", "parameters": {"a": 1}}`])("begins the answer: %s", (text) =>
    expect(readAnswer(text, { form })).toEqual(calling(["add", '{"a": 1}']))); // prettier-ignore

  test("more of them behind it", () =>
    expect(readAnswer(`${one}; ${one}`, { form })).toEqual(calling(["add", '{"a": 1}'], ["add", '{"a": 1}'])));

  test.each([
    '{"name": "Ann", "age": 7}',
    '{"name": "other", "parameters": {}}',
    '{"a": 1}',
    '{"name": "add"}',
    "{}",
    "{ is a brace",
    `It is ${one}`,
    '{"name": "ad',
  ])("is not any JSON: %s", (text) => expect(readAnswer(text, { form })).toEqual(words(text)));
});

test("a call in a list behind a control token", () => {
  const text = '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}, "id": "abcDEF123"}, {"name": "clock", "arguments": {}, "id": "abcDEF124"}]';
  expect(readAnswer(text, { form: list })).toEqual(calling(["add", '{"a": 1}'], ["clock", "{}"]));
  expect(readAnswer(`Hm.${text}`, { form: list }).content).toBe("Hm.");
}); // prettier-ignore

test("a list of calls without a mark, and one in tags of its own", () => {
  const [first, second] = ['{"name": "add", "arguments": {"a": 1}}', '{"id": "x", "name": "clock", "arguments": {}}'];
  const both = calling(["add", '{"a": 1}'], ["clock", "{}"]);
  const unmarked = { ...list, begin: "[", close: "}" };
  expect(readAnswer(`[${first}, ${second}]`, { form: unmarked })).toEqual(both);
  expect(readAnswer("[1, 2]", { form: unmarked })).toEqual(words("[1, 2]"));
  const tagged = { ...list, begin: "<calls>[", open: '\n  {"name": "', close: "}", end: "\n]</calls>" };
  expect(readAnswer(`<calls>[\n  ${first},\n  ${second}\n]</calls>\nDone.`, { form: tagged })).toEqual({
    ...both,
    content: "Done.",
  });
  const idFirst = { ...list, open: `{"id": "${callIdMark}", "name": "` };
  expect(readAnswer(`[TOOL_CALLS] [${second}]`, { form: idFirst })).toEqual(calling(["clock", "{}"]));
});

test("a name before its arguments", () => {
  expect(readAnswer('[CALL]add[ARGS]{"a": 1}[CALL]clock[ARGS]{}', { form: named })).toEqual(
    calling(["add", '{"a": 1}'], ["clock", "{}"]),
  );
  expect(readAnswer("[CALL] a taxi!", { form: named })).toEqual(words("[CALL] a taxi!"));
});

test("the marks that forms begin with", () => {
  expect([builtInForm, bare, list, named].map(markerOf)).toEqual(["<tool_call>", "", "[TOOL_CALLS]", "[CALL]"]);
});

test("what is read does not depend on where the text was cut, whatever it says", () => {
  const forms = [builtInForm, bare, list, named, undefined];
  const parts = [
    ...[
      "<tool_call>",
      "</tool_call>",
      "[TOOL_CALLS] [",
      "[CALL]",
      "[ARGS]",
      "<think>",
      "</think>",
      "<",
      "[",
      "]",
      ",",
      ";",
    ],
    ...[
      '{"name": "',
      "add",
      '", "arguments": ',
      '", "parameters": ',
      '{"a": 1}',
      "}",
      "{",
      '"',
      "\\",
      ":",
      " ",
      "\n",
      "word",
    ],
  ];
  let calls = 0;
  for (let number = 0; number < 3000; number++) {
    const random = caseRandom(number, 29);
    const form = pick(random, forms);
    const call =
      form && `${form.begin}${form.open}add${form.middle}{"a": "}"}${form.close.replace(callIdMark, "x")}${form.end}`;
    let text = "";
    for (let left = wholeBelow(random, 12); left >= 0; left--)
      text += call !== undefined && random() < 0.15 ? call : pick(random, parts);
    const given = { form, isParallel: random() < 0.7, isCut: random() < 0.5 };
    const thought = random() < 0.5 ? { ...think, isOpen: random() < 0.3 } : undefined;
    calls += readAnswer(text, { ...given, thought }).calls.length;
  }
  expect(calls).toBeGreaterThan(300);
});

describe("a thought", () => {
  test.each([
    ["<think>\nWhy? </thi\n\n</think>\n\nSo.", "Why? </thi", "So."],
    ["\n<think></think>So.", "", "So."],
    ["<think>\n\n</think>\n\n", "", ""],
    ["<think>On and on ", "On and on ", ""],
    ["<thin", "", "<thin"],
    ["Words, then <think>no thought</think>", "", "Words, then <think>no thought</think>"],
  ])("%j", (text, thought, content) =>
    expect(readAnswer(text, { thought: think })).toEqual({ thought, content, calls: [] }),
  );

  test("that the prompt began", () => {
    const thought = { ...think, isOpen: true };
    expect(readAnswer("\nI think.\n</think>\n\nSo.", { thought })).toEqual({ thought: "I think.", content: "So.", calls: [] });
  }); // prettier-ignore

  test("and a call behind it, none within it", () => {
    for (const form of [builtInForm, bare]) {
      const call = `${form.open}add${form.middle}{}${form.close}`;
      expect(readAnswer(`<think>\n${call}\n</think>\n\n${call}`, { thought: think, form })).toEqual({
        thought: call,
        content: "",
        calls: [["add", "{}"]],
      });
    }
  });
});
