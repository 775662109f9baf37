// The menu behind the three dots of something in a list: closed by a choice in it, and when the focus leaves it. Its position is
// up to the list's style sheet.

import { html, type TemplateResult } from "lit";
import { pageStrings as strings } from "./page-words.ts";

export interface MenuEntry {
  /** For tests and styles. */
  action: string;
  words: string;
  act(): void;
  disabled?: boolean;
}

/** `kind` names it for the style sheet: `KIND-menu`, and its choices `KIND-actions`. */
export function moreMenu(kind: string, title: string, entries: readonly MenuEntry[]): TemplateResult {
  return html`<details class="${kind}-menu" @focusout=${closeBehindFocus}>
    <summary aria-label=${strings.more(title)} title=${strings.more(title)}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 12h.01M12 12h.01M18 12h.01" /></svg>
    </summary>
    <div class="${kind}-actions">${entries.map(entryView)}</div>
  </details>`;
}

function entryView({ action, words, act, disabled = false }: MenuEntry): TemplateResult {
  const press = (event: Event) => {
    (event.target as Element).closest("details")!.open = false;
    act();
  };
  return html`<button type="button" data-action=${action} ?disabled=${disabled} @click=${press}>${words}</button>`;
}

function closeBehindFocus(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) menu.open = false;
}
