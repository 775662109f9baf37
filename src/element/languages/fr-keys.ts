// French: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "Touches",
  send: "Envoyer",
  newLine: "Nouvelle ligne",
  stop: "Arrêter la réponse",
  editLast: "Modifier votre dernier message",
  focus: "Aller au champ de texte",
  map: "Afficher ces touches",
  or: "ou",
  names: { alt: "Alt", control: "Contrôle", shift: "Maj", enter: "Entrée", escape: "Échap", delete: "Suppr" },
  removeAttachment: "Retirer une pièce jointe",
};
