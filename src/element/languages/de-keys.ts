// German: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "Tasten",
  send: "Senden",
  newLine: "Neue Zeile",
  stop: "Antwort anhalten",
  editLast: "Letzte Nachricht bearbeiten",
  focus: "Zum Textfeld",
  map: "Diese Tasten zeigen",
  or: "oder",
  names: { alt: "Alt", control: "Control", shift: "Umschalt", enter: "Eingabe", escape: "Esc", delete: "Entf" },
  removeAttachment: "Anhang entfernen",
};
