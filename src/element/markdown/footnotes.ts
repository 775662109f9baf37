// Footnotes of an answer: marks in the text, and notes at its end. follow-note.ts says what a press on them does.

import { element, type MarkdownElement, type MarkdownLabels } from "./markdown-node.ts";

export function noteMark(number: number, labels: MarkdownLabels): MarkdownElement {
  const text = String(number);
  const attributes = { type: "button", class: "note-mark", "data-note": text, "aria-label": labels.noteLabel(text) };
  return element("sup", {}, [element("button", attributes, [text])]);
}

export const noteItem = (label: string): MarkdownElement => element("li", { "data-label": label });

/** All notes, in the order of their marks; those without one come last. */
export function gatherNotes(
  notes: ReadonlyMap<string, MarkdownElement>,
  order: readonly string[],
  labels: MarkdownLabels,
): MarkdownElement {
  const sorted = [...new Set([...order, ...notes.keys()])].filter((label) => notes.has(label));
  const items = sorted.map((label, index) => {
    const note = notes.get(label)!;
    const number = String(index + 1);
    const back = { type: "button", class: "note-back", "data-back": number, "aria-label": labels.noteBack };
    const last = note.children.at(-1);
    const place = typeof last === "object" && last.tag === "p" ? last : note;
    if (order.includes(label)) place.children.push(element("button", back, ["↩\ufe0e"]));
    return { ...note, attributes: { "data-number": number, tabindex: "-1" } };
  });
  return element("ol", { class: "notes" }, items);
}
