// Spanish: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "Teclas",
  send: "Enviar",
  newLine: "Línea nueva",
  stop: "Detener la respuesta",
  editLast: "Editar tu último mensaje",
  focus: "Ir al campo de texto",
  map: "Mostrar estas teclas",
  or: "o",
  names: { alt: "Alt", control: "Control", shift: "Mayús", enter: "Intro", escape: "Esc", delete: "Supr" },
  removeAttachment: "Quitar un adjunto",
};
