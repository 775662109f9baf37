// The words of the map of keys, a part of the element's words.

export interface KeyStrings {
  title: string;
  send: string;
  newLine: string;
  stop: string;
  editLast: string;
  focus: string;
  map: string;
  or: string;
  /** As they stand on the keys. */
  names: Record<"alt" | "control" | "shift" | "enter" | "escape" | "delete", string>;
  removeAttachment: string;
}

export const englishKeys: KeyStrings = {
  title: "Keyboard shortcuts",
  send: "Send",
  newLine: "New line",
  stop: "Stop the answer",
  editLast: "Edit your last message",
  focus: "Go to the text field",
  map: "Show these keys",
  or: "or",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "Remove an attachment",
};
