// What stands in the text field, as data: a message being written or, while a question is edited, that edit and
// the draft that it put aside.

export interface Draft {
  text: string;
  /** The draft from before the edit; undefined while nothing is edited. */
  aside?: string;
  /** The question that is edited, by its id; the last one where it is not said. */
  question?: string;
}

export const emptyDraft: Draft = { text: "" };

export const isEditing = (draft: Draft) => draft.aside !== undefined;

/** Opens `question` for an edit; an edit that is open already goes on. */
export const beginEdit = (draft: Draft, { id, text }: { id: string; text: string }): Draft =>
  isEditing(draft) && draft.question === id ? draft : { text, aside: draft.aside ?? draft.text, question: id };

/**
 * An earlier draft is put back without a loss of what was written since: an edit goes on, and that waits, as a draft does
 * under an edit; another draft comes back into an empty field only.
 */
export function withDraft(since: Draft, earlier: Draft): Draft {
  if (isEditing(earlier)) return { ...earlier, aside: since.aside ?? since.text };
  return since.text ? since : earlier;
}

/** The field once its text was sent, or its edit given up. */
export const endDraft = (draft: Draft): Draft => ({ text: draft.aside ?? "" });
