// Turns of the page -> messages of a request.

import { expect, test } from "vitest";
import { resolveModelAttribute } from "../../../src/element/session/model-reference.ts";
import { answerTurn, toMessages, type Turn } from "../../../src/element/session/turn.ts";

const question = (id: number, text: string): Turn => ({ role: "user", id: String(id), text });
const answer = (id: number, text: string): Turn => ({ ...answerTurn(String(id)), text, status: "done" });

test("the system prompt comes first, the running answer not at all", () => {
  const turns = [question(1, "a"), answer(2, "b"), question(3, "c"), answerTurn("4")];
  expect(toMessages(turns, "be brief")).toEqual([
    { role: "system", content: "be brief" },
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "c" },
  ]);
});

test("a question whose answer never came is left out, so that roles alternate", () => {
  const turns = [question(1, "stopped at once"), answerTurn("2"), question(3, "again"), answerTurn("4")];
  expect(toMessages(turns, "")).toEqual([{ role: "user", content: "again" }]);
});

test("a question whose load was cancelled is left out once another follows", () => {
  const turns = [question(1, "a"), answer(2, "b"), question(3, "cancelled"), question(4, "again"), answerTurn("5")];
  expect(toMessages(turns, "").map(({ content }) => content)).toEqual(["a", "b", "again"]);
});

test("what had arrived of a stopped answer stays in the conversation", () => {
  const turns: Turn[] = [question(1, "a"), { ...answerTurn("2"), text: "half", status: "stopped" }, question(3, "b")];
  expect(toMessages(turns, "").map(({ content }) => content)).toEqual(["a", "half", "b"]);
});

test.each([
  ["./models/tiny/", "https://page.example/app/models/tiny/"],
  ["models/tiny/", "https://page.example/app/models/tiny/"],
  ["/models/tiny", "https://page.example/models/tiny"],
  ["../m/", "https://page.example/m/"],
  ["owner/name", "owner/name"],
  ["owner/name@main", "owner/name@main"],
  ["https://elsewhere.example/m/", "https://elsewhere.example/m/"],
])("model=%j", (value, reference) => {
  expect(resolveModelAttribute(value, "https://page.example/app/index.html")).toBe(reference);
});
