// What a model thought, told from what it answers, while it writes and afterwards.

import { expect, test } from "vitest";
import { partThought, ThoughtJoin, wordsOf } from "../../../src/element/session/thought.ts";
import { answerTurn, toMessages } from "../../../src/element/session/turn.ts";

test.each<[text: string, thought: string | undefined, thinks: boolean, words: string]>([
  ["Yes.", undefined, false, "Yes."],
  ["<think>\nHm.\n</think>\n\nYes.", "Hm.", false, "Yes."],
  ["\n<think>Hm.</think>Yes.", "Hm.", false, "Yes."],
  ["<think>\nHm", "Hm", true, ""],
  ["<think>", "", true, ""],
  ["<thi", undefined, true, ""],
  ["<p>", undefined, false, "<p>"],
  ["<think>\n\n</think>\n\nYes.", undefined, false, "Yes."],
  ["Hm.\n</think>\n\nYes.", "Hm.", false, "Yes."], // its template wrote the opening mark
  ["The mark `</think>` ends it.", undefined, false, "The mark `</think>` ends it."],
  ["A </think> within a line", undefined, false, "A </think> within a line"],
  ["Yes. <think>x</think>", undefined, false, "Yes. <think>x</think>"],
  ["Yes. <think> is a mark", undefined, false, "Yes. <think> is a mark"],
  ["<think>a</think>b</think>c", "a", false, "b</think>c"],
])("%j", (text, thought, thinks, words) => expect(partThought(text)).toEqual({ thought, thinks, words }));

test("a word of the answer is never part of the thought, however the pieces fall", () => {
  const text = "<think>\nOne two.\n</think>\n\nThree.";
  for (let end = 1; end <= text.length; end++) {
    const { words } = partThought(text.slice(0, end));
    expect("Three.".startsWith(words)).toBe(true);
  }
});

test("a thought that the engine tells apart is part of the text, between its marks", () => {
  const join = new ThoughtJoin();
  const deltas = [
    { content: "" },
    { reasoning_content: "One" },
    { reasoning_content: " two." },
    { content: "Three" },
    { content: "." },
  ];
  expect(deltas.reduce((text, delta) => join.add(text, delta), "")).toBe("<think>\nOne two.\n</think>\n\nThree.");
  expect(new ThoughtJoin().add("a", { content: "<think>" })).toBe("a<think>");
});

test("a later question is told of the words alone, and of an answer that was all thought nothing", () => {
  const answered = (id: string, text: string) => ({ ...answerTurn(id), text, status: "done" as const });
  const turns = [
    { role: "user" as const, id: "1", text: "a" },
    answered("2", "<think>x</think>b"),
    { role: "user" as const, id: "3", text: "c" },
    answered("4", "<think>no end"),
    { role: "user" as const, id: "5", text: "d" },
    answerTurn("6"),
  ];
  expect(toMessages(turns, "").map(({ content }) => content)).toEqual(["a", "b", "d"]);
  expect(wordsOf("plain")).toBe("plain");
});
