// German: the panels of settings and meters.

import type { PanelStrings } from "./en-panels.ts";

export const panels: PanelStrings = {
  settings: "Einstellungen dieses Gesprächs",
  settingsTitle: "Dieses Gespräch",
  settingsNote:
    "Was du hier änderst, gilt für dieses Gespräch, ab der nächsten Antwort. Ein leeres Feld nimmt den Wert des Modells.",
  system: "Systemprompt",
  systemPlaceholder: "Wie das Modell antworten soll, in deinen Worten",
  presets: "Antworten sind",
  preset: { own: "Wie das Modell", precise: "Genau", balanced: "Ausgewogen", inventive: "Einfallsreich" },
  fields: {
    temperature: ["Temperatur", "0 nimmt immer das wahrscheinlichste Wort, mehr wagt mehr"],
    top_p: ["Top-p", "Nur die wahrscheinlichsten Wörter, die zusammen diesen Anteil haben"],
    top_k: ["Top-k", "Nur so viele der wahrscheinlichsten Wörter; 0 heißt alle"],
    min_p: ["Min-p", "Kein Wort unter diesem Anteil des wahrscheinlichsten"],
    repetition_penalty: ["Wiederholungsstrafe", "Über 1 werden Wörter, die schon vorkamen, unwahrscheinlicher"],
    frequency_penalty: ["Häufigkeitsstrafe", "Wächst damit, wie oft ein Wort vorkam"],
    presence_penalty: ["Präsenzstrafe", "Für ein Wort, das überhaupt schon vorkam"],
    max_tokens: ["Längste Antwort in Tokens", "Wo eine Antwort abgeschnitten wird"],
    seed: ["Startwert", "Derselbe Startwert gibt dieselbe Antwort noch einmal"],
    context_length: ["Kontext in Tokens", "Wie viel vom Gespräch hineinpasst; mehr braucht mehr Speicher"],
  },
  stop: "Anhalten bei",
  stopHint: "Texte, bei denen eine Antwort endet, einer je Zeile",
  kv: "Genauigkeit des Kontexts",
  kvHint: "q8 braucht halb so viel Speicher wie f16",
  kvOwn: (format) => `Wie geladen (${format})`,
  ownValue: (value) => `${value} (vom Modell)`,
  random: "jedes Mal ein anderer",
  asFarAsItGoes: "so weit der Kontext reicht",
  loadAgainTitle: "Das Modell selbst",
  loadAgainNote: "Dafür wird das Modell neu geladen, was einige Sekunden dauert. Das Gespräch bleibt.",
  loadAgain: "Übernehmen und neu laden",
  reset: "Alles zurücksetzen",
  close: "Schließen",
  meters: "Belegter Kontext, Tempo und Speicher",
  metersTitle: "Was das Modell tut",
  contextUsed: (used, all) => `${used} von ${all} Tokens`,
  contextShort: (used, all) => `${used} von ${all}`,
  noAnswerYet: "nach der ersten Antwort",
  meter: {
    context: [
      "Belegter Kontext",
      "Ein Modell liest Wörter in Tokens, Stücken von etwa vier Buchstaben. Das ganze Gespräch muss in seinen Kontext passen; wenn nicht, werden die ältesten Nachrichten weggelassen.",
    ],
    prompt: [
      "Lesen",
      "Wie schnell deine Nachricht gelesen wurde. Was für frühere Antworten gelesen wurde, wird nicht noch einmal gelesen.",
    ],
    answer: ["Schreiben", "Wie schnell die letzte Antwort entstand. Ein Mensch liest etwa 5 Tokens in der Sekunde."],
    first: ["Erstes Wort nach", "Von deiner Nachricht bis zum ersten Wort der letzten Antwort."],
    memory: ["Speicher auf der GPU", "Die Gewichte des Modells, sein Kontext und Platz zum Rechnen."],
  },
};
