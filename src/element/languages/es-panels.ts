// Spanish: the panels of settings and meters.

import type { PanelStrings } from "./en-panels.ts";

export const panels: PanelStrings = {
  settings: "Ajustes de esta conversación",
  settingsTitle: "Esta conversación",
  settingsNote:
    "Lo que cambies aquí vale para esta conversación, a partir de la próxima respuesta. Un campo vacío toma el valor del modelo.",
  system: "Prompt del sistema",
  systemPlaceholder: "Cómo debe responder el modelo, con tus palabras",
  presets: "Respuestas",
  preset: { own: "Como el modelo", precise: "Precisas", balanced: "Equilibradas", inventive: "Creativas" },
  fields: {
    temperature: ["Temperatura", "Con 0 siempre la palabra más probable; con más, se arriesga"],
    top_p: ["Top-p", "Solo las palabras más probables que suman esta proporción"],
    top_k: ["Top-k", "Solo este número de palabras, las más probables; 0 son todas"],
    min_p: ["Min-p", "Ninguna palabra por debajo de esta proporción de la más probable"],
    repetition_penalty: ["Penalización por repetición", "Por encima de 1, lo ya dicho es menos probable"],
    frequency_penalty: ["Penalización por frecuencia", "Crece con las veces que se ha dicho una palabra"],
    presence_penalty: ["Penalización por presencia", "Para toda palabra que ya se haya dicho"],
    max_tokens: ["Respuesta más larga, en tokens", "Dónde se corta una respuesta"],
    seed: ["Semilla", "La misma semilla da otra vez la misma respuesta"],
    context_length: ["Contexto, en tokens", "Cuánto cabe de la conversación; más ocupa más memoria"],
  },
  stop: "Detenerse en",
  stopHint: "Textos en los que termina una respuesta, uno por línea",
  kv: "Precisión del contexto",
  kvHint: "q8 ocupa la mitad de memoria que f16",
  kvOwn: (format) => `Como se cargó (${format})`,
  ownValue: (value) => `${value} (del modelo)`,
  random: "otra cada vez",
  asFarAsItGoes: "hasta donde llegue el contexto",
  loadAgainTitle: "El propio modelo",
  loadAgainNote: "Para esto se vuelve a cargar el modelo, lo que tarda unos segundos. La conversación se conserva.",
  loadAgain: "Aplicar y cargar de nuevo",
  reset: "Restablecer todo",
  close: "Cerrar",
  meters: "Contexto usado, velocidad y memoria",
  metersTitle: "Qué está haciendo el modelo",
  contextUsed: (used, all) => `${used} de ${all} tokens`,
  contextShort: (used, all) => `${used} de ${all}`,
  noAnswerYet: "tras la primera respuesta",
  meter: {
    context: [
      "Contexto usado",
      "Un modelo lee las palabras en tokens, fragmentos de unas cuatro letras. Toda la conversación tiene que caber en su contexto; si no cabe, se omiten los mensajes más antiguos.",
    ],
    prompt: [
      "Lectura",
      "Con qué velocidad se leyó tu mensaje. Lo que se leyó para respuestas anteriores no se vuelve a leer.",
    ],
    answer: [
      "Escritura",
      "Con qué velocidad se escribió la última respuesta. Una persona lee unos 5 tokens por segundo.",
    ],
    first: ["Primera palabra tras", "Desde tu mensaje hasta la primera palabra de la última respuesta."],
    memory: ["Memoria en la GPU", "Los pesos del modelo, su contexto y espacio para calcular."],
  },
};
