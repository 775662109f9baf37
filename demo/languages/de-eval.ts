// German: the evaluation's page.

import type { PageWords } from "./en.ts";

export const evaluation: PageWords["evaluation"] = {
  title: "Was kostet eine Quantisierung? pronk",
  description:
    "Misst in diesem Browser, was es kostet, die Gewichte eines Sprachmodells zu runden. Nichts wird gesendet.",
  heading: "Was kostet eine Quantisierung?",
  lead: "pronk liest einen Text oder beantwortet Fragen mit demselben Modell in mehreren Größen und sagt, wie weit jede von der Datei des Modells entfernt ist. Alles wird auf diesem Gerät gerechnet.",
  model: "Modell: Besitzer/Name oder eine Adresse",
  formats: "Gewichte",
  asInFile: "wie in der Datei",
  others: "Andere Dateien derselben Gewichte, eine je Zeile (Besitzer/Name, Besitzer/Name/Datei oder eine Adresse)",
  by: "Womit",
  byText: "ein Text",
  byTask: "Fragen (JSONL)",
  content: "Der Text, oder je Zeile eine Frage",
  file: "oder aus einer Datei",
  start: "Messen",
  pause: "Anhalten",
  goOn: "Weiter",
  stop: "Beenden",
  keeps:
    "Beim Neuladen oder Schließen geht nichts verloren: Die Messung geht weiter, wenn diese Seite wieder offen ist.",
  loading: "das Modell wird geladen",
  doneOf: (done, of) => `${done} von ${of}.`,
  left: (seconds) => `Noch etwa ${seconds} s.`,
  failed: (message) => `Die Messung ist fehlgeschlagen. ${message}`,
  columns: {
    file: "Datei",
    weights: "Gewichte",
    memory: "GPU-Speicher",
    speed: "Token/s",
    error: "Fehler der Gewichte",
    perplexity: "Perplexität",
    kl: "KL-Divergenz",
    top1: "Gleiche erste Wahl",
    maxLogit: "Größter Unterschied eines Logits",
    right: "Richtig",
    rightByLength: "Richtig, nach Länge",
  },
  tableLabel: "Was gemessen wurde",
  copy: "Tabelle kopieren",
  copied: "Kopiert",
  save: "Als JSON speichern",
  plotTitle: "Güte, Größe und Tempo",
  reliabilityTitle: "Hat es so oft recht, wie es sicher ist?",
  reliabilityNote:
    "Auf der gestrichelten Linie hat ein Modell, das zu 70 % sicher ist, in sieben von zehn Fällen recht. Darunter ist es sicherer, als es sein dürfte.",
  sure: "wie sicher",
  wasRight: "wie oft richtig",
  matrixTitle: "Fehler jeder Matrix",
  matrixNote:
    "Jede Marke ist eine Matrix: wie sehr das Runden ihre Gewichte verändert hat, als Anteil ihrer Größe, an einer Stichprobe ihrer Zeilen.",
  matrices: "Matrizen, nach Namen",
  cardTitle: "Was Metas eigene Karte über Llama 2 sagt",
  cardNote:
    "Zahlen von Meta, mit Metas eigener Bibliothek und anderen Prompts gewonnen: zum Vergleich, nicht hier gemessen.",
  cardSource: "Aus",
};
