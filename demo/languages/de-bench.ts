// German: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "Wie schnell ist diese GPU? pronk",
  description: "Misst, wie schnell dieser Browser und diese GPU Sprachmodelle ausführen. Nichts wird gesendet.",
  heading: "Wie schnell ist diese GPU?",
  lead: "pronk baut auf deiner GPU ein Modell aus Zufallsgewichten, prüft, ob es richtig rechnet, und misst, wie schnell es liest und schreibt. Nichts wird heruntergeladen, und nichts verlässt dieses Gerät.",
  sizeLabel: "Ein Modell, so groß wie",
  inFront: "Lass diesen Tab im Vordergrund: Browser bremsen, was nicht zu sehen ist.",
  tiny: "das winzige Modell von hier",
  option: (name, size) => `${name}, ${size}`,
  measure: "Messen",
  again: "Noch einmal messen",
  measuring: "Es wird gemessen",
  progress: {
    "Asking for the GPU": "Die GPU wird angefragt",
    "Measuring what the adapter can do": "Es wird gemessen, was der Adapter kann",
    "Loading, # of #": "Laden, # von #",
    "Warming up": "Aufwärmen",
    "Reading and answering, # of #": "Lesen und Antworten, # von #",
    "Counting what a token costs": "Es wird gezählt, was ein Token kostet",
    "Timing every kernel": "Die Zeit jedes Kernels wird gemessen",
    "Checking two layers against plain kernels": "Zwei Schichten werden mit einfachen Kerneln verglichen",
    Done: "Fertig",
  },
  noWebGpu:
    "Dieser Browser gibt keinen WebGPU-Adapter. Nimm ein aktuelles Chrome, Edge, Firefox oder Safari, und lass es die GPU benutzen.",
  failed: (message) => `Die Messung ist fehlgeschlagen. ${message}`,
  headline: (adapter) => `Auf ${adapter}`,
  cards: {
    decode: [
      "Tokens in der Sekunde, geschrieben",
      "Das merkst du, während eine Antwort erscheint. Ein Token ist etwa drei Viertel eines Wortes.",
    ],
    prefill: ["Tokens in der Sekunde, gelesen", "Wie schnell eine Frage oder ein Text aufgenommen wird."],
    first: ["bis zum ersten Token", "Die Wartezeit nach einer Frage, die so lang ist wie die hier gemessene."],
    load: ["bis es bereit ist", "Gewichte erzeugen und Shader übersetzen; kein Download ist dabei."],
  },
  between: (least, most, runs) => `${least} bis ${most} in ${runs} Läufen.`,
  wrong: (error, allowed) =>
    `Auf diesem Adapter sind die Zahlen FALSCH: Logits weichen um ${error} ab, erlaubt ist ${allowed}. Die Zeiten unten bedeuten nichts.`,
  right: (positions, error) =>
    `Geprüft: ${positions} Positionen stimmen mit einfachen Kerneln in f32 überein; ein Logit weicht höchstens um ${error} ab.`,
  ceiling: (percent, bytes, rate) =>
    `Um ein Token zu schreiben, muss die GPU ${bytes} an Gewichten und Cache lesen. Mehr als lesen muss diese GPU nicht, und sie liest höchstens ${rate} in der Sekunde; das hier sind also ${percent} von dem, was ihr Speicher erlaubt.`,
  counts: (dispatches, submits) => `Ein Token sind ${dispatches} Dispatches in ${submits}.`,
  submits: counted("de", { one: "# Submit", other: "# Submits" }),
  nothing: "Unterwegs wird nichts angelegt.",
  objects: (buffers, groups) => `Unterwegs werden ${buffers} Puffer und ${groups} Bind-Groups angelegt.`,
  memory: (gpu, weights, cache) => `GPU-Speicher: ${gpu}, davon ${weights} Gewichte und ${cache} Cache.`,
  timeTitle: "Wohin die Zeit eines Tokens geht",
  timeNote:
    "Jeder Kernel lief für sich unter der Uhr der GPU, darum ist die Summe etwas mehr, als ein Token braucht. Browser runden diese Uhr auf 0,1 ms; sehr kurze Kernel sind deshalb ungenau.",
  prefillTitle: (tokens) => `Wohin die Zeit beim Lesen von ${tokens} Tokens geht`,
  noClock: "Dieser Adapter hat keine Uhr für einzelne Kernel (timestamp-query), darum gibt es kein Bild von ihnen.",
  columns: { kernel: "Kernel", times: "Anzahl", ms: "ms", rate: "GB/s", flops: "GFLOP/s" },
  all: "alle",
  roofTitle: "Wie nah am Dach",
  roofNote:
    "Das Dach ist, was diese GPU kann, eben gemessen: die Schräge ihr Speicher, das Flache ihr Rechnen. Ein Kernel unter der Schräge wartet auf den Speicher, einer unter dem Flachen auf das Rechnen; je näher am Dach, desto weniger ist zu gewinnen. Kreise wachsen mit dem Anteil an der Zeit.",
  roofX: "Operationen je gelesenem Byte",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `Roofline dieses Adapters; ein geschriebenes Token liegt bei ${percent} des Speicherdachs`,
  writing: "ein Token",
  reading: "die Frage",
  reportTitle: "Der Bericht",
  reportNote:
    "Einfacher Text auf Englisch, zum Aufheben oder Zeigen. Er nennt Browser und Adapter und sonst nichts über dich.",
  reportLabel: "Bericht als Text",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Text markieren und kopieren",
  share: "Teilen",
  save: "Als JSON speichern",
};
