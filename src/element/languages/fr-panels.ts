// French: the panels of settings and meters.

import type { PanelStrings } from "./en-panels.ts";

export const panels: PanelStrings = {
  settings: "Réglages de cette conversation",
  settingsTitle: "Cette conversation",
  settingsNote:
    "Ce que vous changez ici vaut pour cette conversation, dès la prochaine réponse. Un champ vide prend la valeur du modèle.",
  system: "Prompt système",
  systemPlaceholder: "Comment le modèle doit répondre, avec vos mots",
  presets: "Réponses",
  preset: { own: "Comme le modèle", precise: "Précises", balanced: "Équilibrées", inventive: "Inventives" },
  fields: {
    temperature: ["Température", "0 prend toujours le mot le plus probable ; plus haut, le choix est plus libre"],
    top_p: ["Top-p", "Seulement les mots les plus probables qui totalisent cette part"],
    top_k: ["Top-k", "Seulement ce nombre de mots, les plus probables ; 0 les garde tous"],
    min_p: ["Min-p", "Aucun mot sous cette part du plus probable"],
    repetition_penalty: ["Pénalité de répétition", "Au-dessus de 1, les mots déjà dits deviennent moins probables"],
    frequency_penalty: ["Pénalité de fréquence", "Augmente à chaque fois qu’un mot revient"],
    presence_penalty: ["Pénalité de présence", "Pour tout mot déjà dit"],
    max_tokens: ["Réponse la plus longue, en tokens", "Là où une réponse est coupée"],
    seed: ["Graine", "La même graine redonne la même réponse"],
    context_length: [
      "Contexte, en tokens",
      "La part de la conversation qui tient ; plus grand, il prend plus de mémoire",
    ],
  },
  stop: "S’arrêter à",
  stopHint: "Textes où une réponse se termine, un par ligne",
  kv: "Précision du contexte",
  kvHint: "q8 prend deux fois moins de mémoire que f16",
  kvOwn: (format) => `Comme au chargement (${format})`,
  ownValue: (value) => `${value} (du modèle)`,
  random: "une autre à chaque fois",
  asFarAsItGoes: "aussi loin que va le contexte",
  loadAgainTitle: "Le modèle lui-même",
  loadAgainNote: "Ces réglages rechargent le modèle, ce qui prend quelques secondes. La conversation est conservée.",
  loadAgain: "Appliquer et recharger",
  reset: "Tout réinitialiser",
  close: "Fermer",
  meters: "Contexte utilisé, vitesse et mémoire",
  metersTitle: "Ce que fait le modèle",
  contextUsed: (used, all) => `${used} sur ${all} tokens`,
  contextShort: (used, all) => `${used} sur ${all}`,
  noAnswerYet: "après la première réponse",
  meter: {
    context: [
      "Contexte utilisé",
      "Un modèle lit les mots en tokens, des fragments d’environ quatre lettres. Toute la conversation doit tenir dans son contexte ; sinon, les messages les plus anciens sont laissés de côté.",
    ],
    prompt: [
      "Lecture",
      "La vitesse à laquelle votre message a été lu. Ce qui l’a été pour des réponses précédentes n’est pas relu.",
    ],
    answer: [
      "Écriture",
      "La vitesse à laquelle la dernière réponse a été écrite. Une personne lit environ 5 tokens par seconde.",
    ],
    first: ["Premier mot après", "De votre message au premier mot de la dernière réponse."],
    memory: ["Mémoire sur le GPU", "Les poids du modèle, son contexte et l’espace de calcul."],
  },
};
