// Portuguese: the panels of settings and meters.

import type { PanelStrings } from "./en-panels.ts";

export const panels: PanelStrings = {
  settings: "Configurações desta conversa",
  settingsTitle: "Esta conversa",
  settingsNote:
    "O que você muda aqui vale para esta conversa, a partir da próxima resposta. Um campo vazio usa o valor do modelo.",
  system: "Prompt do sistema",
  systemPlaceholder: "Como o modelo deve responder, nas suas palavras",
  presets: "Respostas",
  preset: { own: "Como o modelo", precise: "Precisas", balanced: "Equilibradas", inventive: "Criativas" },
  fields: {
    temperature: ["Temperatura", "0 sempre usa a palavra mais provável; mais alta, arrisca mais"],
    top_p: ["Top-p", "Só as palavras mais prováveis que somam esta parcela"],
    top_k: ["Top-k", "Só esta quantidade das palavras mais prováveis; 0 são todas"],
    min_p: ["Min-p", "Nenhuma palavra abaixo desta parcela da mais provável"],
    repetition_penalty: ["Penalidade de repetição", "Acima de 1, palavras já ditas ficam menos prováveis"],
    frequency_penalty: ["Penalidade de frequência", "Cresce conforme uma palavra se repete"],
    presence_penalty: ["Penalidade de presença", "Para qualquer palavra que já foi dita"],
    max_tokens: ["Resposta mais longa, em tokens", "Onde uma resposta é cortada"],
    seed: ["Semente", "A mesma semente dá a mesma resposta de novo"],
    context_length: ["Contexto, em tokens", "Quanto da conversa cabe; mais ocupa mais memória"],
  },
  stop: "Parar em",
  stopHint: "Textos em que uma resposta termina, um por linha",
  kv: "Precisão do contexto",
  kvHint: "q8 ocupa metade da memória de f16",
  kvOwn: (format) => `Como foi carregado (${format})`,
  ownValue: (value) => `${value} (do modelo)`,
  random: "outra a cada vez",
  asFarAsItGoes: "até onde o contexto vai",
  loadAgainTitle: "O próprio modelo",
  loadAgainNote: "Estas opções carregam o modelo de novo, o que leva alguns segundos. A conversa fica.",
  loadAgain: "Aplicar e carregar de novo",
  reset: "Redefinir tudo",
  close: "Fechar",
  meters: "Contexto usado, velocidade e memória",
  metersTitle: "O que o modelo está fazendo",
  contextUsed: (used, all) => `${used} de ${all} tokens`,
  contextShort: (used, all) => `${used} de ${all}`,
  noAnswerYet: "depois da primeira resposta",
  meter: {
    context: [
      "Contexto usado",
      "Um modelo lê as palavras em tokens, pedaços de cerca de quatro letras. A conversa inteira precisa caber no contexto; quando não cabe, as mensagens mais antigas ficam de fora.",
    ],
    prompt: [
      "Leitura",
      "A velocidade com que sua mensagem foi lida. O que foi lido para respostas anteriores não é lido de novo.",
    ],
    answer: [
      "Escrita",
      "A velocidade com que a última resposta foi escrita. Uma pessoa lê cerca de 5 tokens por segundo.",
    ],
    first: ["Primeira palavra após", "Da sua mensagem até a primeira palavra da última resposta."],
    memory: ["Memória na GPU", "Os pesos do modelo, o contexto e espaço para calcular."],
  },
};
