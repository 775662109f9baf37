// What a person quotes of an answer: the words selected in it, or else all of it, as Markdown's quotation.

/** The selection, where it lies within `part`; else "". */
export function selectedIn(part: Element): string {
  // A selection inside a shadow root is its own in Chromium, and the document's elsewhere.
  const root = part.getRootNode() as Document | (ShadowRoot & { getSelection?(): Selection | null });
  const text = String(root.getSelection?.() ?? document.getSelection() ?? "").trim();
  const without = (words: string) => words.replace(/\s+/g, "");
  return without(part.textContent).includes(without(text)) ? text : "";
}

export const quotation = (text: string): string =>
  `${text
    .trim()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n")}\n\n`;
