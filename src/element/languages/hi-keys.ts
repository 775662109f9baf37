// Hindi: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "कुंजियाँ",
  send: "भेजें",
  newLine: "नई पंक्ति",
  stop: "जवाब रोकें",
  editLast: "अपना पिछला संदेश बदलें",
  focus: "टेक्स्ट फ़ील्ड पर जाएँ",
  map: "ये कुंजियाँ दिखाएँ",
  or: "या",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "अटैचमेंट हटाएँ",
};
