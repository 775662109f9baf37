// What stands in the text field and with it, as data: a message being written or, while a question is edited, that edit and
// the draft that it put aside.

import type { Attachment, Message } from "./attachment.ts";

export interface Draft extends Message {
  /** The draft's words from before the edit; undefined while nothing is edited. */
  aside?: string;
  asideAttachments?: readonly Attachment[];
  /** The question that is edited, by its id; the last one where it is not said. */
  question?: string;
}

export const emptyDraft: Draft = { text: "" };

export const isEditing = (draft: Draft) => draft.aside !== undefined;

/** Opens `question` for an edit; an edit that is open already goes on. */
export function beginEdit(draft: Draft, { id, text, attachments }: Message & { id: string }): Draft {
  if (isEditing(draft) && draft.question === id) return draft;
  const asideAttachments = isEditing(draft) ? draft.asideAttachments : draft.attachments;
  return { ...message(text, attachments), aside: draft.aside ?? draft.text, asideAttachments, question: id };
}

/**
 * Puts back an earlier draft without losing what was written since: an earlier edit goes on, and the newer words wait, as
 * a draft does during an edit; other words come back only into an empty field, their attachments beside the newer ones.
 */
export function withDraft(since: Draft, earlier: Draft): Draft {
  if (isEditing(earlier)) {
    const waiting = isEditing(since) ? since.asideAttachments : since.attachments;
    return { ...earlier, aside: since.aside ?? since.text, asideAttachments: waiting };
  }
  const own = since.attachments ?? [];
  const missing = (earlier.attachments ?? []).filter(({ id }) => !own.some((other) => other.id === id));
  const { attachments: _, ...rest } = since.text || isEditing(since) ? since : earlier;
  return { ...rest, ...message(rest.text, [...missing, ...own]) };
}

/** The field once its text was sent, or its edit given up. */
export const endDraft = (draft: Draft): Draft => message(draft.aside ?? "", draft.asideAttachments);

/** Without a field for attachments where there are none. */
export const message = (text: string, attachments: readonly Attachment[] = []): Message =>
  attachments.length > 0 ? { text, attachments } : { text };
