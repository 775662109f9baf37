// One message of the person's, as plain text, with an edit button on the last one.

import { html, nothing, type TemplateResult } from "lit";
import { editIcon } from "../icons.ts";
import type { UserTurn } from "../session/turn.ts";
import type { ChatStrings } from "../strings.ts";
import type { TranscriptActions } from "./transcript-actions.ts";

export function questionView(
  turn: UserTurn,
  { editable, strings }: { editable: boolean; strings: ChatStrings },
  actions: TranscriptActions,
): TemplateResult {
  return html`<article class="question" part="message question" aria-label=${strings.you}>
    <div class="bubble" part="bubble" dir="auto">${turn.text}</div>
    ${
      editable
        ? html`<button class="quiet" type="button" data-action="edit" title=${strings.edit} @click=${actions.edit}>
            ${editIcon}<span class="visually-hidden">${strings.edit}</span>
          </button>`
        : nothing
    }
  </article>`;
}
