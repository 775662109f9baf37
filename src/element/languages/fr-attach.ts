// French: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "Joindre des fichiers",
  dropHere: "Déposez des fichiers pour joindre leur texte",
  attached: "Pièces jointes",
  pasted: (number) => `Texte collé ${number}`,
  reading: (name) => `Lecture de ${name}`,
  remove: (name) => `Retirer ${name}`,
  removed: (name) => `${name} a été retiré.`,
  about: (tokens) => `environ ${tokens}`,
  problems: {
    empty: (name) => `${name} est vide.`,
    binary: (name) =>
      `${name} n’est pas du texte. Il est possible de joindre du texte, du Markdown, du code, du CSV, du JSON et du PDF.`,
    encoding: (name) => `${name} n’est pas en UTF-8. Enregistrez-le en UTF-8 et joignez-le à nouveau.`,
    large: (name, most) =>
      `${name} est trop gros : jusqu’à ${most} de texte peuvent être joints. Joignez-en une partie.`,
    encrypted: (name) =>
      `${name} est protégé par un mot de passe. Enregistrez-le sans mot de passe et joignez-le à nouveau.`,
    scanned: (name) =>
      `${name} contient des images de pages et aucun texte. Joignez une version dont le texte a été reconnu (OCR).`,
    damaged: (name) => `${name} ne peut pas être lu comme un PDF. Il est peut-être endommagé.`,
    unreadable: (name) => `${name} n’a pas pu être lu. Si c’est un dossier, joignez les fichiers qu’il contient.`,
    same: (name) => `${name} est déjà joint.`,
    partMissing: (name) =>
      `${name} n’a pas pu être lu : une partie de la page manque. Vérifiez la connexion et réessayez ; si la page a été mise à jour entre-temps, rechargez-la.`,
  },
  tooLong: (tokens, context) =>
    `Ce message compte ${tokens}, et le contexte du modèle en accepte ${context}. Retirez une pièce jointe, ou joignez-en moins.`,
  longerContext: "Permettre un contexte plus long",
  crowdsOut: "Avec cela, le début de la conversation ne tiendra peut-être plus dans le contexte du modèle.",
};
