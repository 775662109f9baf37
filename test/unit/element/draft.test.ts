// The text field's draft: an edit of the last question puts it aside and brings it back.

import { expect, test } from "vitest";
import { beginEdit, emptyDraft, endDraft, isEditing, withDraft } from "../../../src/element/session/draft.ts";

test("an edit over a half-written draft brings the draft back when it ends", () => {
  const edit = beginEdit({ text: "half-writ" }, "first question");
  expect([edit.text, isEditing(edit)]).toEqual(["first question", true]);
  expect(endDraft({ ...edit, text: "first question, better" })).toEqual({ text: "half-writ" });
});

test("pressing edit twice neither loses the edit nor the draft", () => {
  const edit = { ...beginEdit({ text: "half-writ" }, "first"), text: "first, changed" };
  expect(beginEdit(edit, "first")).toEqual(edit);
});

test("an edit that is taken up again keeps what was written since", () => {
  const edit = beginEdit({ text: "half-writ" }, "first, changed");
  const resumed = withDraft({ text: "half-written, and more" }, edit);
  expect([resumed.text, endDraft(resumed).text]).toEqual(["first, changed", "half-written, and more"]);
});

test("an edit over an empty field is an edit all the same", () => {
  expect(isEditing(beginEdit(emptyDraft, "first"))).toBe(true);
  expect(endDraft(beginEdit(emptyDraft, "first"))).toEqual(emptyDraft);
});

test("what was sent leaves nothing", () => expect(endDraft({ text: "sent" })).toEqual(emptyDraft));
