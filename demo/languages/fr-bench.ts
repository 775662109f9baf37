// French: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "Quelle est la vitesse de ce GPU ? pronk",
  description: "Mesure à quelle vitesse ce navigateur et ce GPU exécutent des modèles de langage. Rien n’est envoyé.",
  heading: "Quelle est la vitesse de ce GPU ?",
  lead: "pronk fabrique sur votre GPU un modèle aux poids aléatoires, vérifie qu’il calcule juste et mesure à quelle vitesse il lit et écrit. Rien n’est téléchargé et rien ne quitte cet appareil.",
  sizeLabel: "Un modèle de la taille de",
  inFront: "Gardez cet onglet au premier plan : les navigateurs ralentissent ce qui est caché.",
  tiny: "le tout petit modèle d’ici",
  option: (name, size) => `${name}, ${size}`,
  measure: "Mesurer",
  again: "Mesurer à nouveau",
  measuring: "Mesure en cours",
  progress: {
    "Asking for the GPU": "Demande du GPU",
    "Measuring what the adapter can do": "Mesure de ce que peut l’adaptateur",
    "Loading, # of #": "Chargement, # sur #",
    "Warming up": "Mise en route",
    "Reading and answering, # of #": "Lecture et réponse, # sur #",
    "Counting what a token costs": "Décompte de ce que coûte un token",
    "Timing every kernel": "Chronométrage de chaque kernel",
    "Checking two layers against plain kernels": "Comparaison de deux couches avec des kernels simples",
    Done: "Terminé",
  },
  noWebGpu:
    "Ce navigateur ne donne pas d’adaptateur WebGPU. Utilisez une version actuelle de Chrome, Edge, Firefox ou Safari, et laissez-la utiliser le GPU.",
  failed: (message) => `La mesure a échoué. ${message}`,
  headline: (adapter) => `Sur ${adapter}`,
  cards: {
    decode: [
      "tokens par seconde, écrits",
      "Ce que vous ressentez pendant qu’une réponse apparaît. Un token, c’est environ trois quarts de mot.",
    ],
    prefill: ["tokens par seconde, lus", "La vitesse à laquelle une question ou un texte est lu."],
    first: ["jusqu’au premier token", "L’attente après une question de la longueur mesurée ici."],
    load: ["jusqu’à être prêt", "Fabriquer les poids et compiler les shaders ; sans aucun téléchargement."],
  },
  between: (least, most, runs) => `De ${least} à ${most} en ${runs} passages.`,
  wrong: (error, allowed) =>
    `Les nombres sont FAUX sur cet adaptateur : les logits s’écartent de ${error}, ${allowed} est permis. Les temps ci-dessous ne veulent rien dire.`,
  right: (positions, error) =>
    `Vérifié : ${positions} positions concordent avec des kernels simples en f32 ; le plus grand écart d’un logit est de ${error}.`,
  ceiling: (percent, bytes, rate) =>
    `Pour écrire un token, le GPU doit lire ${bytes} de poids et de cache. Lire est tout ce qu’il a à faire, et il lit au mieux ${rate} par seconde ; c’est donc ${percent} de ce que permet sa mémoire.`,
  counts: (dispatches, submits) => `Un token, c’est ${dispatches} dispatches en ${submits}.`,
  submits: counted("fr", { one: "# envoi", other: "# envois" }),
  nothing: "Rien n’est créé en chemin.",
  objects: (buffers, groups) => `${buffers} tampons et ${groups} bind groups sont créés en chemin.`,
  memory: (gpu, weights, cache) => `Mémoire du GPU : ${gpu}, dont ${weights} de poids et ${cache} de cache.`,
  timeTitle: "Où passe le temps d’un token",
  timeNote:
    "Chaque kernel a été exécuté seul sous l’horloge du GPU, la somme dépasse donc un peu ce que prend un token. Les navigateurs arrondissent cette horloge à 0,1 ms ; les kernels très courts sont donc approximatifs.",
  prefillTitle: (tokens) => `Où passe le temps de lecture de ${tokens} tokens`,
  noClock:
    "Cet adaptateur n’a pas d’horloge pour les kernels pris un à un (timestamp-query), il n’y en a donc pas d’image.",
  columns: { kernel: "Kernel", times: "Fois", ms: "ms", rate: "Go/s", flops: "GFLOP/s" },
  all: "total",
  roofTitle: "À quelle distance du toit",
  roofNote:
    "Le toit est ce que peut ce GPU, mesuré à l’instant : la pente est sa mémoire, le plat son arithmétique. Un kernel sous la pente attend la mémoire, un kernel sous le plat attend l’arithmétique ; plus il est près du toit, moins il reste à gagner. Les cercles grandissent avec la part du temps que prend un kernel.",
  roofX: "opérations par octet lu",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `Roofline de cet adaptateur ; un token écrit est à ${percent} du toit de la mémoire`,
  writing: "un token",
  reading: "la question",
  reportTitle: "Le rapport",
  reportNote:
    "Du texte simple, en anglais, à garder ou à montrer. Il nomme le navigateur et l’adaptateur, et rien d’autre de vous.",
  reportLabel: "Rapport en texte",
  copy: "Copier",
  copied: "Copié",
  copyFailed: "Sélectionnez le texte et copiez-le",
  share: "Partager",
  save: "Enregistrer en JSON",
};
