// The way from a footnote's mark to its note and back. A fragment address would not do: it finds nothing in a shadow tree,
// changes the page's address, and every answer has a note 1.

/** A press on a mark or on the way back. */
export function followNote(event: Event): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-note], [data-back]");
  const root = event.currentTarget as Element;
  if (!button || !root.contains(button)) return;
  const { note, back } = button.dataset;
  const goal = note ? `[data-number="${note}"]` : `[data-note="${back}"]`;
  root.querySelector<HTMLElement>(goal)?.focus();
}
