// German: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "Dateien anhängen",
  dropHere: "Dateien hier ablegen, um ihren Text anzuhängen",
  attached: "Angehängt",
  pasted: (number) => `Eingefügter Text ${number}`,
  reading: (name) => `${name} wird gelesen`,
  remove: (name) => `${name} entfernen`,
  removed: (name) => `${name} wurde entfernt.`,
  about: (tokens) => `etwa ${tokens}`,
  problems: {
    empty: (name) => `${name} ist leer.`,
    binary: (name) => `${name} ist kein Text. Anhängen lassen sich Text, Markdown, Code, CSV, JSON und PDF.`,
    encoding: (name) => `${name} ist nicht in UTF-8. Speichere die Datei als UTF-8 und hänge sie noch einmal an.`,
    large: (name, most) => `${name} ist zu groß: Bis zu ${most} Text lassen sich anhängen. Hänge einen Teil davon an.`,
    encrypted: (name) =>
      `${name} ist durch ein Passwort geschützt. Speichere die Datei ohne Passwort und hänge sie noch einmal an.`,
    scanned: (name) =>
      `${name} enthält Bilder von Seiten und keinen Text. Hänge eine Fassung mit Texterkennung (OCR) an.`,
    damaged: (name) => `${name} lässt sich nicht als PDF lesen. Vielleicht ist die Datei beschädigt.`,
    unreadable: (name) => `${name} konnte nicht gelesen werden. Ist es ein Ordner, hänge die Dateien darin an.`,
    same: (name) => `${name} ist schon angehängt.`,
    partMissing: (name) =>
      `${name} konnte nicht gelesen werden: Ein Teil der Seite fehlt. Prüfe die Verbindung und versuche es noch einmal; wurde die Seite inzwischen erneuert, lade sie neu.`,
  },
  tooLong: (tokens, context) =>
    `Diese Nachricht hat ${tokens}, und in den Kontext des Modells passen ${context}. Entferne einen Anhang oder hänge weniger davon an.`,
  longerContext: "Einen längeren Kontext erlauben",
  crowdsOut: "Damit passt der Anfang des Gesprächs vielleicht nicht mehr in den Kontext des Modells.",
};
