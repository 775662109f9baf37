// A button of the conversation that shows a drawing; its words are its tooltip and what a screen reader says.

import { html, type TemplateResult } from "lit";

export function quietButton(
  action: string,
  words: string,
  icon: TemplateResult,
  press: (event: Event) => void,
): TemplateResult {
  return html`<button class="quiet" type="button" data-action=${action} title=${words} @click=${press}>
    ${icon}<span class="visually-hidden">${words}</span>
  </button>`;
}
