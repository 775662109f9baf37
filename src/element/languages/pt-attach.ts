// Portuguese: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "Anexar arquivos",
  dropHere: "Solte arquivos para anexar o texto deles",
  attached: "Anexos",
  pasted: (number) => `Texto colado ${number}`,
  reading: (name) => `Lendo ${name}`,
  remove: (name) => `Remover ${name}`,
  removed: (name) => `${name} foi removido.`,
  about: (tokens) => `cerca de ${tokens}`,
  problems: {
    empty: (name) => `${name} está vazio.`,
    binary: (name) => `${name} não é texto. É possível anexar texto, Markdown, código, CSV, JSON e PDF.`,
    encoding: (name) => `${name} não está em UTF-8. Salve-o como UTF-8 e anexe de novo.`,
    large: (name, most) => `${name} é grande demais: é possível anexar até ${most} de texto. Anexe uma parte dele.`,
    encrypted: (name) => `${name} está protegido por senha. Salve-o sem senha e anexe de novo.`,
    scanned: (name) => `${name} tem imagens de páginas e nenhum texto. Anexe uma versão com o texto reconhecido (OCR).`,
    damaged: (name) => `${name} não pode ser lido como PDF. Ele pode estar danificado.`,
    unreadable: (name) => `${name} não pôde ser lido. Se for uma pasta, anexe os arquivos dela.`,
    same: (name) => `${name} já está anexado.`,
    partMissing: (name) =>
      `${name} não pôde ser lido: falta uma parte da página. Verifique a conexão e tente de novo; se a página foi atualizada nesse meio-tempo, recarregue-a.`,
  },
  tooLong: (tokens, context) =>
    `Esta mensagem tem ${tokens}, e no contexto do modelo cabem ${context}. Remova um anexo ou anexe menos dele.`,
  longerContext: "Permitir um contexto mais longo",
  crowdsOut: "Com isto, o começo da conversa talvez não caiba mais no contexto do modelo.",
};
