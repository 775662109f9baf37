// The panels that lie over the chat: settings of a conversation, meters of what the model does, and the map of keys. A part of
// its own, loaded when one is opened. The browser keeps the focus in a dialog and closes it on Escape.

import { html, type TemplateResult } from "lit";
import { closeIcon } from "../icons.ts";
import { directionOf } from "../languages/speech.ts";
import { keysView } from "./keys-view.ts";
import { metersView } from "./meters-view.ts";
import { settingsView } from "./settings-view.ts";
import { sidePanelStyles } from "../styles/side-panel-styles.ts";
import type { PanelActions, PanelModel } from "./panel-model.ts";

export { sidePanelStyles };

export function sidePanel(model: PanelModel, actions: PanelActions): TemplateResult {
  const words = model.strings.panels;
  const { panel, strings, shortcuts } = model;
  const { locale, keys } = strings;
  const title = { settings: words.settingsTitle, meters: words.metersTitle, keys: keys.title }[panel];
  // The event comes a moment late: from a dialog that is gone by then, and perhaps replaced, it means nothing.
  const onClose = (event: Event) => (event.target as Element).isConnected && actions.close();
  const content = {
    settings: () => settingsView(model, actions),
    meters: () => metersView(model),
    keys: () => keysView(shortcuts, strings),
  };
  return html`<dialog
    class="side-panel"
    part="side-panel"
    lang=${locale}
    dir=${directionOf(locale)}
    aria-labelledby="side-title"
    @close=${onClose}
  >
    <header>
      <h2 id="side-title">${title}</h2>
      <button class="quiet" type="button" title=${words.close} data-action="close-panel" @click=${actions.close}>
        ${closeIcon}<span class="visually-hidden">${words.close}</span>
      </button>
    </header>
    ${content[panel]()}
  </dialog>`;
}
