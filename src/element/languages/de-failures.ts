// German: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "Er lautet besitzer/name, wie in der Adresse der Modellseite.";
const whereTokensAre =
  "Tokens legt man in den Einstellungen des Hubs unter „Access Tokens“ an; einer, der lesen darf, genügt.";
const expectedBelow = "Was erwartet wurde, steht unten.";
const otherCompiler =
  "Mit dem Modell ist alles in Ordnung. Aktualisiere Browser und Grafiktreiber oder versuche einen anderen Browser: Jeder bringt seinen eigenen Compiler mit.";
const whatThereIs =
  "Auf der Modellseite steht, was es gibt: Branches und Commits für eine Version, hinter einem @; Dateien und Ordner hinter dem Namen.";

export const failures: FailureStrings = {
  noWeights: {
    title: "Hier sind keine Gewichte, die pronk liest",
    text: "Gelesen werden safetensors, GGUF, pytorch_model.bin, Metas consolidated.00.pth und die .bin-Dateien von llama2.c, im selben Ordner wie ihre Konfiguration.",
  },
  modelUnsupported: {
    title: "Dieses Modell läuft hier nicht",
    text: "pronk führt Modelle der Llama-2-Familie aus. Was nicht passte, steht unten; ein anderes Modell passt vielleicht.",
  },
  webgpuMissing: {
    title: "Hier gibt es kein WebGPU",
    text:
      "pronk führt Modelle über WebGPU auf der GPU aus. Chrome und Edge haben es seit Version 113, Safari seit 26, Firefox " +
      "unter Windows seit 141 und auf Apple-Chips seit 145. Die Seite muss über https oder von localhost kommen. " +
      "Ist dein Browser neu genug, sieh nach, ob in seinen Einstellungen die Hardwarebeschleunigung ausgeschaltet ist.",
  },
  adapterMissing: {
    title: "Der Browser gibt keinen Zugang zur GPU",
    text:
      "Mit dem Modell ist alles in Ordnung. Sieh nach, ob in den Einstellungen des Browsers die Hardwarebeschleunigung " +
      "(Grafikbeschleunigung) eingeschaltet ist, starte den Browser neu und aktualisiere den Grafiktreiber. Ein entfernter " +
      "Desktop oder eine virtuelle Maschine hat oft keine GPU; unter Linux muss WebGPU in Chrome vielleicht unter " +
      "chrome://flags eingeschaltet werden.",
  },
  adapterTooSmall: {
    title: "Dieses Modell ist zu groß für diese GPU",
    text: "Nimm ein kleineres Modell oder eines mit weniger Bits je Gewicht.",
  },
  wrongNumbers: {
    title: "Das Modell hat sich verrechnet",
    text:
      "Es liegt an seiner Datei, oder diese GPU rechnet falsch; darum gibt es keine Antwort. Versuche einen anderen Browser; " +
      "ändert das nichts, nimm eine andere Datei des Modells.",
  },
  lostOnTheWay: {
    title: "Bei der GPU kam nicht alles an",
    text:
      "Auf dem Weg zu ihr ging etwas verloren oder wurde verfälscht; das fiel auf, bevor es schaden konnte. Versuche es noch einmal; kommt es " +
      "wieder vor, starte den Browser neu, aktualisiere den Grafiktreiber oder versuche einen anderen Browser.",
  },
  commandRefused: { title: "Der Grafiktreiber hat einen Befehl abgelehnt", text: otherCompiler },
  shaderRefused: { title: "Der Grafiktreiber hat ein Programm abgelehnt", text: otherCompiler },
  storageMissing: {
    title: "Der Browser speichert nichts für diese Seite",
    text: "Ein privates Fenster oder eine Einstellung kann das verbieten. Das Modell läuft trotzdem, wird aber jedes Mal geholt.",
  },
  integrity: {
    title: "Einige Bytes kamen beschädigt an",
    text: "Der beschädigte Teil wurde verworfen. Ein neuer Versuch holt nur diesen Teil.",
  },
  storageFull: (needed, available) => ({
    title: "Der Speicher des Browsers ist voll",
    text:
      (needed === undefined
        ? "Für dieses Modell ist kein Platz."
        : `Dieses Modell braucht ${needed}${available === undefined ? "" : `, und ${available} sind frei`}.`) +
      " Was angekommen ist, bleibt erhalten. Lösche ein anderes Modell, schaffe Platz auf diesem Gerät oder führe es aus, ohne es zu speichern: Dann wird es jedes Mal geholt.",
  }),
  format: {
    title: "Eine Datei dieses Modells ist nicht, wie sie sein soll",
    text: "Datei und Feld stehen unten. Frag, wer das Modell veröffentlicht hat, oder nimm ein anderes.",
  },
  outOfMemory: {
    title: "Dieses Modell ist zu groß für dieses Gerät",
    text: "Nimm ein kleineres Modell, oder schließe andere Tabs und Programme, die die GPU benutzen, und versuche es noch einmal.",
  },
  outOfMemoryWithOffers: {
    title: "Das braucht mehr Speicher, als die GPU hergibt",
    text: "Dasselbe Modell kann mit weniger laufen. Dein Gespräch bleibt.",
  },
  deviceLost: {
    title: "Die GPU ist verschwunden",
    text: "Das kann am Neustart eines Treibers, am Ruhezustand oder an einem anderen Programm liegen. Dein Gespräch ist noch da.",
  },
  engineNotStarted: {
    title: "Die Seite konnte die Engine nicht starten",
    text:
      "Ihre Worker-Datei wurde nicht gefunden, oder die Richtlinie der Seite verbietet sie. Lade die Seite neu; hilft das " +
      "nicht, kann es beheben, wer sie betreibt, und zwar wie unten beschrieben.",
  },
  engineStopped: {
    title: "Die Engine ist stehen geblieben",
    text: "Ihr Worker ist beendet. Dein Gespräch ist noch da; ein neuer Versuch startet sie wieder.",
  },
  leaderClosed: {
    title: "Der Tab, in dem das Modell lief, wurde geschlossen",
    text: "Dieser Tab übernimmt gleich, und was angekommen war, bleibt erhalten.",
  },
  contextFull: { title: "Das ist zu lang für das Modell", text: "Kürze die Nachricht oder beginne einen neuen Chat." },
  message: { title: "Diese Nachricht kann das Modell nicht annehmen", text: "Ändere sie und sende sie noch einmal." },
  noModelName: { title: "Das nennt kein Modell", text: expectedBelow },
  noSuchWeights: { title: "Diese Gewichte hat das Modell nicht", text: expectedBelow },
  setting: { title: "Eine Einstellung dieser Seite passt nicht", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `Der Hub zeigt kein Modell ${repository}`,
    text:
      `Prüfe zuerst den Namen. ${aName} ` +
      (hasToken
        ? "Stimmt er, dann ist das Modell privat, und das Konto deines Tokens darf es nicht sehen."
        : `Stimmt er, dann ist das Modell privat: Gib den Token eines Kontos an, das es sehen darf. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "Der Hub gibt dieses Modell noch nicht heraus",
    text: hasToken
      ? "Dein Token ist dort bekannt, aber sein Konto ist für dieses Modell nicht freigeschaltet, oder er darf keine " +
        "geschützten lesen. Bitte auf der Modellseite um Zugang, oder gib einen anderen Token an."
      : `Es ist geschützt. Stimme auf der Modellseite seinen Bedingungen zu und gib dann einen Token dieses Kontos an. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "Der Hub nimmt diesen Token nicht an",
    text: `Vielleicht ist er vertippt, abgelaufen oder widerrufen. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `Der Hub gibt ${repository} nicht heraus`,
    text:
      "Ohne Token sagt er nicht, warum: Der Name kann vertippt sein, oder das Modell ist geschützt oder privat. " +
      `Prüfe zuerst den Namen. ${aName} Stimmt er, bitte auf der Modellseite um Zugang und gib einen Token an.`,
  }),
  noSuchFile: { title: "Diese Datei hat das Modell nicht", text: whatThereIs },
  noSuchVersion: { title: "Diese Version hat das Modell nicht", text: whatThereIs },
  addressRefused: {
    title: "Der Server gibt das nicht heraus",
    text: "Er verlangt eine Erlaubnis, und ein Token geht nur an den Hub. Nimm eine Adresse, die öffentlich ist.",
  },
  nothingThere: {
    title: "Unter dieser Adresse ist kein Modell",
    text: "Es muss die Adresse des Ordners sein, in dem config.json und die Gewichte liegen, oder die einer Datei mit Gewichten.",
  },
  busy: {
    title: "Der Server bittet um weniger Anfragen",
    text: "Warte einige Minuten und versuche es dann noch einmal. Was angekommen ist, bleibt erhalten.",
  },
  serverFault: {
    title: "Der Server hat ein Problem",
    text: "Du kannst nichts daran ändern. Versuche es später noch einmal; was angekommen ist, bleibt erhalten, und von da geht es weiter.",
  },
  forbiddenByPage: {
    title: "Diese Seite darf von dort nichts holen",
    text: "Ihre Sicherheitsrichtlinie nennt die Adresse nicht. Wer die Seite betreibt, kann sie erlauben, wie unten beschrieben.",
  },
  partMissing: {
    title: "Ein Teil der Anwendung fehlt",
    text: "Er wird geholt, wenn ein Modell ihn braucht. Versuche es noch einmal; hilft das nicht, wurde die Seite inzwischen erneuert: Lade sie neu.",
  },
  interrupted: {
    title: "Das Herunterladen wurde unterbrochen",
    text: "Was angekommen ist, bleibt erhalten; ein neuer Versuch macht dort weiter. Prüfe die Verbindung.",
  },
  offline: {
    title: "Das Modell konnte nicht geholt werden",
    text: "Du scheinst offline zu sein. Modelle, die auf diesem Gerät gespeichert sind, starten ohne Netz.",
  },
  unknown: {
    title: "Etwas ist schiefgegangen",
    text: "Das sollte nicht vorkommen. Vielleicht hilft es, die Seite neu zu laden; das Gespräch bleibt, wo die Seite es aufbewahrt.",
  },
  modelPage: "Modellseite",
  searchHub: "Im Hub suchen",
  smallerSetup: (changes, size) => `${changes.join(", ")}: ${size}`,
  shorterContext: (positions) => `Kontext ${positions}`,
  cacheIn: { f32: "Cache in 32 Bit", f16: "Cache in 16 Bit", q8: "Cache in 8 Bit" },
  weightsIn: { none: "Gewichte wie veröffentlicht", q8: "Gewichte in 8 Bit", q4: "Gewichte in 4 Bit" },
  smallerSetups: "Mit weniger ausführen",
  deleteModel: (model, size) => `${model} löschen: macht ${size} frei`,
  deleteModels: "Platz schaffen",
  withoutStore: "Ausführen, ohne zu speichern",
};
