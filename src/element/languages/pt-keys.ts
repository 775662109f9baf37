// Portuguese: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "Teclas",
  send: "Enviar",
  newLine: "Nova linha",
  stop: "Parar a resposta",
  editLast: "Editar a última mensagem",
  focus: "Ir para o campo de texto",
  map: "Mostrar estas teclas",
  or: "ou",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "Remover um anexo",
};
