// Spanish: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "Adjuntar archivos",
  dropHere: "Suelta archivos para adjuntar su texto",
  attached: "Adjuntos",
  pasted: (number) => `Texto pegado ${number}`,
  reading: (name) => `Leyendo ${name}`,
  remove: (name) => `Quitar ${name}`,
  removed: (name) => `Se ha quitado ${name}.`,
  about: (tokens) => `unos ${tokens}`,
  problems: {
    empty: (name) => `${name} está vacío.`,
    binary: (name) => `${name} no es texto. Se pueden adjuntar texto, Markdown, código, CSV, JSON y PDF.`,
    encoding: (name) => `${name} no está en UTF-8. Guárdalo como UTF-8 y adjúntalo de nuevo.`,
    large: (name, most) => `${name} es demasiado grande: se pueden adjuntar hasta ${most} de texto. Adjunta una parte.`,
    encrypted: (name) => `${name} está protegido con contraseña. Guárdalo sin ella y adjúntalo de nuevo.`,
    scanned: (name) =>
      `${name} tiene imágenes de páginas y ningún texto. Adjunta una versión con el texto reconocido (OCR).`,
    damaged: (name) => `${name} no se puede leer como PDF. Puede estar dañado.`,
    unreadable: (name) => `No se ha podido leer ${name}. Si es una carpeta, adjunta los archivos que contiene.`,
    same: (name) => `${name} ya está adjunto.`,
    partMissing: (name) =>
      `No se ha podido leer ${name}: falta una parte de la página. Comprueba la conexión e inténtalo de nuevo; si la página se ha actualizado entretanto, recárgala.`,
  },
  tooLong: (tokens, context) =>
    `Este mensaje tiene ${tokens}, y en el contexto del modelo caben ${context}. Quita un adjunto o adjunta menos de él.`,
  longerContext: "Permitir un contexto más largo",
  crowdsOut: "Con esto, puede que el comienzo de la conversación ya no quepa en el contexto del modelo.",
};
