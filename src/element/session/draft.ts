// What stands in the text field, as data: a message being written or, while the last question is edited, that edit and
// the draft that it put aside.

export interface Draft {
  text: string;
  /** The draft from before the edit; undefined while nothing is edited. */
  aside?: string;
}

export const emptyDraft: Draft = { text: "" };

export const isEditing = (draft: Draft) => draft.aside !== undefined;

/** Opens `question` for an edit; an edit that is open already goes on. */
export const beginEdit = (draft: Draft, question: string): Draft =>
  isEditing(draft) ? draft : { text: question, aside: draft.text };

/** An edit that was given up goes on; what was written since waits, as a draft does under an edit. */
export const resumeEdit = (edit: Draft, since: Draft): Draft => ({ ...edit, aside: since.aside ?? since.text });

/** The field once its text was sent, or its edit given up. */
export const endDraft = (draft: Draft): Draft => ({ text: draft.aside ?? "" });
