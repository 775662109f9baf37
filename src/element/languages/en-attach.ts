// The words about attached files, a part of the element's words.

export interface AttachStrings {
  attach: string;
  dropHere: string;
  attached: string;
  pasted: (number: number) => string;
  reading: (name: string) => string;
  remove: (name: string) => string;
  removed: (name: string) => string;
  /** A count that is not exact. */
  about: (tokens: string) => string;
  /** Of a file that can't be attached; `most` is a size. */
  problems: Record<
    | "empty"
    | "binary"
    | "encoding"
    | "large"
    | "encrypted"
    | "scanned"
    | "damaged"
    | "unreadable"
    | "same"
    | "partMissing",
    (name: string, most: string) => string
  >;
  tooLong: (tokens: string, context: string) => string;
  longerContext: string;
  crowdsOut: string;
}

export const englishAttach: AttachStrings = {
  attach: "Attach files",
  dropHere: "Drop files to attach their text",
  attached: "Attached",
  pasted: (number) => `Pasted text ${number}`,
  reading: (name) => `Reading ${name}`,
  remove: (name) => `Remove ${name}`,
  removed: (name) => `${name} was removed.`,
  about: (tokens) => `about ${tokens}`,
  problems: {
    empty: (name) => `${name} is empty.`,
    binary: (name) => `${name} is no text. Text, Markdown, code, CSV, JSON and PDF can be attached.`,
    encoding: (name) => `${name} is not in UTF-8. Save it as UTF-8 and attach it again.`,
    large: (name, most) => `${name} is too large: up to ${most} of text can be attached. Attach a part of it.`,
    encrypted: (name) => `${name} is protected by a password. Save it without one and attach it again.`,
    scanned: (name) => `${name} has pictures of pages and no text. Attach one whose text was recognised (OCR).`,
    damaged: (name) => `${name} can't be read as a PDF. It may be damaged.`,
    unreadable: (name) => `${name} could not be read. If it is a folder, attach the files in it.`,
    same: (name) => `${name} is attached already.`,
    partMissing: (name) =>
      `${name} could not be read: a part of the page is missing. Check the connection and try again; if the page was updated meanwhile, reload it.`,
  },
  tooLong: (tokens, context) =>
    `This message has ${tokens}, and the model's context takes ${context}. Remove an attachment, or attach less of it.`,
  longerContext: "Allow a longer context",
  crowdsOut: "With this, the beginning of the conversation may no longer fit the model's context.",
};
