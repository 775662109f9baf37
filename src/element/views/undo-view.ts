// One line that says what has happened, with a button that takes it back. It stands in the page's flow, covers nothing,
// and its words are announced politely.

import { html, nothing, type TemplateResult } from "lit";
import { closeIcon } from "../icons.ts";
import type { ChatStrings } from "../languages/en.ts";
import type { UndoOffer } from "../undo-offer.ts";

/** `left`: a button of the line was pressed and goes with it; the focus needs another place. */
export function undoView(
  offer: UndoOffer,
  strings: Pick<ChatStrings, "undo" | "dismiss">,
  left: () => void,
): TemplateResult {
  const press = (act: () => void) => () => (act(), left());
  const { current } = offer;
  // The status line is always there: one that appears with its words is not announced by every reader.
  return html`<div
    class="undo ${current ? "" : "nothing-to-undo"}"
    part="undo"
    @pointerenter=${offer.hold}
    @pointerleave=${offer.run}
    @focusin=${offer.hold}
    @focusout=${offer.run}
  >
    <p role="status">${current?.text ?? ""}</p>
    ${
      current
        ? html`<button class="button" type="button" data-action="undo-last" @click=${press(() => offer.undo())}>
              ${strings.undo}
            </button>
            <button
              class="quiet"
              type="button"
              data-action="dismiss-undo"
              title=${strings.dismiss}
              @click=${press(offer.settle)}
            >
              ${closeIcon}<span class="visually-hidden">${strings.dismiss}</span>
            </button>`
        : nothing
    }
  </div>`;
}
