// The text field's draft: an edit of a question puts it aside and brings it back.

import { expect, test } from "vitest";
import { beginEdit, emptyDraft, endDraft, isEditing, withDraft } from "../../../src/element/session/draft.ts";

const question = (text: string) => ({ id: "1", text });

test("an edit over a half-written draft brings the draft back when it ends", () => {
  const edit = beginEdit({ text: "half-writ" }, question("first question"));
  expect([edit.text, isEditing(edit)]).toEqual(["first question", true]);
  expect(endDraft({ ...edit, text: "first question, better" })).toEqual({ text: "half-writ" });
});

test("pressing edit twice neither loses the edit nor the draft", () => {
  const edit = { ...beginEdit({ text: "half-writ" }, question("first")), text: "first, changed" };
  expect(beginEdit(edit, question("first"))).toEqual(edit);
});

test("an edit of another question goes on from the same draft", () => {
  const other = beginEdit(beginEdit({ text: "half-writ" }, question("first")), { id: "2", text: "second" });
  expect(other).toEqual({ text: "second", aside: "half-writ", question: "2" });
});

test("an edit that is taken up again keeps what was written since", () => {
  const edit = beginEdit({ text: "half-writ" }, question("first, changed"));
  const resumed = withDraft({ text: "half-written, and more" }, edit);
  expect([resumed.text, endDraft(resumed).text]).toEqual(["first, changed", "half-written, and more"]);
});

test("an edit over an empty field is an edit all the same", () => {
  expect(isEditing(beginEdit(emptyDraft, question("first")))).toBe(true);
  expect(endDraft(beginEdit(emptyDraft, question("first")))).toEqual(emptyDraft);
});

test("what was sent leaves nothing", () => expect(endDraft({ text: "sent" })).toEqual(emptyDraft));
